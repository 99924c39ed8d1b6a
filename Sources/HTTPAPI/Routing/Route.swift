import Administration
import ControlPlane
public import ServerRecords

/// The methods that routes have.
public enum HTTPMethod: String, Sendable, CaseIterable {
    /// Reads, and changes nothing.
    case get = "GET"
    /// Does something.
    case post = "POST"
    /// Stores something under a name that the asker gives.
    case put = "PUT"
    /// Takes something away.
    case delete = "DELETE"
}

/// Who may use a route. It has no default: a route that does not say it does not compile.
public enum RoutePermission: Hashable, Sendable {
    /// Everybody, for this reason.
    case `public`(reason: String)
    /// An agent with an access token.
    case agent
    /// Whoever has signed in, for what concerns only themselves.
    case signedIn
    /// A person or a program with this permission.
    case principal(Permission)
}

/// Who reads the answers of a route, which decides how a refusal looks.
public enum RouteAudience: Sendable {
    /// An agent: JSON, and the protocol's version in both directions.
    case agent
    /// A program: JSON.
    case program
    /// A person with a browser: HTML.
    case browser
}

/// A value that a route takes from the query.
public struct QueryParameter: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What it may be.
    public let schema: Schema
    /// What it means.
    public let summary: String

    /// A value from the query.
    public init(_ name: String, _ schema: Schema, _ summary: String) {
        self.name = name
        self.schema = schema
        self.summary = summary
    }
}

/// One route: everything that is known of it, as a value. Server, OpenAPI document and tests are
/// made from the same list of these.
public struct Route: Sendable {
    /// Answers a call that has passed all checks.
    public typealias Handler = @Sendable (Call) async throws -> Answer

    /// The method.
    public let method: HTTPMethod
    /// The path.
    public let path: RoutePath
    /// Who may use it.
    public let permission: RoutePermission
    /// Who reads its answers.
    public let audience: RouteAudience
    /// What it does, in one sentence.
    public let summary: String
    /// The values that it takes from the query; any other is refused.
    public let query: [QueryParameter]
    /// The JSON that it takes; `nil` when it takes none (then `bodyLimit` still bounds raw bodies
    /// and forms).
    public let request: NamedSchema?
    /// The JSON that it answers with; `nil` when it answers with something else, or nothing.
    public let response: NamedSchema?
    /// The largest body that it takes, in bytes.
    public let bodyLimit: Int
    /// Whether calendar programs read it, which know Basic authentication only (RFC 7617): they give
    /// a token of the API as the password.
    public let isFeed: Bool
    /// Answers.
    public let handler: Handler

    /// The largest body of a route that does not say otherwise, in bytes: a form, or a lock list of
    /// some hundred updates.
    public static let usualBodyLimit = 256 * 1024

    /// A route. `bodyLimit` is 0 for `GET` and `DELETE` unless given.
    public init(
        _ method: HTTPMethod, _ path: String, permission: RoutePermission,
        audience: RouteAudience = .program,
        summary: String, query: [QueryParameter] = [], request: NamedSchema? = nil,
        response: NamedSchema? = nil, bodyLimit: Int? = nil, isFeed: Bool = false,
        handler: @escaping Handler
    ) {
        self.isFeed = isFeed
        self.method = method
        self.path = RoutePath(path)
        self.permission = permission
        self.audience = audience
        self.summary = summary
        self.query = query
        self.request = request
        self.response = response
        self.bodyLimit = bodyLimit ?? (method == .post || method == .put ? Self.usualBodyLimit : 0)
        self.handler = handler
    }

    /// The route in one line, such as `POST /api/v1/deployments`: its name in metrics and logs.
    public var name: String { "\(method.rawValue) \(path)" }
}
