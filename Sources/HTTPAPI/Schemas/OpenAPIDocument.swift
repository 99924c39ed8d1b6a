import Administration
import ControlPlane
import ServerRecords

/// The OpenAPI 3.1 document, made from the route table and nothing else.
struct OpenAPIDocument: Encodable {
    private let value: JSONValue

    /// The document of these routes; pages for browsers are left out.
    init(_ routes: [Route]) {
        let described = routes.filter { $0.audience != .browser }
        var paths: [String: [String: JSONValue]] = [:]
        for route in described {
            paths[route.path.description, default: [:]][route.method.rawValue.lowercased()] =
                Self.operation(route)
        }
        let named = described.flatMap { [$0.request, $0.response].compactMap { $0 } } + [.problem]
        let mentioned = named.flatMap { [$0] + $0.schema.mentioned }
        let schemas = Dictionary(
            mentioned.map { ($0.name, $0.schema.json) }, uniquingKeysWith: { first, _ in first })
        value = [
            "openapi": "3.1.0",
            "info": [
                "title": "Patchbay", "version": "1",
                "description":
                    "The public interface of the control plane. The dashboard and the command line use nothing else.",
            ],
            "paths": .object(paths.mapValues(JSONValue.object)),
            "components": ["schemas": .object(schemas), "securitySchemes": Self.securitySchemes],
        ]
    }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }

    private static let securitySchemes: JSONValue = [
        "agentToken": ["type": "http", "scheme": "bearer"],
        "apiToken": ["type": "http", "scheme": "bearer"],
        "session": ["type": "apiKey", "in": "cookie", "name": .text(SessionCookie.name)],
    ]

    private static func operation(_ route: Route) -> JSONValue {
        var members: [String: JSONValue] = [
            "summary": .text(route.summary), "responses": responses(of: route),
            "x-permission": .text(word(for: route.permission)),
            "x-body-limit": .text("\(route.bodyLimit)"),
        ]
        if let security = security(of: route.permission) { members["security"] = security }
        let parameters =
            route.path.parameterNames.map { parameter($0, in: "path", .string, "") }
            + route.query.map { parameter($0.name, in: "query", $0.schema, $0.summary) }
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        if let request = route.request {
            members["requestBody"] = ["required": true, "content": json(request)]
        } else if route.bodyLimit > 0, route.method == .put {
            members["requestBody"] = [
                "required": true, "content": ["application/octet-stream": [:]],
            ]
        }
        return .object(members)
    }

    private static func responses(of route: Route) -> JSONValue {
        var success: [String: JSONValue] = ["description": "Done."]
        if let response = route.response { success["content"] = json(response) }
        return [
            "2XX": .object(success),
            "default": ["description": "A problem.", "content": json(.problem)],
        ]
    }

    private static func parameter(
        _ name: String, in place: String, _ schema: Schema, _ summary: String
    ) -> JSONValue {
        [
            "name": .text(name), "in": .text(place), "required": .truth(place == "path"),
            "schema": schema.json, "description": .text(summary),
        ]
    }

    private static func json(_ schema: NamedSchema) -> JSONValue {
        ["application/json": ["schema": Schema.named(schema).json]]
    }

    private static func security(of permission: RoutePermission) -> JSONValue? {
        switch permission {
        case .public: nil
        case .agent: .array([["agentToken": .array([])]])
        case .signedIn, .principal:
            .array([["apiToken": .array([])], ["session": .array([])]])
        }
    }

    /// The permission as one word, such as `approve`.
    static func word(for permission: RoutePermission) -> String {
        switch permission {
        case .public: "public"
        case .agent: "agent"
        case .signedIn: "signedIn"
        case .principal(let permission): permission.rawValue
        }
    }
}
