import Administration
import AgentProtocol
import Calendar
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing

/// Windows that count from a release, on the server: what decisions say, what moves together, and
/// what orders carry to their endpoints.
@Suite struct `Windows that count from a release` {
    private static let day: Int64 = 86_400

    /// A policy that approves at once, for a window two days after the release.
    private func counting(_ name: String = "counted") throws -> PatchPolicy {
        var policy = RingHouse.policy(approval: .atOnce)
        policy.name = RingHouse.name(name)
        policy.windows = [
            try #require(
                MaintenanceWindow(
                    name: "any", recurrence: .afterRelease(days: 2), from: .midnight,
                    lengthSeconds: 4 * 3600, kinds: [.install, .reboot]))
        ]
        return policy
    }

    /// Endpoints that first missed nginx, a day later bash too, with a policy only since then.
    private func late() async throws -> RingHouse {
        var nobody = RingHouse.policy()
        nobody.applies = RingHouse.group("tag = nobody")
        let rings = try await RingHouse(others: 0, policy: nobody)
        _ = try await rings.useCases.steer(rings.house.tenant.id)
        rings.house.clock.advance(seconds: Self.day)
        try await rings.endpoints[0].report(
            ["bash": "1", "nginx": "1"],
            updates: [TestEndpoint.update("nginx"), TestEndpoint.update("bash")])
        _ = try await rings.useCases.steer(rings.house.tenant.id)
        let record = PolicyRecord(
            id: rings.useCases.effects.newIdentifier(), place: .tenant(rings.house.tenant.id),
            policy: try counting(), yaml: "", savedAt: rings.house.clock.now, savedBy: "user:anna")
        try await rings.useCases.ledger.write { try $0.insert(record) }
        return rings
    }

    @Test func `each update has its own opening, counted from when its fix was first seen`()
        async throws
    {
        let rings = try await late()
        let detail = try await rings.useCases.endpoint(
            rings.endpoints[0].id, by: rings.house.administrator)
        let seen = House.start
        let nginx = try #require(detail.decisions.first { $0.update.name == "nginx" })
        let bash = try #require(detail.decisions.first { $0.update.name == "bash" })
        func opening(_ release: Timestamp) -> Timestamp {
            TimeZoneRules.utc.instant(
                of: TimeZoneRules.utc.date(at: release).adding(days: 2))
        }
        #expect(nginx.reasonCode == .awaitingWindow)
        #expect(nginx.nextAt == opening(seen))
        #expect(bash.nextAt == opening(seen.adding(seconds: Self.day)))
        let plan = try await rings.useCases.planPolicies(
            for: rings.house.tenant.id, by: rings.house.administrator)
        #expect(plan.installs.map(\.update.name) == ["nginx", "bash"])
        #expect(plan.installs.map(\.startsAt) == [nginx.nextAt, bash.nextAt])
    }

    @Test func `what opens on different days moves apart, and orders tell the release`()
        async throws
    {
        let rings = try await late()
        let opened = try await rings.useCases.steer(rings.house.tenant.id)
        #expect(opened.count == 2)
        let endpoint = rings.endpoints[0]
        var released: [String: Timestamp?] = [:]
        for _ in 0..<2 {
            let order = try #require(try await endpoint.collect())
            let line = try #require(order.updates.first)
            #expect(order.updates.count == 1)
            released[line.name] = line.released
            try await endpoint.finish(order, .verified)
        }
        #expect(
            released == ["nginx": House.start, "bash": House.start.adding(seconds: Self.day)])
        try await endpoint.report(["bash": "2", "nginx": "2"])
        // It looks anew in the same hour: nothing is opened twice.
        #expect(try await rings.useCases.steer(rings.house.tenant.id).isEmpty)
    }

    @Test func `what a person chooses together tells each release`() async throws {
        let rings = try await late()
        let deployment = try await rings.useCases.approve(
            DeploymentSelection(
                endpoints: rings.endpoints.map(\.id),
                updates: [.init(name: "nginx"), .init(name: "bash")]),
            by: rings.house.administrator)
        let order = try #require(try await rings.endpoints[0].collect())
        #expect(order.deployment == deployment.id)
        #expect(
            Set(order.updates.map(\.released))
                == [House.start, House.start.adding(seconds: Self.day)])
    }

    @Test func `a policy without such windows tells no release`() async throws {
        let rings = try await RingHouse(others: 0, policy: RingHouse.policy(approval: .atOnce))
        _ = try await rings.useCases.steer(rings.house.tenant.id)
        let order = try #require(try await rings.endpoints[0].collect())
        #expect(order.updates.map(\.released) == [nil])
    }
}
