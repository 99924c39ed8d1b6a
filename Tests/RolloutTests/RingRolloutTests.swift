import Fleet
import Policy
import Rollout
import TestSupport
import Testing

@Suite struct `A rollout moves through its rings` {
    private static let ids = RolloutSample.endpoints(20)
    private static let day: Int64 = 86_400

    private static func started(_ plan: RolloutPlan) -> RingRollout {
        var rollout = RingRollout(plan)
        rollout.take(.started)
        return rollout
    }

    /// The usual plan with the canaries verified.
    private static func soaking() -> RingRollout {
        var rollout = started(RolloutSample.twoRings(ids))
        for id in ids.prefix(4) { rollout.verify(id) }
        return rollout
    }

    @Test func `canaries first, then a day of soak, then everyone with the canaries' lock list`() {
        var rollout = RingRollout(RolloutSample.twoRings(Self.ids))
        #expect(rollout.take(.started).offered == Array(Self.ids.prefix(4)))
        for id in Self.ids.prefix(2) { #expect(rollout.verify(id).offered == []) }
        // Three of four are the wanted 75 %.
        let reached = rollout.verify(Self.ids[2], after: 60)
        #expect(reached.contains(.wait(until: RolloutSample.start.adding(seconds: Self.day + 60))))
        #expect(rollout.take(.tick, after: Self.day + 59).offered == [])
        let opened = rollout.take(.tick, after: Self.day + 60)
        #expect(opened.prefix(2) == [.gatePassed(ring: 0), .openRing(1)])
        #expect(opened.offered == Array(Self.ids.dropFirst(4)))
        #expect(rollout.lockList == [RolloutSample.file])
        #expect(opened.contains(.offer(rollout.offer(Self.ids[4]), isExact: true)))
    }

    @Test func `who rests without having tried has its turn as soon as the way is clear`() {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids))
        rollout.take(.jobWithdrawn(rollout.offer(Self.ids[0])), after: 60)
        rollout.take(.jobFailed(rollout.offer(Self.ids[1]), .network), after: 60)
        #expect(rollout.take(.tick, after: 120).offered == [])
        #expect(rollout.take(.wayCleared, after: 120).offered == [Self.ids[0]])
    }

    @Test func `an emergency keeps canaries and gates, and skips the soak`() {
        let usual = RolloutSample.twoRings(Self.ids)
        var rollout = Self.started(RolloutPlan(rings: usual.rings, lane: .emergency))
        rollout.verify(Self.ids[0])
        #expect(rollout.verify(Self.ids[1]).offered == [])
        #expect(rollout.verify(Self.ids[2]).offered.count == 16)
    }

    @Test func `a soak is shortened for a due date only when the policy says so`() {
        let usual = RolloutSample.twoRings(Self.ids)
        let due = RolloutSample.start.adding(seconds: 7200)
        for (shortest, expected) in [
            (nil, Self.day), (TimeSpan.hours(1), 7200), (.hours(3), 10_800),
        ] {
            var rollout = Self.started(
                RolloutPlan(rings: usual.rings, dueAt: due, shortestSoak: shortest))
            var actions: [RolloutAction] = []
            for id in Self.ids.prefix(3) { actions += rollout.verify(id) }
            #expect(
                rollout.progress[0].soakUntil == RolloutSample.start.adding(seconds: expected))
            let said = actions.contains(
                .notify(
                    .soakShortened(
                        ring: RolloutSample.name("canary"), fromSeconds: Self.day,
                        toSeconds: expected)))
            #expect(said == (shortest != nil))
        }
    }

    @Test func `a bad package stops at the canaries, and the others are untouched`() {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids))
        rollout.take(.jobFailed(rollout.offer(Self.ids[0]), .maintainerScript))
        let actions = rollout.take(.jobFailed(rollout.offer(Self.ids[1]), .maintainerScript))
        #expect(
            actions.halt
                == .gateOutOfReach(ring: RolloutSample.name("canary"), possible: 2, members: 4))
        #expect(actions.withdrawn == Array(Self.ids[2...3]))
        #expect(actions.contains(.block([])))
        #expect(
            rollout.endpoints.dropFirst(4).allSatisfy { $0.phase == .waiting && $0.orders == 0 })
    }

    @Test func `without a gate one canary is enough to stop a package that is at fault`() {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids, gate: nil))
        let actions = rollout.take(.jobFailed(rollout.offer(Self.ids[0]), .maintainerScript))
        #expect(actions.halt == .badPackage(Self.ids[0]))
        var full = Self.started(RolloutSample.twoRings(Self.ids, gate: nil))
        #expect(full.take(.jobFailed(full.offer(Self.ids[0]), .diskFull)).halt == nil)
    }

    @Test func `unhealthy canaries stop it, unless endpoints without the update are as unhealthy`()
    {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids))
        rollout.verify(Self.ids[0])
        #expect(rollout.verify(Self.ids[1], isHealthy: false).halt != nil)

        var outage = Self.started(RolloutSample.twoRings(Self.ids))
        for id in Self.ids[4...9] {
            outage.take(.healthReported(id, isHealthy: false, observedAt: RolloutSample.start))
        }
        outage.verify(Self.ids[0])
        #expect(outage.verify(Self.ids[1], isHealthy: false).halt == nil)
        #expect(outage.waits.contains(.outage(ring: RolloutSample.name("canary"))))
        // An hour later the word of the others is old, and excuses nothing.
        #expect(outage.take(.tick, after: 3601).halt != nil)
    }

    @Test func `those who wait, at most 24 and none of a cluster, are its control group`() {
        var rollout = RingRollout(RolloutSample.twoRings(Self.ids))
        #expect(rollout.peers == [])
        rollout.take(.started)
        #expect(rollout.peers == Array(Self.ids.dropFirst(4)))
        rollout.take(.haltRequested(by: "anna", reason: "Friday"))
        #expect(rollout.peers == [])
        let pair = EndpointCluster(name: "db", members: Set(Self.ids[5...6]))
        let rings = RolloutSample.twoRings(Self.ids).rings
        let paired = Self.started(RolloutPlan(rings: rings, clusters: [pair]))
        #expect(paired.peers == [Self.ids[4]] + Self.ids.dropFirst(7))
        #expect(Self.started(RolloutPlan(rings: rings, hasProbes: false)).peers == [])
        let many = RolloutSample.endpoints(60)
        #expect(Self.started(RolloutSample.twoRings(many)).peers == Array(many[4..<28]))
    }

    @Test func `an endpoint that was unhealthy before does not blame the update`() {
        var rollout = RingRollout(RolloutSample.twoRings(Self.ids))
        let id = Self.ids[0]
        rollout.take(.healthReported(id, isHealthy: false, observedAt: RolloutSample.start))
        rollout.take(.started)
        #expect(rollout.verify(id, isHealthy: false, after: 9).halt == nil)
    }

    @Test func `a halt by hand takes back what has not begun, and resuming keeps the rest`() {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids))
        rollout.take(.jobStarted(rollout.offer(Self.ids[0])))
        let halted = rollout.take(.haltRequested(by: "anna", reason: "Friday"))
        #expect(halted.withdrawn == Array(Self.ids[1...3]))
        // One had begun all the same, and both that work finish.
        rollout.take(.jobStarted(rollout.offer(Self.ids[1])))
        for id in Self.ids[2...3] { rollout.take(.jobWithdrawn(rollout.offer(id))) }
        rollout.verify(Self.ids[0])
        #expect(rollout.entry(of: Self.ids[0])?.phase == .verified)
        let resumed = rollout.take(.resumeRequested(by: "anna", .keep))
        #expect(resumed.offered == Array(Self.ids[2...3]))
        #expect(rollout.entry(of: Self.ids[1])?.phase == .running)
    }

    @Test func `a person can answer for a gate`() {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids))
        for id in Self.ids.prefix(2) { rollout.take(.jobFailed(rollout.offer(id), .diskFull)) }
        guard case .halted = rollout.state else {
            Issue.record("not halted")
            return
        }
        #expect(rollout.take(.resumeRequested(by: "anna", .keep)).halt != nil)
        #expect(rollout.take(.resumeRequested(by: "anna", .passGate)).contains(.openRing(1)))
    }

    @Test func `another file for the same version stops it`() {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids))
        rollout.verify(Self.ids[0])
        let found = RolloutVerification(installed: [RolloutSample.otherFile], isHealthy: true)
        let actions = rollout.take(.jobVerified(rollout.offer(Self.ids[1]), found))
        #expect(actions.halt == .lockListDiffers(Self.ids[1]))
        #expect(actions.contains(.block([RolloutSample.file])))
    }

    @Test func `a passing failure is tried three times, with longer rests`() {
        var rollout = Self.started(RolloutSample.twoRings(Self.ids))
        let id = Self.ids[0]
        rollout.take(.jobFailed(rollout.offer(id), .network))
        #expect(rollout.take(.tick, after: 299).offered == [])
        #expect(rollout.take(.tick, after: 300).offered == [id])
        rollout.take(.jobFailed(rollout.offer(id), .network), after: 300)
        #expect(rollout.take(.tick, after: 1499).offered == [])
        #expect(rollout.take(.tick, after: 1500).offered == [id])
        rollout.take(.jobFailed(rollout.offer(id), .network), after: 1500)
        #expect(rollout.entry(of: id)?.phase == .failed(.failure(.network)))
    }

    @Test func `an update that keeps going missing is not installed for ever`() {
        var rollout = Self.soaking()
        let id = Self.ids[0]
        for round: Int64 in 1...3 {
            #expect(rollout.entry(of: id)?.phase == .verified)
            let seen = RolloutSample.start.adding(seconds: round * 100)
            rollout.take(.updateMissingAgain(id, observedAt: seen), after: round * 100)
            rollout.take(.updateMissingAgain(id, observedAt: seen), after: round * 100)
            if round < 3 { rollout.verify(id, after: round * 100) }
        }
        #expect(rollout.entry(of: id)?.phase == .failed(.comesBack))
    }

    @Test func `a plan says beforehand what will not work`() {
        let few = RolloutPlan(
            rings: [
                RolloutSample.ring(
                    "canary", Self.ids.prefix(1),
                    gate: RingGate(
                        verified: RolloutSample.percent(90), healthy: RolloutSample.percent(90),
                        minimum: 3)),
                RolloutSample.ring("empty", []),
                RolloutSample.ring(
                    "broad", Self.ids, budget: DisruptionBudget(.endpoints(0))),
            ], hasProbes: false)
        let canary = RolloutSample.name("canary")
        #expect(
            few.warnings == [
                .gateCannotBeMet(ring: canary, members: 1, minimum: 3),
                .healthWithoutProbes(ring: canary), .emptyRing(RolloutSample.name("empty")),
                .budgetOfNobody(ring: RolloutSample.name("broad")),
            ])
        #expect(few.rings[2].members.count == 19, "the canary is in no other ring")
    }

    @Test func `a policy's rings are disjoint and take everyone`() {
        let rings = [
            Ring(name: RolloutSample.name("early"), members: .share(RolloutSample.percent(20))),
            Ring(name: RolloutSample.name("broad"), members: .rest),
        ]
        let ids = RolloutSample.endpoints(500)
        let subjects = ids.map { (id: $0, subject: EndpointSubject(key: $0.text)) }
        let found = RolloutPlan.rings(
            rings, of: RolloutSample.name("servers"), endpoints: subjects, at: RolloutSample.start)
        #expect(found.warnings == [])
        #expect(found.rings.flatMap(\.members).map(\.endpoint).sorted() == ids)
        #expect((70...130).contains(found.rings[0].members.count))
    }
}
