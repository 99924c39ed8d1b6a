import Fleet
import Policy
import Rollout
import TestSupport
import Testing

/// What an emergency keeps of a rollout, and what it skips, in random stories.
@Suite struct `The laws of emergencies` {
    /// Random rings over a few endpoints; the first ring often has nobody.
    private static func rings(_ generator: inout SeededGenerator) -> [RolloutRing] {
        let ids = RolloutSample.endpoints(Int.random(in: 1...16, using: &generator))
        let count = Int.random(in: 2...4, using: &generator)
        var members = Array(repeating: [RolloutMember](), count: count)
        let first = Int.random(in: 0...1, using: &generator)
        for id in ids {
            members[Int.random(in: first..<count, using: &generator)].append(
                RolloutMember(endpoint: id))
        }
        return members.enumerated().map { place, members in
            let hasGate = Bool.random(using: &generator)
            let hasBudget = Bool.random(using: &generator)
            return RolloutRing(
                name: RolloutSample.name("ring-\(place)"), members: members,
                soak: .hours(Int.random(in: 1...48, using: &generator)),
                gate: hasGate
                    ? RingGate(
                        verified: RolloutSample.percent(.random(in: 50...100, using: &generator)),
                        minimum: .random(in: 1...5, using: &generator)) : nil,
                budget: hasBudget
                    ? DisruptionBudget(.endpoints(.random(in: 1...3, using: &generator))) : nil)
        }
    }

    @Test(arguments: Seeds.all)
    func `stand-ins fill the canaries, and nobody is lost, doubled or goes later`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for story in 0..<200 {
            let before = Self.rings(&generator)
            let reachable = Set(
                before.flatMap(\.members).map(\.endpoint).filter { _ in
                    Bool.random(using: &generator)
                })
            var after = before
            _ = RolloutPlan.fill(&after, preferring: reachable.contains)
            let place = "seed \(seed), story \(story)"
            func homes(_ rings: [RolloutRing]) -> [EndpointID: Int] {
                Dictionary(
                    rings.enumerated().flatMap { ring, each in
                        each.members.map { ($0.endpoint, ring) }
                    }
                ) { first, _ in first }
            }
            let (old, new) = (homes(before), homes(after))
            #expect(after.flatMap(\.members).count == old.count, "\(place)")
            #expect(Set(old.keys) == Set(new.keys), "\(place)")
            #expect(new.allSatisfy { $0.value <= old[$0.key] ?? -1 }, "\(place)")
            #expect(!after[0].members.isEmpty, "somebody tries it first: \(place)")
            for (ring, each) in after.enumerated() {
                #expect(each.gate.map { $0.minimum <= each.members.count } ?? true, "\(place)")
                #expect(each.soak == before[ring].soak, "\(place)")
                #expect(each.budget == before[ring].budget, "\(place)")
                for member in each.members where old[member.endpoint] != ring {
                    let own = old[member.endpoint].map { before[$0].name }
                    #expect(member.ownRing == own, "its approval names its own ring: \(place)")
                }
            }
            // Of a ring whose silent endpoints stand in, all that can be reached do.
            let first = Set(after[0].members.map(\.endpoint))
            for member in after[0].members where !reachable.contains(member.endpoint) {
                guard let own = old[member.endpoint], own > 0 else { continue }
                let others = before[own].members.map(\.endpoint).filter(reachable.contains)
                #expect(Set(others).isSubset(of: first), "\(place)")
            }
        }
    }

    /// What is watched while a rollout goes on.
    private struct Watch {
        var rollout: RingRollout
        var now = RolloutSample.start
        let place: String

        mutating func take(_ event: RolloutEvent) -> [RolloutAction] {
            let before = rollout
            let actions = rollout.handle(event, at: now)
            for id in actions.offered {
                guard let ring = rollout.entry(of: id)?.ring else { continue }
                for earlier in 0..<ring {
                    #expect(
                        rollout.progress[earlier].passedAt != nil,
                        "the canary comes first: \(place)"
                    )
                }
                guard let budget = rollout.plan.rings[ring].budget else { continue }
                let members = rollout.endpoints.filter { $0.ring == ring }
                #expect(
                    members.count(where: \.usesBudget) <= budget.limit(of: members.count),
                    "the budget holds: \(place)")
            }
            for (ring, progress) in rollout.progress.enumerated() {
                guard let passed = progress.passedAt, before.progress[ring].passedAt == nil else {
                    continue
                }
                #expect(passed == now && progress.satisfiedAt == now, "no soak: \(place)")
                let verified = rollout.endpoints.count {
                    $0.ring == ring && $0.phase == .verified
                }
                let minimum = rollout.plan.rings[ring].gate?.minimum ?? (ring == 0 ? 1 : 0)
                #expect(verified >= minimum, "the gate holds: \(place)")
            }
            return actions
        }
    }

    @Test(arguments: Seeds.all)
    func `canaries, gates and budgets are kept, no soak is waited out, and all are reached`(
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        for story in 0..<60 {
            var rings = Self.rings(&generator)
            _ = RolloutPlan.fill(&rings) { _ in true }
            var watch = Watch(
                rollout: RingRollout(RolloutPlan(rings: rings, lane: .emergency, hasProbes: false)),
                place: "seed \(seed), story \(story)")
            var open = watch.take(.started).offered
            while let id = open.randomElement(using: &generator) {
                watch.now = watch.now.adding(seconds: .random(in: 1...60, using: &generator))
                open.removeAll { $0 == id }
                let offer = watch.rollout.offer(id)
                open += watch.take(.jobStarted(offer)).offered
                let found = RolloutVerification(installed: [RolloutSample.file], isHealthy: nil)
                open += watch.take(.jobVerified(offer, found)).offered
            }
            let state = watch.rollout.state
            #expect(state == .completed, "\(watch.place): \(state)")
            let longest = watch.now.seconds(since: RolloutSample.start)
            #expect(longest < 3600, "sixteen endpoints of a minute, and no soak: \(watch.place)")
        }
    }

    @Test(arguments: Seeds.all)
    func `a canary at which the package breaks stops it, and no other ring is touched`(
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        for story in 0..<60 {
            var rings = Self.rings(&generator)
            _ = RolloutPlan.fill(&rings) { _ in true }
            var watch = Watch(
                rollout: RingRollout(RolloutPlan(rings: rings, lane: .emergency, hasProbes: false)),
                place: "seed \(seed), story \(story)")
            let canaries = Set(rings[0].members.map(\.endpoint))
            var open = watch.take(.started).offered
            var touched: Set<EndpointID> = Set(open)
            while let id = open.randomElement(using: &generator) {
                watch.now = watch.now.adding(seconds: .random(in: 1...60, using: &generator))
                open.removeAll { $0 == id }
                let offer = watch.rollout.offer(id)
                _ = watch.take(.jobStarted(offer))
                let new = watch.take(.jobFailed(offer, .maintainerScript)).offered
                open += new
                touched.formUnion(new)
            }
            guard case .halted = watch.rollout.state else {
                Issue.record("\(watch.place): \(watch.rollout.state)")
                continue
            }
            #expect(touched.isSubset(of: canaries), "\(watch.place)")
        }
    }
}
