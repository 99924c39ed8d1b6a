import Administration
import ControlPlane
import Fleet
import Foundation
import ServerRecords
import TestSupport
import Testing

@testable import HTTPAPI

struct OpenAPITests {
    private func document(_ fixture: Fixture) async throws -> [String: Any] {
        let answer = await fixture.call("GET", "/api/openapi.json")
        #expect(answer.status == 200)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(answer.bytes)) as? [String: Any])
    }

    @Test func `the document describes exactly the routes of the table`() async throws {
        let fixture = try await Fixture()
        let paths = try #require(try await document(fixture)["paths"] as? [String: [String: Any]])
        let described = Set(
            paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        let served = Set(
            fixture.server.table.routes.filter { $0.audience != .browser }.map(\.name))
        #expect(described == served)
    }

    @Test func `each operation tells its permission, its query and its shapes`() async throws {
        let fixture = try await Fixture()
        let paths = try #require(
            try await document(fixture)["paths"] as? [String: [String: [String: Any]]])
        for route in fixture.server.table.routes where route.audience != .browser {
            let operation = try #require(
                paths[route.path.description]?[route.method.rawValue.lowercased()], "\(route.name)")
            #expect(
                operation["x-permission"] as? String == OpenAPIDocument.word(for: route.permission))
            let parameters = (operation["parameters"] as? [[String: Any]] ?? []).compactMap {
                $0["name"] as? String
            }
            #expect(
                parameters == route.path.parameterNames + route.query.map(\.name), "\(route.name)")
            let isPublic = if case .public = route.permission { true } else { false }
            #expect((operation["security"] == nil) == isPublic, "\(route.name)")
            if route.request != nil { #expect(operation["requestBody"] != nil, "\(route.name)") }
        }
    }

    @Test func `the document is what the golden file holds`() async throws {
        let answer = try await Fixture().call("GET", "/api/openapi.json")
        let value = try JSONSerialization.jsonObject(with: Data(answer.bytes))
        let pretty = try JSONSerialization.data(
            withJSONObject: value, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        expectGolden(String(decoding: pretty, as: UTF8.self) + "\n", "openapi.json")
    }

    @Test func `every answer has the shape that its route promises`() async throws {
        for route in try await Fixture().server.table.routes {
            guard let response = route.response else { continue }
            // A fresh world for each route: some of them change it.
            let fixture = try await Fixture()
            let asker: Fixture.Asker? =
                switch route.permission {
                case .public: nil
                case .agent: .ourAgent
                case .signedIn, .principal: .provider(.administrator)
                }
            let answer = await fixture.call(
                route.method.rawValue, fixture.target(route, of: fixture.ours), as: asker,
                body: try Samples.body(of: route, fixture.ours))
            guard (200..<300).contains(answer.status) else { continue }
            let value = try JSONSerialization.jsonObject(with: Data(answer.bytes))
            let complaints = ShapeCheck.complaints(value, response.schema, at: response.name)
            #expect(complaints.isEmpty, "\(route.name): \(complaints.joined(separator: "; "))")
        }
    }

    @Test func `every sample body has the shape that its route asks for`() async throws {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes {
            guard let request = route.request else { continue }
            let body = try Samples.body(of: route, fixture.ours)
            let value = try JSONSerialization.jsonObject(with: Data(body))
            let complaints = ShapeCheck.complaints(value, request.schema, at: request.name)
            #expect(complaints.isEmpty, "\(route.name): \(complaints.joined(separator: "; "))")
        }
    }

    @Test func `the check of shapes finds what is wrong`() {
        let shape = Schema.object(["a": .integer, "b": .optional(.string)])
        #expect(ShapeCheck.complaints(["a": 1], shape, at: "x").isEmpty)
        #expect(ShapeCheck.complaints(["a": "1"], shape, at: "x") == ["x.a is no integer"])
        #expect(ShapeCheck.complaints([String: Any](), shape, at: "x") == ["x.a is missing"])
        #expect(
            ShapeCheck.complaints(["a": 1, "c": 1], shape, at: "x") == ["x.c is not described"])
    }
}

/// Compares JSON with a shape.
enum ShapeCheck {
    static func complaints(_ value: Any, _ schema: Schema, at place: String) -> [String] {
        switch schema {
        case .named(let named): return complaints(value, named.schema, at: place)
        case .optional(let inner): return complaints(value, inner, at: place)
        case .nullable(let inner):
            return value is NSNull ? [] : complaints(value, inner, at: place)
        case .array(let inner):
            guard let list = value as? [Any] else { return ["\(place) is no list"] }
            return list.enumerated().flatMap {
                complaints($0.element, inner, at: "\(place)[\($0.offset)]")
            }
        case .map(let inner):
            guard let members = value as? [String: Any] else { return ["\(place) is no object"] }
            return members.flatMap { complaints($0.value, inner, at: "\(place).\($0.key)") }
        case .object(let members): return complaints(value, members, at: place)
        case .boolean: return value is Bool ? [] : ["\(place) is no truth value"]
        case .integer, .number:
            return value is NSNumber && !(value is String) ? [] : ["\(place) is no integer"]
        case .string, .oneOf, .identifier: return textComplaints(value, schema, at: place)
        }
    }

    private static func complaints(
        _ value: Any, _ members: [String: Schema], at place: String
    ) -> [String] {
        guard let object = value as? [String: Any] else { return ["\(place) is no object"] }
        var found: [String] = []
        for (name, schema) in members.sorted(by: { $0.key < $1.key }) {
            if let member = object[name] {
                found += complaints(member, schema, at: "\(place).\(name)")
            } else if case .optional = schema {
                continue
            } else {
                found.append("\(place).\(name) is missing")
            }
        }
        return found
            + object.keys.filter { members[$0] == nil }.sorted().map {
                "\(place).\($0) is not described"
            }
    }

    private static func textComplaints(_ value: Any, _ schema: Schema, at place: String) -> [String]
    {
        guard let text = value as? String else { return ["\(place) is no text"] }
        switch schema {
        case .oneOf(let values): return values.contains(text) ? [] : ["\(place) is \(text)"]
        case .identifier(let prefix):
            return text.hasPrefix(prefix + "_") && text.count == prefix.count + 27
                ? [] : ["\(place) is no identifier: \(text)"]
        case .string(format: "date-time"):
            return Timestamp(text) != nil ? [] : ["\(place) is no time: \(text)"]
        default: return []
        }
    }
}
