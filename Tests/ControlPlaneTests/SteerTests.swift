import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing

@Suite("Policies open waves by themselves")
struct SteerTests {
    private func atOnce(
        _ lane: Lane = .routine, soakSeconds: Int64 = 3600, sla: [String] = []
    ) -> PatchPolicy {
        RingHouse.policy(soakSeconds: soakSeconds, approval: .atOnce, lane: lane, sla: sla)
    }

    private func deployments(_ rings: RingHouse) async throws -> [Deployment] {
        try await rings.useCases.deployments(by: rings.house.administrator).map(\.deployment)
    }

    @Test func `what is approved at once goes to the canary, and to the others after the soak`()
        async throws
    {
        let rings = try await RingHouse(policy: atOnce())
        let opened = try await rings.useCases.steer(rings.house.tenant.id)
        let id = try #require(opened.first)
        #expect(opened.count == 1)
        let standing = try await rings.standing(id)
        #expect(standing.isAutomatic)
        #expect(standing.policy == "servers")
        #expect(standing.lines.map(\.key.name) == ["nginx"])
        #expect(standing.rings.map(\.members) == [1, 2])
        try await rings.endpoints[0].patch()
        for endpoint in rings.others { #expect(try await endpoint.collect() == nil) }
        try await rings.pass(seconds: RingHouse.soakSeconds)
        for endpoint in rings.others { try await endpoint.patch() }
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
        try await rings.pass(seconds: 7200)
        #expect(try await deployments(rings).count == 1)
    }

    @Test func `looking again opens nothing twice`() async throws {
        let rings = try await RingHouse(policy: atOnce())
        let first = try await rings.useCases.steer(rings.house.tenant.id)
        let second = try await rings.useCases.steer(rings.house.tenant.id)
        #expect(first.count == 1)
        #expect(second.isEmpty)
    }

    @Test func `by hand opens nothing`() async throws {
        let rings = try await RingHouse()
        #expect(try await rings.useCases.steer(rings.house.tenant.id).isEmpty)
    }

    @Test func `what is approved within an hour waits and moves together, an emergency at once`()
        async throws
    {
        for (lane, waits) in [(Lane.routine, true), (.emergency, false)] {
            let rings = try await RingHouse(policy: atOnce(lane))
            _ = try await rings.useCases.steer(rings.house.tenant.id)
            for endpoint in rings.endpoints {
                try await endpoint.report(
                    ["bash": "1", "nginx": "1"],
                    updates: [TestEndpoint.update("nginx"), TestEndpoint.update("bash")])
            }
            rings.house.clock.advance(seconds: 3599)
            let early = try await rings.useCases.steer(rings.house.tenant.id)
            #expect(early.isEmpty == waits, "\(lane)")
            rings.house.clock.advance(seconds: 1)
            let later = try await rings.useCases.steer(rings.house.tenant.id)
            #expect(later.isEmpty != waits, "\(lane)")
            let second = try #require((early + later).first)
            #expect(try await rings.standing(second).lines.map(\.key.name) == ["bash"])
        }
    }

    @Test func `a version that replaces one under way gets its own wave, with canaries first`()
        async throws
    {
        let rings = try await RingHouse(policy: atOnce())
        let first = try #require(try await rings.useCases.steer(rings.house.tenant.id).first)
        try await rings.endpoints[0].patch()
        let newer = TestEndpoint.update("nginx", to: "3")
        for endpoint in rings.others {
            try await endpoint.report(["nginx": "1"], updates: [newer])
        }
        try await rings.endpoints[0].report(
            ["nginx": "2"], updates: [TestEndpoint.update("nginx", from: "2", to: "3")])
        try await rings.pass(seconds: RingHouse.soakSeconds)
        let all = try await deployments(rings)
        #expect(all.count == 2)
        // The first list is kept to: exactly version 2, though 3 is on offer.
        let order = try #require(try await rings.endpoints[1].collect())
        #expect(order.deployment == first)
        #expect(order.updates.map(\.to) == ["2"])
        #expect(try await rings.endpoints[0].collect()?.updates.map(\.to) == ["3"])
    }

    @Test func `a blocked version opens no wave until it is unblocked`() async throws {
        let rings = try await RingHouse(policy: atOnce())
        let tenant = rings.house.tenant.id
        let now = rings.house.clock.now
        try await rings.useCases.ledger.write {
            try $0.block(
                BlockedVersion(
                    tenant: tenant, manager: .apt, package: "nginx", version: "2",
                    deployment: nil, reason: "It broke.", by: "test", at: now))
        }
        #expect(try await rings.useCases.steer(tenant).isEmpty)
        try await rings.useCases.unblock(
            VersionToUnblock(package: "nginx", version: "2"), by: rings.house.administrator)
        #expect(try await rings.useCases.steer(tenant).count == 1)
    }

    @Test func `an endpoint far behind catches up in bounded batches, security first`() async throws
    {
        let rings = try await RingHouse(canaries: 1, others: 0, policy: atOnce(soakSeconds: 0))
        let names = (0..<70).map { "pkg\($0)" }
        let updates = names.enumerated().map { place, name in
            TestEndpoint.update(name, classes: place < 10 ? [.security] : [.bugfix])
        }
        let installed = Dictionary(uniqueKeysWithValues: names.map { ($0, "1") })
        try await rings.endpoints[0].report(installed, updates: updates)
        _ = try await rings.useCases.steer(rings.house.tenant.id)
        let order = try #require(try await rings.endpoints[0].collect())
        #expect(order.updates.count == UpdateDebt.usualMostUpdates)
        #expect(Set(names.prefix(10)).isSubset(of: order.updates.map(\.name)))
        try await rings.endpoints[0].finish(order, .verified)
        let done = Set(order.updates.map(\.name))
        try await rings.endpoints[0].report(
            Dictionary(uniqueKeysWithValues: names.map { ($0, done.contains($0) ? "2" : "1") }),
            updates: updates.filter { !done.contains($0.name) })
        try await rings.pass(seconds: 3600)
        let rest = try #require(try await rings.endpoints[0].collect())
        #expect(rest.updates.count == 20)
        #expect(done.isDisjoint(with: rest.updates.map(\.name)))
    }

    @Test func `an endpoint far behind is listed with its batches and its end`() async throws {
        let rings = try await RingHouse(canaries: 2, others: 0, policy: atOnce(soakSeconds: 0))
        let names = (0..<120).map { "pkg\($0)" }
        try await rings.endpoints[0].report(
            Dictionary(uniqueKeysWithValues: names.map { ($0, "1") }),
            updates: names.enumerated().map { place, name in
                TestEndpoint.update(name, classes: place < 10 ? [.security] : [.bugfix])
            })
        let by = rings.house.administrator
        let behind = try await rings.useCases.updateDebt(by: by)
        let one = try #require(behind.first)
        #expect(behind.map(\.endpoint) == [rings.endpoints[0].id])
        #expect((one.owed, one.approved) == (120, 120))
        #expect(one.batches.map(\.updates) == [50, 50, 20])
        #expect(one.batches.map(\.security) == [10, 0, 0])
        let starts = one.batches.compactMap(\.startsAt)
        #expect(starts.first == rings.house.clock.now)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $1.seconds(since: $0) >= 3600 })
        #expect(try #require(one.doneAt) > starts[2])
        // An order that is out begins when the endpoint has time, not when it would run out.
        _ = try await rings.useCases.steer(rings.house.tenant.id)
        let ordered = try #require(try await rings.useCases.updateDebt(by: by).first)
        #expect(ordered.approved == 120)
        #expect(ordered.batches.map(\.updates) == [50, 50, 20])
        #expect(ordered.batches.map(\.security) == [10, 0, 0])
        #expect(ordered.batches.compactMap(\.startsAt) == starts)
        // By its age alone an endpoint that misses one fix has fallen behind too.
        try await rings.pass(seconds: 10 * 86_400)
        for endpoint in rings.endpoints { try await endpoint.missNginx() }
        #expect(try await rings.useCases.updateDebt(by: by, days: 9).count == 2)
        #expect(try await rings.useCases.updateDebt(by: by, days: 11).isEmpty)
    }

    @Test func `an update that goes missing again is installed again, three times at most`()
        async throws
    {
        let rings = try await RingHouse(
            canaries: 2, others: 0, policy: atOnce(soakSeconds: 0))
        let id = try #require(try await rings.useCases.steer(rings.house.tenant.id).first)
        for _ in 0..<3 {
            let order = try #require(try await rings.endpoints[0].collect())
            try await rings.endpoints[0].finish(order, .verified)
            rings.house.clock.advance(seconds: 60)
            try await rings.endpoints[0].missNginx()
            _ = try await rings.useCases.steer(rings.house.tenant.id)
        }
        #expect(try await rings.endpoints[0].collect() == nil)
        #expect(try await rings.standing(id).rings[0].failed == 1)
    }

    @Test
    func `it is the fix that ages: a version that replaces a missing one does not begin anew`()
        async throws
    {
        let rings = try await RingHouse(policy: RingHouse.policy(approval: .afterDays(2)))
        let tenant = rings.house.tenant.id
        #expect(try await rings.useCases.steer(tenant).isEmpty)
        rings.house.clock.advance(seconds: 86_400)
        for endpoint in rings.endpoints {
            try await endpoint.report(
                ["nginx": "1"], updates: [TestEndpoint.update("nginx", to: "3")])
        }
        #expect(try await rings.useCases.steer(tenant).isEmpty)
        rings.house.clock.advance(seconds: 86_399)
        #expect(try await rings.useCases.steer(tenant).isEmpty)
        rings.house.clock.advance(seconds: 1)
        let opened = try #require(try await rings.useCases.steer(tenant).first)
        #expect(try await rings.standing(opened).lines.map(\.version) == ["3"])
    }

    @Test func `two of a cluster are not in work at once, by two deployments either`() async throws
    {
        let pair = ["cluster:db"]
        let rings = try await RingHouse(
            canaries: 0, others: 2, tags: [0: pair, 1: pair])
        for endpoint in rings.endpoints {
            _ = try await rings.useCases.approve(
                DeploymentSelection(endpoints: [endpoint.id], updates: [.init(name: "nginx")]),
                by: rings.house.administrator)
        }
        let order = try #require(try await rings.endpoints[0].collect())
        #expect(try await rings.endpoints[1].collect() == nil)
        try await rings.endpoints[0].finish(order, .verified)
        #expect(try await rings.endpoints[1].collect() != nil)
    }
}
