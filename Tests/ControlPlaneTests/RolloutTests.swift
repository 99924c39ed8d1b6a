import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing
import Trust

@Suite("A deployment moves through rings")
struct RolloutUseCaseTests {
    @Test func `the canary is verified, is watched, and then the next ring begins`() async throws {
        let rings = try await RingHouse()
        let id = try await rings.approve()
        for endpoint in rings.others { #expect(try await endpoint.collect() == nil) }
        try await rings.endpoints[0].patch()
        let soaking = try await rings.standing(id)
        #expect(soaking.rings.map(\.stage) == [.soaking, .waiting])
        #expect(
            soaking.rings[0].soakUntil
                == rings.house.clock.now.adding(seconds: RingHouse.soakSeconds))
        #expect(try await rings.detail(id).summary.deployment.state == .running)
        try await rings.pass(seconds: RingHouse.soakSeconds - 1)
        for endpoint in rings.others { #expect(try await endpoint.collect() == nil) }
        try await rings.pass(seconds: 1)
        for endpoint in rings.others { try await endpoint.patch() }
        let done = try await rings.detail(id)
        #expect(done.summary.deployment.state == .finished)
        #expect(done.rollout?.state == .completed)
        #expect(done.rollout?.rings.map(\.verified) == [1, 2])
        #expect(
            done.timeline?.map(\.action).filter { $0.hasPrefix("rollout.") } == [
                "rollout.ringOpened", "rollout.soaking", "rollout.gatePassed", "rollout.ringOpened",
                "rollout.completed",
            ])
        #expect(try await rings.useCases.verifyAudit().intact)
    }

    @Test func `whoever is in a later ring is told which ring comes first, and from when`()
        async throws
    {
        let rings = try await RingHouse()
        let last = try #require(rings.others.last).id
        func decision() async throws -> Decision? {
            let detail = try await rings.useCases.endpoint(last, by: rings.house.administrator)
            return detail.decisions.first { $0.update.name == "nginx" }
        }
        #expect(try await decision()?.reasonCode == .awaitingApproval)
        let id = try await rings.approve()
        let waiting = try #require(try await decision())
        #expect(waiting.reasonCode == .awaitingRing)
        #expect(waiting.nextAt == nil)
        #expect(waiting.sentence.contains("the ring canary must pass its gate first"))
        try await rings.endpoints[0].patch()
        let soaking = try await decision()
        #expect(soaking?.reasonCode == .awaitingRing)
        #expect(
            soaking?.nextAt == rings.house.clock.now.adding(seconds: RingHouse.soakSeconds))
        let standing = try await rings.useCases.fleetStanding(by: rings.house.administrator)
        #expect(standing?.updates.values.first?.reasons[.awaitingRing] == 2)
        try await rings.pass(seconds: RingHouse.soakSeconds)
        #expect(try await decision()?.reasonCode == .queued)
        _ = try await rings.useCases.cancel(id, by: rings.house.administrator)
        #expect(try await decision()?.reasonCode == .awaitingApproval)
    }

    @Test func `two rings ahead it is told when the soaks between end at the earliest`()
        async throws
    {
        var policy = RingHouse.policy()
        let pilot = Ring(
            name: RingHouse.name("pilot"), members: .matching(RingHouse.group("tag = pilot")),
            soak: .hours(5), gate: policy.rings[RingHouse.name("standard")]?[0].gate)
        policy.rings[RingHouse.name("standard")]?.insert(pilot, at: 1)
        let rings = try await RingHouse(others: 2, policy: policy, tags: [1: ["pilot"]])
        let last = try #require(rings.others.last).id
        func nextAt() async throws -> Timestamp? {
            let detail = try await rings.useCases.endpoint(last, by: rings.house.administrator)
            let decision = detail.decisions.first { $0.update.name == "nginx" }
            #expect(decision?.reasonCode == .awaitingRing)
            return decision?.nextAt
        }
        _ = try await rings.approve()
        #expect(try await nextAt() == nil, "nobody knows when the canary is done")
        try await rings.endpoints[0].patch()
        #expect(
            try await nextAt()
                == rings.house.clock.now.adding(seconds: RingHouse.soakSeconds + 5 * 3600))
    }

    @Test func `a bad package stops at the canary, is blocked, and touches nobody else`()
        async throws
    {
        let rings = try await RingHouse()
        let id = try await rings.approve()
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: order)
        try await rings.endpoints[0].finish(order, .failed)
        let detail = try await rings.detail(id)
        #expect(detail.summary.deployment.state == .halted)
        #expect(detail.rollout?.state == .halted)
        #expect(detail.rollout?.reason?.contains("canary") == true)
        #expect(detail.jobs.count == 1)
        try await rings.pass(seconds: 86_400)
        for endpoint in rings.others { #expect(try await endpoint.collect() == nil) }
        let blocked = try await rings.useCases.blockedVersions(by: rings.house.administrator)
        #expect(blocked.map { "\($0.package) \($0.version)" } == ["nginx 2"])
        // Nobody gets it by another way either, until a person unblocks it.
        await #expect(throws: Refusal.self) { try await rings.approve() }
        _ = try await rings.useCases.cancel(id, by: rings.house.administrator)
        try await rings.useCases.unblock(
            VersionToUnblock(package: "nginx", version: "2"), by: rings.house.administrator)
        _ = try await rings.approve()
    }

    @Test func `halting takes queued orders back within one step, and what runs goes on`()
        async throws
    {
        let rings = try await RingHouse(
            canaries: 3, others: 0, policy: RingHouse.policy(soakSeconds: 0))
        let id = try await rings.approve()
        let begun = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: begun)
        let collected = try #require(try await rings.endpoints[1].collect())
        _ = try await rings.useCases.halt(
            id, because: "We look first.", by: rings.house.administrator)
        #expect(try await rings.endpoints[2].collect() == nil)
        // What was collected and not begun is told at its first word.
        let answer = try await rings.useCases.reportProgress(
            JobProgress(phase: .preflight, sentence: "Looks.", at: rings.house.clock.now),
            job: collected.job, by: rings.endpoints[1].principal)
        #expect(answer.cancel)
        _ = try await rings.useCases.reportResult(
            JobResult(outcomes: [], cancelledBeforeStart: true), job: collected.job,
            by: rings.endpoints[1].principal)
        try await rings.endpoints[0].finish(begun, .verified)
        let halted = try await rings.standing(id)
        #expect(halted.state == .halted)
        #expect(halted.reason?.contains("We look first.") == true)
        #expect(halted.rings[0].verified == 1)
        #expect(halted.rings[0].waiting == 2)
        // It goes on where it was.
        _ = try await rings.useCases.resume(id, .keep, by: rings.house.administrator)
        for endpoint in rings.endpoints.dropFirst() { try await endpoint.patch() }
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
    }

    @Test func `resuming as it stands halts again while the reason holds`() async throws {
        let (rings, id) = try await haltedByCanary()
        _ = try await rings.useCases.resume(id, .keep, by: rings.house.administrator)
        #expect(try await rings.standing(id).state == .halted)
        #expect(try await rings.detail(id).summary.deployment.state == .halted)
    }

    @Test func `resuming with new tries gives the canary its order again`() async throws {
        let (rings, id) = try await haltedByCanary()
        try await rings.useCases.unblock(
            VersionToUnblock(package: "nginx", version: "2"), by: rings.house.administrator)
        _ = try await rings.useCases.resume(id, .retryFailed, by: rings.house.administrator)
        try await rings.endpoints[0].patch()
        #expect(try await rings.standing(id).rings.map(\.stage) == [.soaking, .waiting])
    }

    @Test func `a person who answers for the gate opens the next ring`() async throws {
        let (rings, id) = try await haltedByCanary()
        try await rings.useCases.unblock(
            VersionToUnblock(package: "nginx", version: "2"), by: rings.house.administrator)
        _ = try await rings.useCases.resume(id, .passGate, by: rings.house.administrator)
        #expect(try await rings.standing(id).rings.map(\.stage) == [.passed, .open])
        for endpoint in rings.others { try await endpoint.patch() }
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
    }

    private func haltedByCanary() async throws -> (RingHouse, DeploymentID) {
        let rings = try await RingHouse()
        let id = try await rings.approve()
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: order)
        try await rings.endpoints[0].finish(order, .failed)
        return (rings, id)
    }

    @Test func `cancelling ends the rollout and its deployment`() async throws {
        let rings = try await RingHouse(canaries: 2)
        let id = try await rings.approve()
        let begun = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: begun)
        let cancelled = try await rings.useCases.cancel(id, by: rings.house.administrator)
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.finishedAt == nil)
        #expect(try await rings.endpoints[1].collect() == nil)
        try await rings.endpoints[0].finish(begun, .verified)
        #expect(try await rings.detail(id).summary.deployment.finishedAt != nil)
        await #expect(throws: Refusal.self) {
            try await rings.useCases.resume(id, .keep, by: rings.house.administrator)
        }
    }

    @Test func `a silent endpoint is passed over, and has its turn once it is back`() async throws {
        let rings = try await RingHouse(canaries: 1, others: 2)
        let id = try await rings.approve()
        let silent = rings.endpoints[2].id
        try await rings.endpoints[0].patch()
        try await rings.pass(seconds: RingHouse.soakSeconds, silent: [silent])
        try await rings.endpoints[1].patch()
        let waiting = try await rings.standing(id)
        #expect(waiting.rings[1].offline == 1)
        #expect(waiting.waits.contains { $0.contains("silent") })
        #expect(try await rings.endpoints[2].collect() == nil)
        try await rings.pass(seconds: 60)
        try await rings.endpoints[2].patch()
        #expect(try await rings.endpoints[2].collect() == nil)
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
        #expect(try await rings.detail(id).jobs.count { $0.job.endpoint == silent } <= 2)
    }

    @Test func `no more are in work at once than the budget allows`() async throws {
        let budget = DisruptionBudget(.endpoints(2))
        let rings = try await RingHouse(
            canaries: 1, others: 5, policy: RingHouse.policy(soakSeconds: 0, budget: budget))
        let id = try await rings.approve()
        try await rings.endpoints[0].patch()
        var left = Array(rings.others)
        while !left.isEmpty {
            var given: [TestEndpoint] = []
            for endpoint in left where try await endpoint.collect() != nil {
                given.append(endpoint)
            }
            #expect(given.count == min(2, left.count))
            for endpoint in given { try await endpoint.patch() }
            left.removeAll { endpoint in given.contains { $0.id == endpoint.id } }
        }
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
    }

    @Test func `two of a cluster are never in work at once`() async throws {
        let pair = ["cluster:db"]
        let rings = try await RingHouse(
            canaries: 1, others: 2, policy: RingHouse.policy(soakSeconds: 0),
            tags: [1: pair, 2: pair])
        let id = try await rings.approve()
        try await rings.endpoints[0].patch()
        let first = try await rings.endpoints[1].collect()
        let second = try await rings.endpoints[2].collect()
        #expect((first == nil) != (second == nil))
        let (now, later) =
            first == nil
            ? (rings.endpoints[2], rings.endpoints[1]) : (rings.endpoints[1], rings.endpoints[2])
        #expect(try await rings.standing(id).waits.contains { $0.contains("cluster") })
        try await now.patch()
        try await later.patch()
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
    }

    @Test func `what may pass by itself is tried again after a rest, and given up after three`()
        async throws
    {
        let rings = try await RingHouse(
            canaries: 2, others: 0, policy: RingHouse.policy(minimum: 1))
        let id = try await rings.approve()
        try await rings.endpoints[1].patch()
        for rest in [300, 1200] as [Int64] {
            let order = try #require(try await rings.endpoints[0].collect())
            try await rings.endpoints[0].fail(order, .network)
            #expect(try await rings.endpoints[0].collect() == nil)
            try await rings.pass(seconds: rest - 1)
            #expect(try await rings.endpoints[0].collect() == nil)
            try await rings.pass(seconds: 1)
        }
        let last = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].fail(last, .network)
        let standing = try await rings.standing(id)
        #expect(standing.rings[0].failed == 1)
        #expect(standing.state == .halted)
        // A network that fails says nothing against the package.
        #expect(
            try await rings.useCases.blockedVersions(by: rings.house.administrator).isEmpty)
    }

    @Test func `in sealed mode a signature covers three tries, and further ones need another`()
        async throws
    {
        let rings = try await RingHouse()
        let (house, canary) = (rings.house, rings.endpoints[0])
        let operators = try Operators()
        // One signature reaches all three endpoints.
        try await house.useCases.setBrake(
            BlastRadiusBrake(shareBasisPoints: 10_000, tenantsPerHour: 1), by: house.administrator)
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        try await operators.signAll(in: house)
        let id = try await rings.approve()
        try await rings.pass(seconds: 1)
        #expect(try await canary.collect() == nil)
        try await operators.signAll(in: house)
        var grants: Set<String> = []
        for rest: Int64 in [301, 1201, 1] {
            let order = try #require(try await canary.collect())
            grants.insert(try #require(order.grant))
            try await canary.work(on: order)
            try await canary.fail(order, .network)
            try await rings.pass(seconds: rest)
        }
        #expect(grants.count == 1)
        #expect(try await house.useCases.waitingDocuments(by: house.administrator).isEmpty)

        _ = try await rings.useCases.resume(id, .retryFailed, by: house.administrator)
        try await rings.pass(seconds: 1)
        #expect(try await canary.collect() == nil, "its tries have been made")
        try await operators.signAll(in: house)
        let order = try #require(try await canary.collect())
        #expect(!grants.contains(try #require(order.grant)))
        #expect(Grant.maximumTries == FailureCounts.mostOfOneCause)
    }

    @Test func `the emergency lane keeps the canary and skips the soak`() async throws {
        let rings = try await RingHouse()
        let id = try await rings.approve(.emergency)
        for endpoint in rings.others { #expect(try await endpoint.collect() == nil) }
        try await rings.endpoints[0].patch()
        #expect(try await rings.standing(id).rings.map(\.stage) == [.passed, .open])
        for endpoint in rings.others { try await endpoint.patch() }
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
    }

    @Test func `a version that no source has any more fails nobody`() async throws {
        let rings = try await RingHouse(
            canaries: 2, others: 0, policy: RingHouse.policy(soakSeconds: 0))
        let id = try await rings.approve()
        try await rings.endpoints[1].patch()
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].fail(order, .versionNotAvailable)
        let standing = try await rings.standing(id)
        #expect(standing.state == .completed)
        #expect(standing.rings[0].notNeeded == 1)
    }

    @Test func `another tenant's people see and stop nothing of it`() async throws {
        let rings = try await RingHouse()
        let id = try await rings.approve()
        let other = try await rings.useCases.createTenant(name: "Other", by: .localAdministrator)
        let stranger = Principal(
            name: "user:eve", scope: .tenant(other.id), permissions: Role.administrator.permissions)
        for attempt in [
            { _ = try await rings.useCases.halt(id, by: stranger) },
            { _ = try await rings.useCases.resume(id, .passGate, by: stranger) },
            { _ = try await rings.useCases.deployment(id, by: stranger) },
        ] as [@Sendable () async throws -> Void] {
            await #expect(throws: Refusal.notFound("deployment")) { try await attempt() }
        }
    }
}
