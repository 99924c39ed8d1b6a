import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing

/// What the server says is worth downloading ahead.
@Suite struct `What is worth downloading ahead` {
    private func wishes(_ endpoint: TestEndpoint, in house: House) async throws -> [String] {
        try await house.useCases.prefetchList(PrefetchRequest(), by: endpoint.principal).wishes.map
        {
            "\($0.update.name) \($0.update.to) \($0.lane)"
        }
    }

    private func save(_ yaml: String, in house: House) async throws {
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                policy: nil, tenant: house.tenant.id, yaml: yaml, note: "A test", confirm: true),
            by: house.administrator)
    }

    /// 2027-01-15 is a Friday.
    static let cases: [(String, Bool)] = [
        ("prepare only", true), ("prepare only, approvers: 2", true), ("at once", true),
        ("by hand", false), ("declined", false), ("after 20 days", false),
    ]

    @Test(arguments: cases)
    func `what is prepared only or waits for its window is, and what nobody approved is not`(
        approve: String, isWorth: Bool
    ) async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        try await save(
            `Policies in the server`.yaml(
                approve: approve, every: "saturday", from: "22:00", length: "4h"), in: house)
        let update = TestEndpoint.update("openssl")
        #expect(
            try await wishes(endpoint, in: house)
                == (isWorth ? ["openssl \(update.candidate) routine"] : []))
    }

    @Test func `what lies on the endpoint already is told with the decision, and not wished again`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        var update = TestEndpoint.update("openssl")
        update.prefetch = Prefetch(
            state: .downloaded, at: house.clock.now, sentence: "openssl lies in apt's archive.")
        try await endpoint.report(["openssl": "1"], updates: [update])
        try await save(
            `Policies in the server`.yaml(approve: "prepare only"), in: house)
        #expect(try await wishes(endpoint, in: house) == [])
        let detail = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator)
        let decision = try #require(detail.decisions.first)
        #expect(decision.update.prefetch == update.prefetch)
        #expect(decision.reasonCode == .prepared)
        #expect(
            decision.sentence
                == "Rule 1 of servers prepares it only: it is downloaded, and waits for a person "
                + "to release it.")
    }

    @Test func `an endpoint of another tenant is not asked about, and one that is gone is told so`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        let other = try await house.useCases.createTenant(name: "Other", by: house.administrator)
        let stranger = AgentPrincipal(
            endpoint: endpoint.principal.endpoint, tenant: other.id)
        await #expect(throws: Refusal.self) {
            try await house.useCases.prefetchList(PrefetchRequest(), by: stranger)
        }
    }
}
