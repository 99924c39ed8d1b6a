import Calendar
import Fleet
import Policy
import Rollout

/// Rings fitted to the due date of what they install, when a rollout is opened (B5): the same way
/// back that plans show.
extension RolloutOpening {
    /// When a member has time, and for how much work.
    struct Turn: Sendable {
        var outlook: LaneOutlook
        var works: [WorkEstimate] = []
    }

    /// Shortens soaks and moves members whose windows are too early for their own ring to an
    /// earlier one, and says so, and who will be late all the same.
    func fit(
        _ rings: inout [RolloutRing], to dueAt: Timestamp, at now: Timestamp
    ) -> [RolloutWarning] {
        // Openings are known so far ahead: what lies behind that would look as if it never came.
        guard !turns.isEmpty, dueAt > now,
            dueAt <= now.adding(seconds: EffectivePolicy.outlookSeconds)
        else { return [] }
        let fitted = DeadlinePlan.fitting(
            rings.map { deadlineRing($0, until: dueAt, from: now) }, to: dueAt, from: now)
        var warnings: [RolloutWarning] = []
        for (place, ring) in fitted.rings.enumerated() {
            if !ring.placements.isEmpty, ring.soakSeconds < rings[place].soak.seconds,
                lane != .emergency, let soak = TimeSpan(seconds: ring.soakSeconds)
            {
                warnings.append(
                    .soakShortened(ring: rings[place].name, from: rings[place].soak, to: soak))
                rings[place].soak = soak
            }
            let moved = Dictionary(
                grouping: ring.placements.filter { $0.movedFrom != nil }, by: \.movedFrom)
            for (from, placements) in moved.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
                guard let from, let before = rings.firstIndex(where: { $0.name.text == from })
                else { continue }
                let keys = Set(placements.map(\.endpoint))
                let members = rings[before].members.filter { keys.contains($0.endpoint.text) }
                    .map { member in
                        var member = member
                        member.ownRing = rings[before].name
                        return member
                    }
                rings[before].members.removeAll { keys.contains($0.endpoint.text) }
                rings[place].members += members
                warnings.append(
                    .movedForDueDate(
                        members.map(\.endpoint).sorted(), from: from, to: rings[place].name))
            }
        }
        let byKey = Dictionary(
            members.map { ($0.id.text, $0.id) }, uniquingKeysWith: { first, _ in first })
        let misses = Dictionary(grouping: fitted.misses, by: \.reason)
        for (reason, late) in misses.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let endpoints = late.compactMap { byKey[$0.endpoint] }.sorted()
            warnings.append(.missesDueDate(endpoints, dueAt: dueAt, reason))
        }
        return warnings
    }

    private func deadlineRing(
        _ ring: RolloutRing, until dueAt: Timestamp, from now: Timestamp
    ) -> DeadlineRing {
        // What is overdue already shortens every soak as far as may be.
        let isOverdue = self.dueAt.map { $0 <= now } ?? false
        let soak =
            isOverdue
            ? min(ring.soak.seconds, SoakShortening.shortest.seconds) : ring.soak.seconds
        let wanted = lane == .emergency ? 0 : soak
        return DeadlineRing(
            name: ring.name.text,
            members: ring.members.compactMap { member in
                turns[member.endpoint].map { turn in
                    DeadlineMember(
                        endpoint: member.endpoint.text, outlook: turn.outlook,
                        work: WorkEstimate(together: turn.works), from: now, until: dueAt)
                }
            },
            soakSeconds: wanted, minimumSoakSeconds: SoakShortening.shortest.seconds,
            minimumMembers: ring.gate?.minimum ?? 0)
    }
}
