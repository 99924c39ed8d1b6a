import Fleet

/// What is approved at the same time goes through the rings together, as rollouts gather it: a ring
/// in which nobody needs one of its packages is passed when it is done with the others.
struct PlanWaves {
    typealias Version = PlanMaker.Version

    /// Who is in a ring with what was approved at a time, and when the last of them is done.
    private struct Ring {
        var members: Set<Int> = []
        var end: Timestamp?
    }

    /// What a ring has of a version, and of what goes with it.
    enum Standing {
        /// Nobody needs any of it.
        case nobody
        /// Some need it or what goes with it; `end` is `nil` while none of them has a time.
        case members(Int, end: Timestamp?)
    }

    private var rings: [Timestamp: [Int: Ring]] = [:]
    private var approvals: [Version: Set<Timestamp>] = [:]
    private var lastRing: [Version: Int] = [:]

    /// What is in each ring, by the ring's place. What open rollouts carry goes by those.
    init(_ items: [Int: [PlanItem]]) {
        for (place, items) in items {
            for item in items where item.carried == nil {
                rings[item.approvedAt, default: [:]][place, default: Ring()].members
                    .insert(item.endpoint)
                approvals[item.version, default: []].insert(item.approvedAt)
                lastRing[item.version] = max(lastRing[item.version] ?? place, place)
            }
        }
    }

    /// The versions that have a ring still to come after one, in order.
    func versions(after place: Int) -> [Version] {
        lastRing.filter { $0.value > place }.map(\.key).sorted {
            ($0.package, $0.candidate) < ($1.package, $1.candidate)
        }
    }

    /// Takes down when the work of a ring ends.
    mutating func take(_ placed: [BudgetDesk.Session], in place: Int) {
        for session in placed {
            for item in session.items where item.carried == nil {
                let end = rings[item.approvedAt]?[place]?.end ?? session.endsAt
                rings[item.approvedAt]?[place]?.end = max(end, session.endsAt)
            }
        }
    }

    /// How a ring stands for a version.
    func standing(of version: Version, in place: Int) -> Standing {
        let rings = (approvals[version] ?? []).compactMap { self.rings[$0]?[place] }
        guard let most = rings.map(\.members.count).max(), most > 0 else { return .nobody }
        return .members(most, end: rings.compactMap(\.end).max())
    }
}
