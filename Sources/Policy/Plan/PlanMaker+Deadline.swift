public import Calendar
import Fleet

/// The way back from a due date (B5): a rollout does the same when it is opened.
extension PlanMaker {
    /// How long a ring is watched by the plan.
    struct Soak {
        private let wanted: Int64
        private let all: Int64
        private let dueAt: Timestamp?

        /// The soak of the ring at a place, of which all are given.
        init(_ soaks: [Int64], _ place: Int, _ dueAt: Timestamp?) {
            wanted = soaks[place]
            all = soaks[place...].dropLast().reduce(0, +)
            self.dueAt = dueAt
        }

        func seconds(from instant: Timestamp) -> Int64 {
            guard let dueAt else { return wanted }
            return SoakShortening.seconds(
                wanted: wanted, ofAll: all, left: dueAt.seconds(since: instant))
        }
    }

    /// The dates by which what moves together is due, where the policy names deadlines. What an
    /// open rollout carries was fitted when that was opened.
    struct Due {
        /// Whether some of it is overdue already: then rings are watched for the shortest time, and
        /// the others' date is kept by that too.
        var isOverdue = false
        /// The earliest date that lies ahead, to which rings are fitted. One behind the plan's end
        /// is left alone: windows are known up to there.
        var next: Timestamp?

        /// Nothing is due.
        init() {}

        init(_ policy: EffectivePolicy, _ items: [PlanItem], _ plan: PolicyPlan) {
            guard !policy.sla.isEmpty else { return }
            let dates = items.filter { $0.carried == nil }.compactMap(\.decision.dueAt)
            isOverdue = dates.contains { $0 <= plan.from }
            next = dates.filter { $0 > plan.from }.min().flatMap { $0 <= plan.until ? $0 : nil }
        }
    }

    /// How long the rings are watched by the policy, in seconds; not at all in the emergency lane,
    /// and for the shortest time where something is overdue.
    func soaks(_ rings: [Ring], _ lane: Lane, isOverdue: Bool) -> [Int64] {
        rings.map { ring in
            if lane == .emergency { return 0 }
            return isOverdue
                ? min(ring.soak.seconds, SoakShortening.shortest.seconds) : ring.soak.seconds
        }
    }

    /// Moves those whose windows are too early for their own ring to an earlier one, and notes the
    /// way back from the date.
    ///
    /// - Returns: how long the rings are watched then, in seconds.
    mutating func fit(
        _ byRing: inout RingMembers, _ rings: [Ring], _ chain: Chain, to dueAt: Timestamp,
        _ wanted: [Int64]
    ) -> [Int64] {
        var soaks = wanted
        let fitted = DeadlinePlan.fitting(
            rings.enumerated().map { place, ring in
                DeadlineRing(
                    name: ring.name.text,
                    members: members(byRing.items[place] ?? [], chain.lane, until: dueAt),
                    soakSeconds: soaks[place],
                    minimumSoakSeconds: SoakShortening.shortest.seconds,
                    minimumMembers: ring.gate?.minimum ?? 0)
            }, to: dueAt, from: plan.from)
        let keys = Dictionary(
            endpoints.enumerated().map { ($0.element.subject.key, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        for (place, ring) in fitted.rings.enumerated() {
            if !ring.placements.isEmpty { soaks[place] = ring.soakSeconds }
            for placement in ring.placements {
                guard let from = placement.movedFrom, let endpoint = keys[placement.endpoint],
                    let before = rings.firstIndex(where: { $0.name.text == from })
                else { continue }
                byRing.move(endpoint, from: before, to: place)
            }
        }
        plan.deadlines.append(PlannedDeadline(policy: chain.policy, lane: chain.lane, fitted))
        return soaks
    }

    /// The endpoints of one ring with all that they are to install.
    private func members(
        _ items: [PlanItem], _ lane: Lane, until dueAt: Timestamp
    ) -> [DeadlineMember] {
        Dictionary(grouping: items.filter { $0.carried == nil }, by: \.endpoint).sorted {
            $0.key < $1.key
        }.map { key, items in
            let member = endpoints[key]
            let works = items.map { member.updates[$0.update].context.work }
            // What counts from releases goes by the latest of them.
            let last = items.max { $0.startsAt < $1.startsAt }
            let outlook = last.map { member.outlook(of: $0.update) } ?? member.outlook
            return DeadlineMember(
                endpoint: member.subject.key, outlook: outlook[lane],
                work: WorkEstimate(together: works),
                // Not before all of it is approved.
                from: items.map(\.startsAt).max() ?? plan.from, until: dueAt)
        }
    }
}

extension PlanMaker.RingMembers {
    fileprivate mutating func move(_ endpoint: Int, from: Int, to: Int) {
        let moved = (items[from] ?? []).filter { $0.endpoint == endpoint && $0.carried == nil }
        items[from]?.removeAll { $0.endpoint == endpoint && $0.carried == nil }
        items[to, default: []] += moved
        members[from]?.removeAll { $0 == endpoint }
        members[to, default: []].append(endpoint)
    }
}

extension WorkEstimate {
    /// Several pieces of work one after another, with one reboot after them all.
    public init(together works: some Sequence<WorkEstimate>) {
        var seconds: Int64 = 0
        var reserve: Int64 = 0
        for work in works {
            seconds = min(seconds + min(work.seconds, Self.maximumSeconds), Self.maximumSeconds)
            reserve = max(reserve, work.rebootReserveSeconds)
        }
        self.init(seconds: seconds, rebootReserveSeconds: reserve)
    }
}
