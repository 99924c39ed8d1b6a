import Fleet
import Foundation
import Policy
import Rollout
import TestSupport
import Testing

/// The laws of docs/rollouts.md, after every event of random stories.
@Suite struct `The laws of rollouts` {
    /// A random plan over a few endpoints at two sites.
    private static func plan(_ generator: inout SeededGenerator) -> RolloutPlan {
        let ids = RolloutSample.endpoints(Int.random(in: 1...14, using: &generator))
        let count = Int.random(in: 1...3, using: &generator)
        var members = Array(repeating: [RolloutMember](), count: count)
        for id in ids {
            let site = Bool.random(using: &generator) ? "north" : "south"
            members[Int.random(in: 0..<count, using: &generator)].append(
                RolloutMember(endpoint: id, site: site))
        }
        let rings = members.enumerated().map { place, members in
            RolloutRing(
                name: RolloutSample.name("ring-\(place)"), members: members,
                soak: .hours(Int.random(in: 0...3, using: &generator)),
                gate: gate(&generator), budget: budget(&generator))
        }
        let clusters = (0..<Int.random(in: 0...2, using: &generator)).map { place in
            EndpointCluster(
                name: "pair-\(place)", members: Set(ids.shuffled(using: &generator).prefix(3)))
        }
        return RolloutPlan(
            rings: rings, lane: Bool.random(using: &generator) ? .routine : .emergency,
            clusters: clusters)
    }

    private static func gate(_ generator: inout SeededGenerator) -> RingGate? {
        guard Bool.random(using: &generator) else { return nil }
        return RingGate(
            verified: RolloutSample.percent(.random(in: 0...100, using: &generator)),
            healthy: Bool.random(using: &generator) ? RolloutSample.percent(80) : nil,
            minimum: .random(in: 1...3, using: &generator))
    }

    private static func budget(_ generator: inout SeededGenerator) -> DisruptionBudget? {
        let scope: DisruptionBudget.Scope = Bool.random(using: &generator) ? .ring : .site
        switch Int.random(in: 0...2, using: &generator) {
        case 0: return nil
        case 1:
            return DisruptionBudget(.endpoints(.random(in: 1...3, using: &generator)), per: scope)
        default:
            let share = RolloutSample.percent(.random(in: 1...60, using: &generator))
            return DisruptionBudget(.share(share), per: scope)
        }
    }

    /// A random event, which is often late, doubled or about an order that never was.
    private static func event(
        _ rollout: RingRollout, _ ids: [EndpointID], _ now: Timestamp,
        _ generator: inout SeededGenerator
    ) -> RolloutEvent {
        guard let id = ids.randomElement(using: &generator) else { return .tick }
        var offer = rollout.offer(id)
        if Int.random(in: 0..<8, using: &generator) == 0 {
            offer.number += .random(in: -1...1, using: &generator)
        }
        let observed = now.adding(seconds: .random(in: -900...60, using: &generator))
        switch Int.random(in: 0..<40, using: &generator) {
        case 0..<8: return .jobStarted(offer)
        case 8..<20:
            return .jobVerified(
                offer, RolloutVerification(installed: [RolloutSample.file], isHealthy: true))
        case 20: return .jobUnhealthy(offer)
        case 21:
            return .jobFailed(
                offer, FailureClass.allCases.randomElement(using: &generator) ?? .other)
        case 22: return .jobFailed(offer, .network)
        case 23: return .jobExpired(offer)
        case 24:
            let reason = SkipReason.allCases.randomElement(using: &generator) ?? .notNeeded
            return .jobSkipped(offer, reason)
        case 25: return .jobWithdrawn(offer)
        case 26: return .ordersRecalled(ids.prefix(2).map { rollout.offer($0) })
        case 27:
            return .healthReported(id, isHealthy: .random(using: &generator), observedAt: observed)
        case 28: return .updateMissingAgain(id, observedAt: observed)
        case 29: return .endpointJoined(RolloutMember(endpoint: id), ring: 0)
        case 30: return .endpointLeft(id)
        case 31: return .endpointOffline(id, observedAt: observed)
        case 32: return .endpointOnline(id, observedAt: observed)
        case 33: return .haltRequested(by: "anna", reason: "test")
        case 34...36:
            let mode = ResumeMode.allCases.randomElement(using: &generator) ?? .keep
            return .resumeRequested(by: "anna", mode)
        case 37: return .started
        default: return .tick
        }
    }

    @Test(arguments: Seeds.all)
    func `hold after every event of any story`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var completed = 0
        for story in 0..<50 {
            var rollout = RingRollout(Self.plan(&generator))
            let ids = rollout.endpoints.map(\.member.endpoint)
            var now = RolloutSample.start
            _ = rollout.handle(.started, at: now)
            for step in 0..<120 {
                now = now.adding(seconds: .random(in: 0...1800, using: &generator))
                let event = Self.event(rollout, ids, now, &generator)
                let before = rollout
                let actions = rollout.handle(event, at: now)
                let place = "seed \(seed), story \(story), step \(step), \(event)"
                var isTakenBack = false
                if case .jobWithdrawn = event { isTakenBack = true }
                try Self.check(rollout, before, actions, place, isTakenBack: isTakenBack)
                var again = before
                let answer = again.handle(event, at: now)
                let isSame = again == rollout
                #expect(answer == actions && isSame, "\(place)")
            }
            try Self.checkStored(rollout)
            if rollout.state == .completed { completed += 1 }
        }
        // The stories reach their ends, so the laws were really tried.
        #expect(completed > 2, "seed \(seed)")
    }

    private static func check(
        _ rollout: RingRollout, _ before: RingRollout, _ actions: [RolloutAction], _ place: String,
        isTakenBack: Bool
    ) throws {
        let offered = actions.offered
        #expect(Set(offered).count == offered.count, "\(place)")
        #expect(Set(rollout.endpoints.map(\.member.endpoint)).count == rollout.endpoints.count)
        for id in offered {
            let was = try #require(before.entry(of: id))
            let entry = try #require(rollout.entry(of: id))
            let hasEnded = !was.isOpen || was.phase == .withdrawing && isTakenBack
            #expect(hasEnded, "one open order an endpoint: \(place)")
            #expect(entry.phase == .offered && !entry.isOffline, "\(place)")
            #expect(rollout.progress[entry.ring].openedAt != nil, "\(place)")
            if entry.ring > 0 {
                #expect(rollout.progress[entry.ring - 1].passedAt != nil, "\(place)")
            }
            for cluster in rollout.plan.clusters where cluster.members.contains(id) {
                let down = cluster.members.filter {
                    $0 != id && rollout.entry(of: $0)?.isDown == true
                }
                #expect(down.isEmpty, "clusters never down together: \(place)")
            }
            checkBudget(rollout, entry, place)
        }
        if rollout.state != .running && rollout.state != .completed {
            #expect(offered.isEmpty, "nothing is offered while it is not running: \(place)")
            #expect(!rollout.endpoints.contains { $0.phase == .offered }, "\(place)")
        }
        if !rollout.state.isTerminal {
            #expect(!rollout.waits.isEmpty, "it waits for something that has a name: \(place)")
        }
        for (ring, now) in rollout.progress.enumerated() {
            guard now.passedAt != nil, before.progress[ring].passedAt == nil, !now.isOverridden
            else { continue }
            let satisfied = try #require(now.satisfiedAt, "\(place)")
            let soak = rollout.plan.lane == .emergency ? 0 : rollout.plan.rings[ring].soak.seconds
            let passed = try #require(now.passedAt)
            let hasMembers = rollout.endpoints.contains {
                $0.ring == ring && $0.counts
            }
            if hasMembers { #expect(passed.seconds(since: satisfied) >= soak, "\(place)") }
        }
    }

    private static func checkBudget(
        _ rollout: RingRollout, _ entry: RosterEntry, _ place: String
    ) {
        guard let budget = rollout.plan.rings[entry.ring].budget else { return }
        let group = rollout.endpoints.filter {
            $0.ring == entry.ring && (budget.scope == .ring || $0.member.site == entry.member.site)
        }
        let members = group.count { !$0.hasLeft && $0.phase != .skipped(.notNeeded) }
        #expect(group.count(where: \.usesBudget) <= budget.limit(of: members), "\(place)")
    }

    private static func checkStored(_ rollout: RingRollout) throws {
        let bytes = try JSONEncoder().encode(rollout)
        let back = try JSONDecoder().decode(RingRollout.self, from: bytes)
        let isSame = back == rollout
        #expect(isSame && back.waits == rollout.waits)
        var (one, other) = (rollout, back)
        let later = RolloutSample.start.adding(seconds: 10_000_000)
        #expect(one.handle(.tick, at: later) == other.handle(.tick, at: later))
    }

    @Test(arguments: Seeds.all)
    func `every rollout whose endpoints do their work is completed`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for story in 0..<100 {
            let plan = Self.plan(&generator)
            guard plan.warnings.isEmpty else { continue }
            var rollout = RingRollout(plan)
            var now = RolloutSample.start
            var open = rollout.handle(.started, at: now).offered
            for _ in 0..<200 where rollout.state == .running {
                now = now.adding(seconds: 1800)
                var actions = rollout.handle(.tick, at: now)
                for id in open.shuffled(using: &generator) {
                    let offer = rollout.offer(id)
                    actions += rollout.handle(.jobStarted(offer), at: now)
                    let found = RolloutVerification(
                        installed: [RolloutSample.file], isHealthy: true)
                    actions += rollout.handle(.jobVerified(offer, found), at: now)
                    // The same word again changes nothing.
                    let before = rollout
                    let answer = rollout.handle(.jobVerified(offer, found), at: now)
                    let isSame = rollout == before
                    #expect(answer == [] && isSame, "seed \(seed), story \(story)")
                }
                open = actions.offered
            }
            let state = rollout.state
            #expect(state == .completed, "seed \(seed), story \(story): \(rollout.waits)")
        }
    }
}
