@testable import HTMLTree
import ServerRecords
import Administration
import ControlPlane
import Fleet
import Testing

@testable import Dashboard
@testable import HTTPAPI

/// Links are held against the routes, and routes against the rules of the table.
@Suite struct LinkTests {
    /// The places that a page leads to or sends forms to, without query and fragment.
    private func places(_ name: String) -> [(method: HTTPMethod, path: String)] {
        let text = AllPages.text(name)
        let links = text.matches(of: /(?:href|src)="([^"#?]+)[^"]*"/).map {
            (HTTPMethod.get, String($0.1))
        }
        let forms = text.matches(of: /<form [^>]*method="(get|post)" action="([^"?]+)/).map {
            ($0.1 == "post" ? HTTPMethod.post : .get, String($0.2))
        }
        return links + forms
    }

    /// The dashboard's own routes; what lies under `/api` is the API's.
    private func table() throws -> RouteTable { try RouteTable(Dashboard.routes) }

    @Test(arguments: AllPages.names)
    func `each link and each form of a page leads to a route`(name: String) throws {
        let table = try table()
        let places = places(name)
        #expect(!places.isEmpty)
        for place in places where !place.path.hasPrefix("/api/") {
            guard case .route = table.match(place.method, place.path[...]) else {
                Issue.record("\(name): \(place.method.rawValue) \(place.path) is no route")
                continue
            }
        }
    }

    @Test(arguments: AllPages.names)
    func `each field in the address of a link is one that its route knows`(name: String) throws {
        let table = try table()
        let text = AllPages.text(name).replacing("&amp;", with: "&")
        for link in text.matches(of: /href="(\/[^"#?]*)\?([^"#]+)/) {
            guard case .route(let route, _) = table.match(.get, link.1) else { continue }
            for field in link.2.split(separator: "&") {
                let fieldName = String(field.prefix { $0 != "=" })
                #expect(
                    route.query.contains { $0.name == fieldName }, "\(name): \(link.1) \(fieldName)"
                )
            }
        }
    }

    @Test func `only signing in and the assets are open to everybody`() {
        let open = Dashboard.routes.filter {
            if case .public = $0.permission { true } else { false }
        }.map(\.name)
        #expect(open.filter { !$0.hasPrefix("GET /assets/") } == ["GET /sign-in", "POST /sign-in"])
    }

    @Test func `every route is for browsers, and none that reads takes a body`() {
        for route in Dashboard.routes {
            guard case .browser = route.audience else {
                Issue.record("\(route.name) is not for browsers")
                continue
            }
            if route.method == .get { #expect(route.bodyLimit == 0) }
        }
    }

    @Test(arguments: [
        ("/endpoints?search=a", "/endpoints?search=a"), (nil, "/"), ("", "/"),
        ("https://evil.example.org", "/"),
        ("//evil.example.org", "/"), ("/\\evil.example.org", "/"), ("/a\r\nset-cookie: x", "/"),
    ])
    func `after signing in a person goes to a place of this site only`(text: String?, goal: String)
    {
        #expect(Place.back(text) == goal)
    }

    @Test func `who has not signed in is led to the form and back`() {
        let refusal = Refusal(.unauthenticated, "E_UNAUTHENTICATED", "", nextStep: "")
        let answer = Dashboard.refusalPage(refusal, 401, "/endpoints?search=a b")
        #expect(answer.status == 303)
        #expect(answer.headers.first?.value == "/sign-in?back=%2Fendpoints%3Fsearch%3Da%20b")
    }
}
