import Administration
import ControlPlane
import ServerRecords
import Testing

@testable import HTTPAPI

struct PathTests {
    @Test(arguments: [
        "/api/v1//endpoints", "//api/v1/endpoints", "/api/v1/endpoints/", "/api/v1/Endpoints",
        "/API/v1/endpoints", "/api/v1/endpoints%2f", "/api%2fv1%2fendpoints",
        "/api/v1/endpoints;x=1",
        "/api/v1/endpoints.", "/api/v1/./endpoints", "/api/v1/x/../endpoints",
        "/api/v1/endpoints%00",
        "/api/v1/endpoints\\", "/api/v1/endpoint", "/api/v1/endpoints/x/y/z", "/", "", "*",
        "https://patchbay.example.org/api/v1/endpoints", "/api/v1/endpoints/ept_x.",
        "/api/v1/%65ndpoints", "/healthz/", "/healthz.", "/HEALTHZ",
    ])
    func `a path is matched byte for byte or not at all`(_ path: String) async throws {
        let answer = try await Fixture().call("GET", path, as: .provider(.administrator))
        #expect(answer.status == 404)
    }

    @Test(arguments: [
        ("ALSA-2024:2950", true), ("openSUSE-SU-2021:1234-1", true), ("a.b+c~d_e", true),
        ("..", false), (".", false), ("a%3Ab", false), ("a b", false), ("a;b", false),
    ])
    func `a vulnerability is asked for by the name that others gave it`(
        _ name: String, _ isValue: Bool
    ) throws {
        let path = "/api/v1/vulnerabilities/\(name)/history"
        let pattern = RoutePath("/api/v1/vulnerabilities/{vulnerability}/history")
        let values = RoutePath.parts(of: path[...]).flatMap(pattern.match)
        #expect(values == (isValue ? ["vulnerability": name] : nil))
        // What we name ourselves has fewer signs.
        let other = RoutePath("/api/v1/vulnerabilities/{endpoint}/history")
        #expect(RoutePath.parts(of: path[...]).flatMap(other.match) == nil)
    }

    @Test func `a path that exists says which methods it takes`() async throws {
        let answer = try await Fixture().call("DELETE", "/api/v1/deployments")
        #expect(answer.status == 405)
        #expect(answer.header("allow") == "GET, POST")
        #expect(try await Fixture().call("HACK", "/healthz").status == 405)
    }

    @Test func `two routes of one shape and method are a conflict`() throws {
        let routes = ["/a/{b}", "/a/{c}"].map { path in
            Route(.get, path, permission: .public(reason: "a test"), summary: "") { _ in .noContent
            }
        }
        #expect(throws: RouteTable.Conflict(route: "GET /a/{c}")) { try RouteTable(routes) }
    }

    @Test func `a literal path is preferred to a parameter`() throws {
        let table = try RouteTable(
            ["/a/{b}", "/a/list", "/a/{b}/log"].map { path in
                Route(.get, path, permission: .public(reason: "a test"), summary: path) { _ in
                    .noContent
                }
            })
        func found(_ path: String) -> String {
            guard case .route(let route, let values) = table.match(.get, path[...]) else {
                return "none"
            }
            return route.summary
                + values.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        }
        #expect(found("/a/list") == "/a/list")
        #expect(found("/a/b1") == "/a/{b} b=b1")
        #expect(found("/a/list/log") == "/a/{b}/log b=list")
        #expect(found("/a/b%31") == "none")
        #expect(found("/a/" + String(repeating: "b", count: 129)) == "none")
    }

    @Test(arguments: [
        ("a=1&b=2", ["a": "1", "b": "2"]), ("a=x+y%20z", ["a": "x y z"]), ("a=%C3%A4", ["a": "ä"]),
        ("a=1=2", ["a": "1=2"]), ("a", [:]), ("", [:]), ("a=&b=1", ["b": "1"]),
    ])
    func `a query is read as a browser writes it`(_ text: String, _ expected: [String: String])
        throws
    {
        let fields = try #require(FormFields(text[...]))
        for name in ["a", "b"] { #expect(fields[name] == expected[name]) }
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "a=%1b[2J", "a=%7f"])
    func `a query with a broken escape or a control character is refused`(_ text: String) {
        #expect(FormFields(text[...]) == nil)
    }

    @Test func `a value of the query that nobody knows is refused by name`() async throws {
        let answer = try await Fixture().call(
            "GET", "/api/v1/endpoints?complience=unknown", as: .provider(.viewer))
        #expect(answer.status == 400)
        #expect(answer.text.contains("complience"))
    }

    @Test(arguments: [
        "limit=0", "limit=501", "limit=x", "reboot=yes", "compliance=good", "tenant=acme",
        "missing=x",
        "after=x", "order=size",
    ])
    func `a value of the query that makes no sense is refused`(_ query: String) async throws {
        let answer = try await Fixture().call(
            "GET", "/api/v1/endpoints?\(query)", as: .provider(.viewer))
        #expect(answer.status == 400, "\(answer.text)")
        #expect(!answer.text.contains("openapi.json"), "\(answer.text)")
    }

    @Test(arguments: [
        ("endpoints?limit=0", "Give a whole number from 1 to 500."),
        (
            "endpoints?compliance=complaint",
            "Did you mean “compliant”? It is one of: compliant, nonCompliant, unknown."
        ),
        ("endpoints?reboot=yes", "It is true or false."),
        ("endpoints?tenant=acme", "begins with tnt_; patchbay tenant list lists them."),
        ("update-debt?days=-3", "Give a whole number from 0 to"),
        ("findings?state=blah", "It is one of: "),
    ])
    func `a wrong value of the query is answered with those that can be`(
        query: String, words: String
    ) async throws {
        let answer = try await Fixture().call("GET", "/api/v1/\(query)", as: .provider(.viewer))
        #expect(answer.status == 400)
        #expect(answer.text.contains(words), "\(answer.text)")
    }
}
