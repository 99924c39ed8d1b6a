import Administration
import AgentProtocol
import ControlPlane
import Foundation
import ServerRecords
import TestSupport
import Testing

@testable import HTTPAPI

struct BodyTests {
    /// Somebody who may use the route.
    private func asker(_ route: Route) -> Fixture.Asker? {
        switch route.permission {
        case .public: nil
        case .agent: .ourAgent
        case .signedIn, .principal: .provider(.administrator)
        }
    }

    @Test func `a body past its route's limit is refused before it is read`() async throws {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes {
            let before = try await fixture.auditCount()
            let answer = await fixture.call(
                route.method.rawValue, fixture.target(route, of: fixture.ours), as: asker(route),
                headers: ["content-length": "\(route.bodyLimit + 1)"])
            #expect(answer.status == 413, "\(route.name): \(answer.status)")
            #expect(answer.code == "E_BODY_TOO_LARGE", "\(route.name)")
            #expect(try await fixture.auditCount() == before)
        }
    }

    @Test func `a body without a length is cut off at the limit`() async throws {
        let fixture = try await Fixture()
        let answer = await fixture.call(
            "POST", AgentWire.workPath, as: .ourAgent,
            headers: ["content-length": "1"], body: Array(repeating: 0x20, count: 5000))
        #expect(answer.status == 413)
    }

    @Test func `a body that is no JSON changes nothing, on any route`() async throws {
        let fixture = try await Fixture()
        // Of these every part may be left out.
        let needsNothing: Set<NamedSchema?> = [
            .newEnrolmentToken, .checkInRequest, .policyOrder, .rebootRequest,
            .traitChange, .trustRequest, .rollbackSelection, .requestAnswer, .bundleAnswer,
        ]
        for route in fixture.server.table.routes where route.request != nil {
            for body in ["{", "[]", "null", "\"", "{\"name\":1}", "\u{0}", "{}"] {
                if body == "{}", needsNothing.contains(route.request) { continue }
                let before = try await fixture.auditCount()
                let answer = await fixture.call(
                    route.method.rawValue, fixture.target(route, of: fixture.ours),
                    as: asker(route),
                    body: Array(body.utf8))
                let isSaid = body == "{\"name\":1}" && route.request != .checkInRequest
                if isSaid, needsNothing.contains(route.request) { continue }
                #expect(
                    answer.status == 400,
                    "\(route.name) with \(body): \(answer.status) \(answer.text)")
                #expect(answer.code == "E_MALFORMED", "\(route.name) with \(body)")
                #expect(try await fixture.auditCount() == before, "\(route.name) with \(body)")
            }
        }
    }

    @Test(arguments: Seeds.all)
    func `a body with some bytes changed gets an answer, never a failure of the server`(
        _ seed: UInt64
    ) async throws {
        var random = SeededGenerator(seed: seed)
        let fixture = try await Fixture(seed: seed)
        for route in fixture.server.table.routes where route.request != nil || route.method == .put
        {
            let good = try Samples.body(of: route, fixture.ours)
            // Nothing can be changed in a body that has no bytes.
            for _ in 0..<(good.isEmpty ? 0 : 20) {
                var body = good
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: body.indices, using: &random)
                    body[place] = UInt8.random(in: .min ... .max, using: &random)
                }
                let answer = await fixture.call(
                    route.method.rawValue, fixture.target(route, of: fixture.ours),
                    as: asker(route),
                    body: body)
                #expect(answer.status < 500, "seed \(seed), \(route.name): \(answer.text)")
            }
        }
    }

    @Test func `the refusal of a body names the field`() async throws {
        let answer = try await Fixture().call(
            "POST", "/api/v1/deployments", as: .provider(.administrator),
            body: Array(#"{"endpoints":["x"],"updates":[]}"#.utf8))
        #expect(answer.code == "E_MALFORMED")
        #expect(answer.text.contains("endpoints[0]"), "\(answer.text)")
    }

    @Test func `JSON that is nested too deep never reaches the parser`() {
        let deep = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        #expect(!WireJSON.isShallow(Array(deep.utf8)))
        #expect(WireJSON.isShallow(Array(#"{"a":"[[[[[[[[[[[[[[[[[[[[["}"#.utf8)))
        #expect(WireJSON.isShallow(Array(#"{"a":"\"[[[[[[[[[[[[[[[[[[[[["}"#.utf8)))
        #expect(!WireJSON.isShallow(Array(("{\"a\":\"\\\\\"," + deep).utf8)))
    }

    @Test func `a message of another version of the protocol is refused on every agent route`()
        async throws
    {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes where route.audience == .agent {
            for version in ["2", "0", "", "1.0"] {
                let answer = await fixture.call(
                    route.method.rawValue, fixture.target(route, of: fixture.ours), as: .ourAgent,
                    headers: [AgentWire.versionHeader: version],
                    body: try Samples.body(of: route, fixture.ours))
                #expect(answer.status == 426, "\(route.name)")
                #expect(answer.code == "E_PROTOCOL_VERSION", "\(route.name)")
                #expect(answer.header(AgentWire.versionHeader) == "1", "\(route.name)")
            }
        }
    }
}
