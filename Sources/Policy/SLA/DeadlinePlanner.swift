import Calendar
public import Fleet

extension DeadlinePlan {
    /// Fits rings to a due date.
    ///
    /// The soaks are shortened together, step by step from the wanted to the least, and the longest
    /// ones with the fewest misses are kept. An endpoint whose last window is too early for its
    /// ring moves to the latest earlier ring that has a place for it without taking longer; never
    /// to the first of several, since the canaries are a choice, and never out of a ring whose gate
    /// could then not be met. Before more than a tenth of all would move, soaks are shortened:
    /// rings that everybody has left early keep nobody safe.
    public static func fitting(_ rings: [DeadlineRing], to dueAt: Timestamp, from now: Timestamp)
        -> DeadlinePlan
    {
        let planner = DeadlinePlanner(rings, dueAt, now)
        var best = planner.plan(soakShare: DeadlinePlanner.steps)
        let few = max(1, rings.map(\.members.count).reduce(0, +) / 10)
        for share in stride(from: DeadlinePlanner.steps - 1, through: 0, by: -1) {
            let isInTime = best.misses.allSatisfy { $0.reason != .ringTooLate }
            if isInTime, best.moved <= few { break }
            let plan = planner.plan(soakShare: share)
            if (plan.misses.count, plan.moved) < (best.misses.count, best.moved) { best = plan }
        }
        return best
    }

    /// How many endpoints go with an earlier ring than their own.
    private var moved: Int {
        rings.reduce(0) { $0 + $1.placements.filter { $0.movedFrom != nil }.count }
    }
}

/// Fits rings to a due date, with soaks of one length at a time.
private struct DeadlinePlanner {
    /// Into how many steps the way from the wanted soak to the least is cut.
    static let steps: Int64 = 20

    private let rings: [DeadlineRing]
    private let dueAt: Timestamp
    private let now: Timestamp
    private var soakShare = Self.steps
    private var planned: [DeadlinePlan.PlannedRing] = []
    private var late: [(ring: Int, candidate: DeadlineMember)] = []
    private var misses: [DeadlinePlan.Miss] = []

    init(_ rings: [DeadlineRing], _ dueAt: Timestamp, _ now: Timestamp) {
        self.rings = rings
        self.dueAt = dueAt
        self.now = now
    }

    /// The plan with so many steps' worth of the spare soak.
    func plan(soakShare: Int64) -> DeadlinePlan {
        var attempt = self
        attempt.soakShare = soakShare
        attempt.goForward()
        attempt.moveTheLate()
        attempt.goBackward()
        return DeadlinePlan(dueAt: dueAt, rings: attempt.planned, misses: attempt.sortedMisses)
    }

    private var sortedMisses: [DeadlinePlan.Miss] {
        rings.flatMap { ring in
            misses.filter { $0.ring == ring.name }.sorted { $0.endpoint < $1.endpoint }
        }
    }

    /// Ring by ring, each endpoint at its first chance.
    private mutating func goForward() {
        var start = now
        for (index, ring) in rings.enumerated() {
            var placements: [DeadlinePlan.Placement] = []
            for candidate in ring.members {
                if let place = place(candidate, from: start, until: dueAt) {
                    placements.append(place)
                } else if let reason = hopeless(candidate) {
                    misses.append(
                        .init(endpoint: candidate.endpoint, ring: ring.name, reason: reason))
                } else {
                    late.append((index, candidate))
                }
            }
            let end = placements.map(\.endsAt).max() ?? start
            // A ring in which nobody is patched has nothing to watch.
            let soak = placements.isEmpty ? 0 : soak(of: ring)
            planned.append(
                DeadlinePlan.PlannedRing(
                    name: ring.name, startsAt: start, latestStart: nil, endsAt: end,
                    soakSeconds: soak, placements: placements))
            start = end.adding(seconds: soak)
        }
    }

    private func soak(of ring: DeadlineRing) -> Int64 {
        let spare = ring.soakSeconds - ring.minimumSoakSeconds
        return ring.minimumSoakSeconds + spare / Self.steps * soakShare
            + spare % Self.steps * soakShare / Self.steps
    }

    private mutating func moveTheLate() {
        var left = rings.map(\.members.count)
        for (index, candidate) in late {
            // A ring that its gate can no longer be met in would halt the rollout.
            guard left[index] > rings[index].minimumMembers,
                let found = earlierPlace(for: candidate, before: index)
            else {
                misses.append(
                    .init(
                        endpoint: candidate.endpoint, ring: rings[index].name,
                        reason: .ringTooLate))
                continue
            }
            var placement = found.placement
            placement.movedFrom = rings[index].name
            left[index] -= 1
            planned[found.ring].placements.append(placement)
        }
        for index in planned.indices {
            planned[index].placements.sort {
                ($0.startsAt, $0.endpoint) < ($1.startsAt, $1.endpoint)
            }
        }
    }

    /// The latest earlier ring with a place that makes it no longer; the first of several stays as
    /// it was chosen.
    private func earlierPlace(for candidate: DeadlineMember, before index: Int)
        -> (ring: Int, placement: DeadlinePlan.Placement)?
    {
        for ring in planned.indices.dropFirst().prefix(while: { $0 < index }).reversed() {
            let turn = planned[ring]
            if let place = place(candidate, from: turn.startsAt, until: turn.endsAt) {
                return (ring, place)
            }
        }
        return nil
    }

    /// From the due date back: when each ring must have begun.
    private mutating func goBackward() {
        let byEndpoint = Dictionary(
            rings.flatMap(\.members).map { ($0.endpoint, $0) }, uniquingKeysWith: { $1 })
        var end: Timestamp? = dueAt
        for index in planned.indices.reversed() {
            let limit = end ?? dueAt
            let latest = planned[index].placements.compactMap {
                byEndpoint[$0.endpoint]?.latestStart(until: limit)
            }
            // An empty ring passes on what holds for the next one; after the last one nothing does.
            let isLast = index == planned.count - 1
            planned[index].latestStart = latest.min() ?? (isLast ? nil : end)
            end = planned[index].latestStart
            if index > 0 { end = end?.adding(seconds: -planned[index - 1].soakSeconds) }
        }
    }

    private func place(_ candidate: DeadlineMember, from start: Timestamp, until end: Timestamp)
        -> DeadlinePlan.Placement?
    {
        for stretch in candidate.stretches {
            guard let begins = stretch.start(of: candidate.work, from: start) else { continue }
            let ends = begins.adding(seconds: candidate.work.totalSeconds)
            guard ends <= end else { return nil }
            return .init(endpoint: candidate.endpoint, startsAt: begins, endsAt: ends)
        }
        return nil
    }

    /// Why an endpoint misses the date whatever its ring; `nil` when it could be met.
    private func hopeless(_ candidate: DeadlineMember) -> DeadlinePlan.MissReason? {
        if place(candidate, from: now, until: dueAt) != nil { return nil }
        let isOpen = candidate.stretches.contains { $0.opens < dueAt && $0.closes > now }
        return isOpen ? .windowTooShort : .noWindow
    }
}

extension DeadlineMember {
    /// The last instant at which the work may start and still end by `end`, inside a window.
    fileprivate func latestStart(until end: Timestamp) -> Timestamp? {
        stretches.compactMap { stretch -> Timestamp? in
            let start = min(stretch.closes, end).adding(seconds: -work.totalSeconds)
            return start >= stretch.opens ? start : nil
        }.max()
    }
}
