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

    /// What goes through the rings together.
    enum Group: Hashable {
        /// All that an open rollout carries: whoever needs any of it passes its gates for the rest.
        case rollout(String)
        /// A version that no open rollout carries.
        case version(Version)

        init(_ version: Version) {
            self = version.rollout.map(Self.rollout) ?? .version(version)
        }
    }

    /// When the next ring begins.
    private var notBefore: [Group: (turn: Timestamp, ring: PolicyName)] = [:]
    /// The ring whose gate nobody passes any more.
    private var closed: [Group: PolicyName] = [:]
    private var rollouts: [String: PlannedRollout] = [:]

    /// Nothing is known but where the rollouts stand that carry some of the items.
    init(_ items: [PlanItem]) {
        for item in items {
            guard let carried = item.carried else { continue }
            rollouts[carried.rollout.key] = carried.rollout
            if let watched = carried.rollout.rings.last(where: \.isOpen), !watched.isPassed,
                let until = watched.soakUntil
            {
                notBefore[.rollout(carried.rollout.key)] = (until, watched.name)
            }
        }
    }

    /// The ring whose gate keeps a version from all that come after; `nil` while none does.
    subscript(closed version: Version) -> PolicyName? {
        get { closed[Group(version)] }
        set { closed[Group(version)] = newValue }
    }

    /// When the turn of an item comes. In a ring of an open rollout that has begun it has come; in
    /// a later one nobody knows, unless the ring before it is watched or has work in this plan.
    func turn(of item: PlanItem, _ version: Version) -> Turn {
        if item.order != nil { return .hasCome }
        if let carried = item.carried, carried.rollout.rings[carried.ring].isOpen {
            return .hasCome
        }
        if let gate = self[closed: version] { return .closed(gate) }
        if let turn = notBefore[Group(version)] { return .notBefore(turn.turn, after: turn.ring) }
        guard let carried = item.carried else { return .hasCome }
        return .closed(carried.rollout.rings[max(0, carried.ring - 1)].name)
    }

    /// Lets what comes after a ring begin not before a time.
    mutating func open(_ version: Version, at turn: Timestamp, after ring: PolicyName) {
        notBefore[Group(version)] = (turn, ring)
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
