import Administration
import ControlPlane
import ServerRecords
import Testing
import Trust

@testable import HTTPAPI

struct SessionTests {
    private func cookie(_ fixture: Fixture) -> String {
        "theme=dark; \(SessionCookie.name)=\(fixture.session.sessionSecret.revealed)"
    }

    @Test func `a session alone may read`() async throws {
        let fixture = try await Fixture()
        let answer = await fixture.call(
            "GET", "/api/v1/endpoints", headers: ["cookie": cookie(fixture)])
        #expect(answer.status == 200)
    }

    @Test func `a change by a session needs the session's token`() async throws {
        let fixture = try await Fixture()
        let target = "/api/v1/endpoints/\(fixture.ours.endpoint)/scan"
        for token in [nil, "", "wrong", fixture.session.csrfToken + "x"] {
            var headers = ["cookie": cookie(fixture)]
            headers["patchbay-csrf"] = token
            let answer = await fixture.call("POST", target, headers: headers)
            #expect(answer.status == 403)
            #expect(answer.code == "E_CSRF")
        }
        let good = await fixture.call(
            "POST", target,
            headers: ["cookie": cookie(fixture), "patchbay-csrf": fixture.session.csrfToken])
        #expect(good.status == 204)
    }

    @Test(arguments: [
        ["sec-fetch-site": "cross-site"], ["sec-fetch-site": "same-site"],
        ["origin": "https://evil.example.com"],
        ["origin": "http://patchbay.example.org"],
        ["origin": "null"],
        ["origin": "https://patchbay.example.org", "sec-fetch-site": "cross-site"],
    ])
    func `a change that another site has started is refused even with the token`(
        _ headers: [String: String]
    ) async throws {
        let fixture = try await Fixture()
        var all = headers
        all["cookie"] = cookie(fixture)
        all["patchbay-csrf"] = fixture.session.csrfToken
        let answer = await fixture.call(
            "POST", "/api/v1/endpoints/\(fixture.ours.endpoint)/scan", headers: all)
        #expect(answer.code == "E_CSRF")
    }

    @Test func `a form carries the token in a field`() async throws {
        let form = Route(
            .post, "/do", permission: .signedIn, audience: .browser, summary: "A form."
        ) { _ in .redirect(to: "/done") }
        let fixture = try await Fixture(pages: [form])
        let headers = [
            "cookie": cookie(fixture), "content-type": "application/x-www-form-urlencoded",
            "origin": "https://patchbay.example.org",
        ]
        let token = fixture.session.csrfToken
        let good = await fixture.call(
            "POST", "/do", headers: headers, body: Array("a=1&csrf=\(token)".utf8))
        #expect(good.status == 303)
        let bad = await fixture.call(
            "POST", "/do", headers: headers, body: Array("a=1&csrf=no".utf8))
        #expect(bad.status == 403)
    }

    @Test func `signing in from another site's form is refused`() async throws {
        let signIn = Route(
            .post, "/sign-in", permission: .public(reason: "how people sign in"),
            audience: .browser,
            summary: "A form."
        ) { _ in .noContent }
        let fixture = try await Fixture(pages: [signIn])
        #expect(await fixture.call("POST", "/sign-in").status == 204)
        let forged = await fixture.call(
            "POST", "/sign-in", headers: ["sec-fetch-site": "cross-site"])
        #expect(forged.code == "E_CSRF")
    }

    @Test func `a bearer token needs no second token, and is preferred to a cookie`() async throws {
        let fixture = try await Fixture()
        let answer = await fixture.call(
            "POST", "/api/v1/endpoints/\(fixture.theirs.endpoint)/scan", as: .theirs(.operatorRole),
            headers: ["cookie": cookie(fixture)])
        #expect(answer.status == 204)
    }

    @Test(arguments: [
        (nil, nil), ("", nil), ("\(SessionCookie.name)=abc", "abc"),
        ("a=b; \(SessionCookie.name)=abc; c=d", "abc"), ("\(SessionCookie.name)=", nil),
        ("x\(SessionCookie.name)=abc", nil), ("patchbay=abc", nil),
        ("\(SessionCookie.name)=\(String(repeating: "a", count: 129))", nil),
    ])
    func `the cookie is found by its whole name`(_ header: String?, _ secret: String?) {
        #expect(SessionCookie.secret(in: header) == secret)
    }

    @Test func `the cookie is for this origin, this server and no script`() {
        let cookie = SessionCookie.begin(secret: "abc", maxAgeSeconds: 60)
        #expect(
            cookie == "__Host-patchbay=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict")
        #expect(SessionCookie.end.contains("Max-Age=0"))
    }

    @Test func `a session that has ended opens nothing`() async throws {
        let fixture = try await Fixture()
        try await fixture.useCases.signOut(secret: fixture.session.sessionSecret.revealed)
        let answer = await fixture.call(
            "GET", "/api/v1/endpoints", headers: ["cookie": cookie(fixture)])
        #expect(answer.status == 401)
    }
}
