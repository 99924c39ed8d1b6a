import Administration
import ControlPlane
import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Rollout
import ServerRecords
import Testing

@testable import HTTPAPI

struct AnswerTests {
    private func fixture(throwing error: any Error & Sendable) async throws -> Fixture {
        let route = Route(
            .get, "/fail", permission: .public(reason: "for this test"), summary: "Fails."
        ) { _ in throw error }
        return try await Fixture(pages: [route])
    }

    @Test(
        arguments: zip(
            Refusal.Kind.allCases, [400, 401, 403, 404, 409, 410, 413, 426, 429, 503]))
    func `each kind of refusal has its status`(_ kind: Refusal.Kind, _ status: Int) async throws {
        let refusal = Refusal(kind, "E_TEST", "No.", nextStep: "Go.", retryAfterSeconds: 7)
        let answer = try await fixture(throwing: refusal).call("GET", "/fail")
        #expect(answer.status == status)
        #expect(answer.code == "E_TEST")
        #expect(answer.header("retry-after") == "7")
        #expect((answer.header("www-authenticate") != nil) == (kind == .unauthenticated))
    }

    @Test func `a database that cannot be used is a 503 without its own words`() async throws {
        let failure = LedgerUnavailable(reason: .diskFull, detail: "/secret/path is full")
        let answer = try await fixture(throwing: failure).call("GET", "/fail")
        #expect(answer.status == 503)
        #expect(answer.header("retry-after") == "30")
        #expect(!answer.text.contains("/secret/path"))
    }

    @Test func `what nobody foresaw is a 500 with a number and nothing else`() async throws {
        struct Surprise: Error { let secret = "pa55word" }
        let answer = try await fixture(throwing: Surprise()).call("GET", "/fail")
        #expect(answer.status == 500)
        #expect(answer.code == "E_UNEXPECTED")
        #expect(!answer.text.contains("pa55word"))
    }

    @Test func `every answer carries the headers that keep a browser strict`() async throws {
        let fixture = try await Fixture()
        for target in ["/healthz", "/api/v1/endpoints", "/nothing", "/api/openapi.json"] {
            let answer = await fixture.call("GET", target)
            #expect(
                answer.header("content-security-policy")?.contains("default-src 'none'") == true)
            #expect(answer.header("content-security-policy")?.contains("unsafe") == false)
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(answer.header("referrer-policy") == "same-origin")
            #expect(answer.header("cache-control") == "no-store")
        }
    }

    @Test func `a refusal on a page is a page when there is one`() async throws {
        let fixture = try await Fixture()
        let dispatcher = Dispatcher(
            table: fixture.server.table, useCases: fixture.useCases, metrics: ServerMetrics(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            refusalPage: { refusal, status, target in
                .html(Array("\(status) \(refusal.code) \(target)".utf8), status: status)
            })
        func answer(_ target: String) async -> Answer {
            await dispatcher.answer(
                .init(
                    method: "GET", target: target, authority: "", headers: [:], peer: "",
                    readBody: { _ in [] }))
        }
        #expect(await answer("/nothing?x=1").text == "404 E_NO_ROUTE /nothing?x=1")
        #expect(await answer("/api/nothing").code == "E_NO_ROUTE")
    }

    @Test func `health, readiness and figures need nobody's name`() async throws {
        let fixture = try await Fixture()
        #expect(await fixture.call("GET", "/healthz").text == "ok\n")
        #expect(await fixture.call("GET", "/readyz").text == "ready\n")
        _ = await fixture.call("POST", "/agent/v1/check-in", as: .ourAgent)
        let figures = await fixture.call("GET", "/metrics").text
        #expect(
            figures.contains("patchbay_http_answers_total{route=\"GET /healthz\",status=\"200\"} 1")
        )
        #expect(figures.contains("patchbay_jobs{state=\"leased\"} 2"))
        #expect(figures.contains("# TYPE patchbay_check_ins_total counter"))
        for identifier in fixture.ours.identifiers { #expect(!figures.contains(identifier)) }
    }

    @Test func `a server that is about to end is not ready`() async throws {
        let fixture = try await Fixture()
        fixture.useCases.signals.close()
        #expect(await fixture.call("GET", "/readyz").status == 503)
        #expect(await fixture.call("GET", "/healthz").status == 200)
    }

    @Test func `the same answers come over Hummingbird, bodies cut off at their limits`()
        async throws
    {
        let fixture = try await Fixture()
        try await fixture.server.plainApplication().test(.router) { client in
            let health = try await client.execute(uri: "/healthz", method: .get)
            #expect(health.status == .ok)
            #expect(String(buffer: health.body) == "ok\n")
            #expect(health.headers[.contentType] == "text/plain; charset=utf-8")
            let odd = try await client.execute(uri: "/api/v1//endpoints", method: .get)
            #expect(odd.status == .notFound)
            var headers: HTTPFields = [.authorization: "Bearer \(fixture.bearers[.ourAgent] ?? "")"]
            headers[try #require(HTTPField.Name("patchbay-protocol"))] = "1"
            let large = try await client.execute(
                uri: "/agent/v1/work", method: .post, headers: headers,
                body: ByteBuffer(repeating: 0x20, count: 100_000))
            #expect(large.status == .contentTooLarge)
            let work = try await client.execute(
                uri: "/agent/v1/work", method: .post, headers: headers,
                body: ByteBuffer(string: #"{"waitSeconds":0}"#))
            #expect(work.status == .ok)
            #expect(String(buffer: work.body).contains(fixture.ours.job.text))
        }
    }

    @Test func `a deployment's events tell its counts, and end with it`() async throws {
        let fixture = try await Fixture()
        let (useCases, id) = (fixture.useCases, fixture.ours.deployment)
        _ = try await useCases.cancel(id, by: .localAdministrator)
        let agent = AgentPrincipal(endpoint: fixture.ours.endpoint, tenant: fixture.ours.tenant.id)
        _ = try await useCases.reportResult(
            .init(outcomes: [], cancelledBeforeStart: true), job: fixture.ours.job, by: agent)
        try await fixture.server.plainApplication().test(.router) { client in
            let answer = try await client.execute(
                uri: "/api/v1/deployments/\(id)/events", method: .get,
                headers: [.authorization: "Bearer \(fixture.bearers[.ours(.viewer)] ?? "")"])
            #expect(answer.headers[.contentType] == "text/event-stream")
            let text = String(buffer: answer.body)
            #expect(text.hasPrefix("event: deployment\ndata: {"))
            #expect(text.contains("\"cancelled\""))
            #expect(text.hasSuffix("event: end\ndata: {}\n\n"))
        }
    }

    @Test func `an audit export over the interface proves itself`() async throws {
        let fixture = try await Fixture()
        try await fixture.server.plainApplication().test(.router) { client in
            let answer = try await client.execute(
                uri: "/api/v1/audit/export", method: .get,
                headers: [
                    .authorization: "Bearer \(fixture.bearers[.provider(.administrator)] ?? "")"
                ])
            let lines = String(buffer: answer.body).split(separator: "\n")
            let verdict = try AuditExport.verify(lines)
            #expect(verdict.intact)
            #expect(verdict.entries > 10)
        }
    }

    @Test(arguments: [
        (ServerSentEvent(name: "a", data: "b"), "event: a\ndata: b\n\n"),
        (ServerSentEvent(name: "a", data: "b\nc"), "event: a\ndata: b\ndata: c\n\n"),
        (ServerSentEvent.keepAlive, ":\n\n"),
    ])
    func `an event is written as the standard says`(_ event: ServerSentEvent, _ wire: String) {
        #expect(event.wire == wire)
    }

    @Test func `pages of endpoints lead to one another`() async throws {
        let fixture = try await Fixture()
        var names: [String] = []
        var target: String? = "/api/v1/endpoints?limit=1"
        while let next = target {
            let answer = await fixture.call("GET", next, as: .provider(.viewer))
            let page = try JSONDecoder().decode(EndpointPageBody.self, from: Data(answer.bytes))
            #expect(page.total == 2)
            names += page.items.map(\.name)
            target = page.next.map { "/api/v1/endpoints?limit=1&after=\($0)" }
        }
        #expect(names == ["web-Acme", "web-Bolt"])
    }
}
