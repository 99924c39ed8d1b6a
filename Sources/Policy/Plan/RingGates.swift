import Fleet

/// Whose turn comes when in a chain of rings, as a plan goes through them one after the other.
struct RingGates {
    typealias Version = PlanMaker.Version

    /// When an item's turn comes.
    enum Turn {
        case hasCome
        case notBefore(Timestamp, after: PolicyName)
        /// Never in this plan: that ring's gate keeps it.
        case closed(PolicyName)
    }

    /// How an open rollout's ring really stands.
    struct Standing {
        let ring: PlannedRollout.Ring
        let soak: PlanMaker.Soak
    }

    /// When the next ring begins for a version.
    private(set) var notBefore: [Version: (turn: Timestamp, ring: PolicyName)] = [:]
    /// The ring whose gate nobody passes any more.
    var closed: [Version: PolicyName] = [:]
    private var rollouts: [String: PlannedRollout] = [:]

    /// Nothing is known but where the rollouts stand that carry some of the items.
    init(_ items: [PlanItem]) {
        for item in items {
            guard let carried = item.carried else { continue }
            rollouts[carried.rollout.key] = carried.rollout
            let update = item.decision.update
            let version = Version(
                package: update.key, candidate: update.candidate, rollout: carried.rollout.key)
            if let watched = carried.rollout.rings.last(where: \.isOpen), !watched.isPassed,
                let until = watched.soakUntil
            {
                notBefore[version] = (until, watched.name)
            }
        }
    }

    /// When the turn of an item comes. In a ring of an open rollout that has begun it has come; in
    /// a later one nobody knows, unless the ring before it is watched or has work in this plan.
    func turn(of item: PlanItem, _ version: Version) -> Turn {
        if item.order != nil { return .hasCome }
        guard let carried = item.carried else {
            if let gate = closed[version] { return .closed(gate) }
            return notBefore[version].map { .notBefore($0.turn, after: $0.ring) } ?? .hasCome
        }
        if carried.rollout.rings[carried.ring].isOpen { return .hasCome }
        if let gate = closed[version] { return .closed(gate) }
        if let turn = notBefore[version] { return .notBefore(turn.turn, after: turn.ring) }
        return .closed(carried.rollout.rings[max(0, carried.ring - 1)].name)
    }

    /// Lets what comes after a ring begin not before a time.
    mutating func open(_ version: Version, at turn: Timestamp, after ring: PolicyName) {
        notBefore[version] = (turn, ring)
    }

    /// How a ring of the rollout stands that carries a version; `nil` where none does.
    func standing(of ring: PolicyName, _ version: Version) -> Standing? {
        guard let rollout = version.rollout.flatMap({ rollouts[$0] }),
            let place = rollout.rings.firstIndex(where: { $0.name == ring })
        else { return nil }
        return Standing(
            ring: rollout.rings[place],
            soak: PlanMaker.Soak(rollout.rings.map(\.soakSeconds), place, rollout.dueAt))
    }
}

extension PlannedRollout.Ring {
    /// Whether what is left in it holds up nobody: it is watched, or its gate is passed.
    var isDone: Bool { isPassed || soakUntil != nil }
}

extension CarriedUpdate {
    /// The name of the endpoint's ring.
    var name: PolicyName { rollout.rings[ring].name }
}
