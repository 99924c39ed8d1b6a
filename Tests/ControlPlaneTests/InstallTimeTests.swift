import Administration
import AgentProtocol
import Calendar
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing

/// What the server learns of how long installations take, and what it makes of it.
@Suite struct `Install times in the server` {
    /// Orders nginx in the next version, and lets the endpoint report a run of so many seconds.
    private func install(
        _ version: Int, on endpoint: TestEndpoint, taking runs: [InstallRun]?
    ) async throws -> JobOrder {
        let update = TestEndpoint.update("nginx", from: "\(version)", to: "\(version + 1)")
        try await endpoint.report(["nginx": "\(version)"], updates: [update])
        _ = try await endpoint.house.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.principal.endpoint], updates: [.init(name: "nginx")]),
            by: endpoint.house.administrator)
        let order = try #require(try await endpoint.collect())
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to, sentence: "It is installed.")
        }
        for _ in 1...2 {
            // The second time is what an agent says whose first word was lost.
            _ = try await endpoint.house.useCases.reportResult(
                JobResult(outcomes: outcomes, runs: runs), job: order.job, by: endpoint.principal)
        }
        return order
    }

    private static func run(_ seconds: Int64, _ name: String = "nginx") -> InstallRun {
        InstallRun(
            seconds: seconds,
            packages: [PackageKey(manager: .apt, name: name, architecture: "amd64")])
    }

    @Test func `orders and decisions go by what the runs took`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        let usual = WorkFigures.estimate(lines: 1, bytes: 0, reboots: false).seconds
        for (version, seconds) in [200, 230, 210].enumerated() {
            let order = try await install(
                version + 1, on: endpoint, taking: [Self.run(Int64(seconds))])
            #expect(order.expectedSeconds == usual)
            house.clock.advance(seconds: 600)
        }
        let order = try await install(4, on: endpoint, taking: nil)
        #expect(order.expectedSeconds == 230)
        let update = TestEndpoint.update("nginx", from: "5", to: "6")
        try await endpoint.report(["nginx": "5"], updates: [update])
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id,
                yaml: `Policies in the server`.yaml(every: "saturday", from: "22:00", length: "4h"),
                note: "A test", confirm: true), by: house.administrator)
        let detail = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator)
        let sentence = try #require(detail.decisions.first?.sentence)
        #expect(sentence.hasSuffix("; it takes about 4 min (from 3 runs)."), "\(sentence)")
    }

    @Test func `who has fallen behind is done when the learned times say so`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        for (version, seconds) in [200, 230, 210].enumerated() {
            _ = try await install(version + 1, on: endpoint, taking: [Self.run(Int64(seconds))])
            house.clock.advance(seconds: 600)
        }
        try await endpoint.report(
            ["nginx": "4"], updates: [TestEndpoint.update("nginx", from: "4", to: "5")])
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id, yaml: `Policies in the server`.yaml(length: "6h"),
                note: "A test", confirm: true), by: house.administrator)
        _ = try await house.useCases.steer(house.tenant.id)
        house.clock.advance(seconds: 60)
        let debt = try #require(
            try await house.useCases.updateDebt(by: house.administrator, days: 0).first)
        let start = try #require(debt.batches.first?.startsAt)
        let shown = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator)
        #expect(shown.decisions.map(\.reasonCode) == [.queued])
        #expect(start < house.clock.now.adding(seconds: 86_400))
        let seconds = try #require(debt.doneAt).seconds(since: start)
        #expect([230, 230 + WorkFigures.rebootReserveSeconds].contains(seconds), "\(seconds)")
    }

    @Test func `a window that is too short for what was learned is not begun`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        for version in 1...3 {
            _ = try await install(version, on: endpoint, taking: [Self.run(5000)])
            house.clock.advance(seconds: 60)
        }
        let update = TestEndpoint.update("nginx", from: "4", to: "5")
        try await endpoint.report(["nginx": "4"], updates: [update])
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id, yaml: `Policies in the server`.yaml(length: "1h"),
                note: "A test",
                confirm: true), by: house.administrator)
        let detail = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator)
        let decision = try #require(detail.decisions.first)
        #expect(decision.reasonCode == .doesNotFit)
        #expect(
            decision.sentence.contains("(from 3 runs), which no window"), "\(decision.sentence)")
    }

    @Test
    func `an endpoint teaches nothing about what it was not ordered, nor about other tenants`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        for version in 1...3 {
            _ = try await install(
                version, on: endpoint,
                taking: [Self.run(900, "bash"), Self.run(.max), Self.run(-4)])
            house.clock.advance(seconds: 60)
        }
        let other = try await house.useCases.createTenant(name: "Other", by: .localAdministrator)
        let stranger = try await house.enrol("web-2", tenant: other)
        for version in 4...6 {
            _ = try await install(version, on: stranger, taking: [Self.run(900)])
            house.clock.advance(seconds: 60)
        }
        let order = try await install(4, on: endpoint, taking: nil)
        #expect(order.expectedSeconds == 60)
    }
}
