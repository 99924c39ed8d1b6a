public import Fleet

/// An update on its way through rings of endpoints: events go in, actions come out.
///
/// It is a value: the same events in the same order, at the same times, lead to the same state on
/// every server, and it can be stored after each. Words that are late, doubled or about an earlier
/// order change nothing. The laws that always hold stand in docs/rollouts.md and are tested there.
public struct RingRollout: Hashable, Sendable {
    /// Where a rollout stands.
    public enum State: Hashable, Sendable, Codable {
        /// It has not begun.
        case planned
        /// Orders go out.
        case running
        /// Nothing goes out; what has begun goes on.
        case halted(HaltReason)
        /// Everyone has ended.
        case completed
        /// Called off.
        case cancelled

        /// Whether nothing changes it any more.
        public var isTerminal: Bool { self == .completed || self == .cancelled }
    }

    /// What is known of one ring.
    public struct Progress: Hashable, Sendable, Codable {
        /// When it began.
        public internal(set) var openedAt: Timestamp?
        /// When its required share was reached, if it holds now.
        public internal(set) var satisfiedAt: Timestamp?
        /// Until when it is watched.
        public internal(set) var soakUntil: Timestamp?
        /// When its gate was passed.
        public internal(set) var passedAt: Timestamp?
        /// Whether a person answers for its gate.
        public internal(set) var isOverridden = false
    }

    /// What it sets out to do.
    public let plan: RolloutPlan
    /// Where it stands.
    public internal(set) var state = State.planned
    /// Its rings, in the plan's order.
    public internal(set) var progress: [Progress]
    /// The last ring that is open, counted from 0; `nil` before the first.
    public internal(set) var frontier: Int?
    /// What is installed, line by line and in order; empty until the first ring has found it out.
    public internal(set) var lockList: [LockedPackage]
    var roster: Roster
    /// The latest time that it has heard of; time never goes back for it.
    var clock = Timestamp(milliseconds: .min)
    /// When the first resting endpoint is tried again, at the earliest.
    var nextRetry: Timestamp?
    /// The wake-up that was asked for last.
    var wakeAt: Timestamp?

    /// A rollout that has not begun.
    public init(_ plan: RolloutPlan) {
        self.plan = plan
        progress = plan.rings.map { _ in Progress() }
        lockList = (plan.lockList ?? []).sorted { $0.key < $1.key }
        roster = Roster(plan)
    }

    /// What is known of every endpoint, in the order in which they came to be known.
    public var endpoints: [RosterEntry] { roster.entries }

    /// What is known of one endpoint.
    public func entry(of endpoint: EndpointID) -> RosterEntry? {
        roster.place(of: endpoint).map { roster.entries[$0] }
    }

    /// Whether endpoints are bound to the lock list: it was given, or the first ring has found it
    /// out and a later one is open.
    public var isLockListFixed: Bool {
        plan.lockList != nil || (!lockList.isEmpty && (frontier ?? 0) > 0)
    }

    /// Whether the list is still being found out: the first ring alone does that.
    var isLockListOpen: Bool { plan.lockList == nil && (frontier ?? 0) == 0 }

    /// The SHA-256 of the file that an endpoint of a later ring must install; `nil` when the first
    /// ring has not found it out for its system, and then its own package manager's word counts.
    public func lockedHash(
        of key: PackageKey, version: String, platform: String?
    ) -> String? {
        guard isLockListFixed else { return nil }
        return lockList.first {
            $0.key == key && $0.version == version
                && ($0.platform == nil || $0.platform == platform)
        }?.sha256
    }

    /// Takes an event, changes the state, and returns what must be done because of it. An earlier
    /// time than before counts as the one before.
    public mutating func handle(_ event: RolloutEvent, at now: Timestamp) -> [RolloutAction] {
        guard !state.isTerminal else { return [] }
        clock = max(clock, now)
        var actions: [RolloutAction] = []
        apply(event, &actions)
        if state == .running { settle(&actions) }
        return actions
    }

    /// Draws every conclusion that now follows, until nothing more does.
    private mutating func settle(_ actions: inout [RolloutAction]) {
        wakeResting()
        for ring in progress.indices where progress[ring].openedAt != nil {
            if let reason = verdict(on: ring) {
                halt(reason, &actions)
                return
            }
        }
        openRings(&actions)
        guard state == .running else { return }
        offerJobs(&actions)
        if roster.tallies.allSatisfy({ $0.pending == 0 && $0.open == 0 }),
            (frontier ?? -1) == plan.rings.count - 1
        {
            state = .completed
            actions.append(.complete)
            return
        }
        let wake = [nextRetry, frontier.flatMap { progress[$0].soakUntil }].compactMap { $0 }
            .filter { $0 > clock }.min()
        if let wake, wake != wakeAt { actions.append(.wait(until: wake)) }
        wakeAt = wake
    }

    /// Endpoints whose rest is over wait for an order again.
    private mutating func wakeResting() {
        guard let due = nextRetry, due <= clock else { return }
        nextRetry = nil
        for place in roster.entries.indices {
            guard case .resting(let until) = roster.entries[place].phase else { continue }
            if until <= clock {
                roster.update(place) { $0.phase = .waiting }
            } else {
                nextRetry = min(nextRetry ?? until, until)
            }
        }
    }

    /// Stops: orders that have not begun are taken back, what has begun goes on.
    mutating func halt(_ reason: HaltReason, _ actions: inout [RolloutAction]) {
        state = .halted(reason)
        wakeAt = nil
        actions.append(.halt(reason))
        withdrawOffers(&actions)
        guard frontier == 0 else { return }
        switch reason {
        case .person: break
        case .gateOutOfReach, .tooManyFailures, .lockListDiffers, .unhealthy, .badPackage:
            actions.append(.block(lockList))
        }
    }

    /// Takes back every order that has not begun.
    mutating func withdrawOffers(_ actions: inout [RolloutAction]) {
        for place in roster.entries.indices where roster.entries[place].phase == .offered {
            withdraw(place, &actions)
        }
    }

    /// Takes back one order that has not begun.
    mutating func withdraw(_ place: Int, _ actions: inout [RolloutAction]) {
        guard roster.entries[place].phase == .offered else { return }
        roster.update(place) { $0.phase = .withdrawing }
        actions.append(.withdraw(roster.entries[place].offer))
    }
}

extension RingRollout: Codable {
    private enum CodingKeys: String, CodingKey {
        case plan, state, progress, frontier, lockList, endpoints, clock, nextRetry, wakeAt
    }

    /// Reads a stored rollout; sums are counted again.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        plan = try values.decode(RolloutPlan.self, forKey: .plan)
        state = try values.decode(State.self, forKey: .state)
        progress = try values.decode([Progress].self, forKey: .progress)
        frontier = try values.decodeIfPresent(Int.self, forKey: .frontier)
        lockList = try values.decode([LockedPackage].self, forKey: .lockList)
        clock = Timestamp(milliseconds: try values.decode(Int64.self, forKey: .clock))
        nextRetry = try values.decodeIfPresent(Timestamp.self, forKey: .nextRetry)
        wakeAt = try values.decodeIfPresent(Timestamp.self, forKey: .wakeAt)
        let entries = try values.decode([RosterEntry].self, forKey: .endpoints)
        let rings = plan.rings.indices
        guard progress.count == plan.rings.count, frontier.map(rings.contains) ?? true,
            entries.allSatisfy({ rings.contains($0.ring) })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .progress, in: values,
                debugDescription: "the rings of the plan and of the state differ")
        }
        roster = Roster(plan, entries: entries)
    }

    /// Writes the rollout so that it can be read back as it is.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(plan, forKey: .plan)
        try values.encode(state, forKey: .state)
        try values.encode(progress, forKey: .progress)
        try values.encodeIfPresent(frontier, forKey: .frontier)
        try values.encode(lockList, forKey: .lockList)
        try values.encode(clock.milliseconds, forKey: .clock)
        try values.encodeIfPresent(nextRetry, forKey: .nextRetry)
        try values.encodeIfPresent(wakeAt, forKey: .wakeAt)
        try values.encode(roster.entries, forKey: .endpoints)
    }
}
