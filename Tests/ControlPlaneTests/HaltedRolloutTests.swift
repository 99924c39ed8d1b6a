import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing

@testable import Store

@Suite("A rollout that has halted is told wherever people look")
struct HaltedRolloutTests {
    /// A canary that has failed for a reason of its own, and others that wait for it.
    private func halted() async throws -> (RingHouse, DeploymentID) {
        let rings = try await RingHouse(policy: RingHouse.policy(approval: .atOnce))
        let id = try #require(try await rings.useCases.steer(rings.house.tenant.id).first)
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: order)
        try await rings.endpoints[0].fail(order, .diskFull)
        #expect(try await rings.standing(id).state == .halted)
        return (rings, id)
    }

    private func decision(_ rings: RingHouse, _ place: Int) async throws -> Decision {
        let detail = try await rings.useCases.endpoint(
            rings.endpoints[place].id, by: rings.house.administrator)
        return try #require(detail.decisions.first { $0.update.name == "nginx" })
    }

    private func alerts(_ rings: RingHouse, openOnly: Bool = true) async throws -> [Alert] {
        try await rings.useCases.alerts(by: rings.house.administrator, openOnly: openOnly)
    }

    @Test func `whoever waits for it is told which rollout, why it halted, and what to do`()
        async throws
    {
        let (rings, id) = try await halted()
        let waiting = try await decision(rings, 1)
        #expect(waiting.reasonCode == .deploymentHalted)
        #expect(waiting.action == .wait && waiting.nextAt == nil)
        #expect(
            waiting.sentence
                == "Approved, but the rollout “servers, routine: nginx” is halted. Ring canary cannot "
                + "pass its gate: at most 0 of 1 can be verified. Resume it, or call it off.")
        let standing = try await rings.useCases.fleetStanding(by: rings.house.administrator)
        #expect(standing?.updates.values.first?.reasons[.deploymentHalted] == 2)
        #expect(
            try await rings.useCases.prefetchList(
                PrefetchRequest(), by: rings.endpoints[1].principal
            ).wishes.isEmpty)
        let plan = try await rings.useCases.planPolicies(
            for: rings.house.tenant.id, by: rings.house.administrator)
        #expect(plan.installs.isEmpty)
        #expect(plan.waiting.count { $0.decision.reasonCode == .deploymentHalted } == 2)
        _ = try await rings.useCases.cancel(id, by: rings.house.administrator)
        #expect(try await decision(rings, 1).reasonCode == .windowOpen)
    }

    @Test func `one that halted under a build without alerts raises its alert once`() async throws {
        let (rings, _) = try await halted()
        let former = try #require(try await alerts(rings).first)
        let tenant = rings.house.tenant.id
        // As such a build has left it: halted, and no alert.
        try await rings.useCases.ledger.write { records in
            _ = try (records as? StoreRecords)?.change("DELETE FROM alert")
        }
        #expect(try await alerts(rings, openOnly: false).isEmpty)
        _ = try await rings.useCases.steer(tenant)
        let raised = try #require(try await alerts(rings).first)
        #expect(raised.sentence == former.sentence)
        _ = try await rings.useCases.acknowledge(raised.id, by: rings.house.administrator)
        _ = try await rings.useCases.steer(tenant)
        #expect(try await alerts(rings).isEmpty)
    }

    @Test func `an endpoint that it has given up is told so, even where no update was tried`()
        async throws
    {
        let rings = try await RingHouse(
            policy: RingHouse.policy(soakSeconds: 0, approval: .atOnce))
        _ = try await rings.useCases.steer(rings.house.tenant.id)
        try await rings.endpoints[0].patch()
        let order = try #require(try await rings.endpoints[1].collect())
        // Nothing was tried: the disk was looked at first.
        let skipped = order.updates.map {
            UpdateOutcome(
                update: $0, state: .skipped, failure: .diskFull, versionAfter: $0.from,
                sentence: "/var has no room.")
        }
        _ = try await rings.useCases.reportResult(
            JobResult(outcomes: skipped), job: order.job, by: rings.endpoints[1].principal)
        let given = try await decision(rings, 1)
        #expect(given.reasonCode == .lastAttemptFailed)
        #expect(given.sentence.contains("it failed (diskFull)"))
        #expect(
            given.sentence.hasSuffix(
                "The rollout “servers, routine: nginx” does not try it again there: halt it and "
                    + "resume it with new tries, or deploy the update there by hand."))
        // An approval since does not bring it back while the rollout is open.
        rings.house.clock.advance(seconds: 60)
        _ = try await rings.useCases.decide(
            ApprovalDraft(.approve, tenant: rings.house.tenant.id, package: "nginx"),
            by: rings.house.administrator)
        #expect(try await decision(rings, 1).reasonCode == .lastAttemptFailed)
    }

    @Test func `one that is tried again by itself is told when`() async throws {
        let rings = try await RingHouse(policy: RingHouse.policy(approval: .atOnce))
        _ = try await rings.useCases.steer(rings.house.tenant.id)
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: order)
        try await rings.endpoints[0].fail(order, .network)
        let resting = try await decision(rings, 0)
        #expect(resting.reasonCode == .awaitingRetry)
        #expect(
            resting.nextAt
                == rings.house.clock.now.adding(seconds: FailureCounts.firstRestSeconds))
    }

    @Test func `it raises one alert, which ends by itself when it goes on or is called off`()
        async throws
    {
        let (rings, id) = try await halted()
        let alert = try #require(try await alerts(rings).first)
        #expect(try await alerts(rings).count == 1)
        #expect(alert.kind == .rolloutHalted && alert.severity == .critical)
        #expect(alert.tenant == rings.house.tenant.id && alert.deployment == id)
        #expect(
            alert.sentence
                == "The rollout “servers, routine: nginx” has halted by itself. Ring canary cannot "
                + "pass its gate: at most 0 of 1 can be verified.")
        #expect(alert.nextStep.contains("resume the deployment, or cancel it"))
        #expect(alert.endpoints == 2)
        // It halts again at once: the same trouble, and the same alert.
        _ = try await rings.useCases.resume(id, .keep, by: rings.house.administrator)
        #expect(try await alerts(rings).map(\.id) == [alert.id])
        _ = try await rings.useCases.acknowledge(alert.id, by: rings.house.administrator)
        _ = try await rings.useCases.resume(id, .keep, by: rings.house.administrator)
        let second = try await alerts(rings)
        #expect(second.count == 1 && second.first?.id != alert.id)
        _ = try await rings.useCases.resume(id, .passGate, by: rings.house.administrator)
        #expect(try await alerts(rings).isEmpty)
        #expect(
            try await alerts(rings, openOnly: false).first { $0.id == second.first?.id }?
                .acknowledgedBy == "system")
        #expect(try await rings.useCases.verifyAudit().intact)
    }

    @Test func `calling it off ends the alert too, and what a person halts raises none`()
        async throws
    {
        let (rings, id) = try await halted()
        _ = try await rings.useCases.cancel(id, by: rings.house.administrator)
        #expect(try await alerts(rings).isEmpty)
        let other = try await RingHouse()
        let byHand = try await other.approve()
        _ = try await other.useCases.halt(
            byHand, because: "We look first", by: other.house.administrator)
        #expect(try await alerts(other, openOnly: false).isEmpty)
        let told = try await decision(other, 1)
        #expect(told.reasonCode == .deploymentHalted)
        #expect(told.sentence.contains("halted it: We look first. Resume it, or call it off."))
    }

    @Test func `asking for one endpoint reads the rollouts that name it, and no others`()
        async throws
    {
        let rings = try await RingHouse(
            canaries: 6, others: 0, policy: RingHouse.policy(minimum: 1))
        func open(_ place: Int) async throws {
            _ = try await rings.useCases.approve(
                DeploymentSelection(
                    endpoints: [rings.endpoints[place].id], updates: [.init(name: "nginx")],
                    policy: "servers"), by: rings.house.administrator)
        }
        /// How many stored jobs and rollouts the question makes the store read.
        func cost() async throws -> Int {
            func read() async throws -> Int {
                try await rings.useCases.ledger.read { records in
                    (records as? StoreRecords)?.interned.bodies.asked ?? -1
                }
            }
            let before = try await read()
            _ = try await rings.useCases.prefetchList(
                PrefetchRequest(), by: rings.endpoints[0].principal)
            return try await read() - before
        }
        let alone = try await cost()
        try await open(0)
        let own = try await cost()
        #expect(own > alone)
        for place in 1..<6 { try await open(place) }
        let tenant = rings.house.tenant.id
        let count = try await rings.useCases.ledger.read { try $0.openRollouts(of: tenant).count }
        #expect(count == 6)
        #expect(try await cost() == own)
    }

    @Test func `what is called off shows no ring as open and nobody at work who is not`()
        async throws
    {
        let rings = try await RingHouse(canaries: 3)
        let id = try await rings.approve()
        let begun = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: begun)
        _ = try await rings.endpoints[1].collect()
        _ = try await rings.useCases.cancel(id, by: rings.house.administrator)
        let called = try await rings.standing(id)
        #expect(called.rings.map(\.stage) == [.cancelled, .cancelled])
        #expect(called.rings.map(\.working) == [2, 0])
        #expect(called.rings.map(\.waiting) == [0, 0])
        #expect(called.rings[1].endpoints.allSatisfy { $0.phase == "cancelled" })
        try await rings.endpoints[0].finish(begun, .verified)
        try await rings.pass(seconds: Job.firstWordSeconds)
        #expect(try await rings.standing(id).rings.map(\.working) == [0, 0])
    }

    @Test func `who is held up by another deployment is told by which, and goes on when it ends`()
        async throws
    {
        let rings = try await RingHouse(policy: RingHouse.policy(soakSeconds: 0))
        let id = try await rings.approve()
        let other = try await rings.useCases.approve(
            DeploymentSelection(
                endpoints: rings.others.map(\.id), updates: [.init(name: "nginx")],
                title: "By hand"), by: rings.house.administrator)
        try await rings.endpoints[0].patch()
        let held = try await rings.standing(id)
        #expect(
            held.waits.contains(
                "“By hand” (\(other.id)) installs the same on 2 endpoints first; this goes on there "
                    + "when that has ended."), "\(held.waits)")
        _ = try await rings.useCases.cancel(other.id, by: rings.house.administrator)
        // It does not wait for the end of its rest.
        for endpoint in rings.others { try await endpoint.patch() }
        #expect(try await rings.detail(id).summary.deployment.state == .finished)
    }

    @Test func `who is kept from all of the list by another's block is told by whose, and waits`()
        async throws
    {
        let rings = try await RingHouse(canaries: 2, others: 0)
        func open(_ place: Int) async throws -> DeploymentID {
            try await rings.useCases.approve(
                DeploymentSelection(
                    endpoints: [rings.endpoints[place].id], updates: [.init(name: "nginx")],
                    title: "Part \(place)", policy: "servers"), by: rings.house.administrator
            ).id
        }
        let bad = try await open(0)
        let held = try await open(1)
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: order)
        try await rings.endpoints[0].finish(order, .failed)
        #expect(try await rings.standing(bad).state == .halted)
        try await rings.pass(seconds: 10)
        #expect(try await rings.endpoints[1].collect() == nil)
        let standing = try await rings.standing(held)
        #expect(standing.state == .running)
        #expect(
            standing.waits.contains(
                "nginx 2 went wrong in “Part 0” (\(bad)) and is blocked; this goes on when a person "
                    + "unblocks it."), "\(standing.waits)")
        try await rings.useCases.unblock(
            VersionToUnblock(package: "nginx", version: "2"), by: rings.house.administrator)
        try await rings.endpoints[1].patch()
    }
}
