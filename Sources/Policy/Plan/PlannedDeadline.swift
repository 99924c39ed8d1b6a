import Calendar
public import Fleet

/// The rings of one policy's lane, worked out back from the date by which everything must be in
/// (B5): when each may start at the latest, who goes earlier than its ring, and who will be late.
public struct PlannedDeadline: Hashable, Sendable, Codable {
    /// One ring.
    public struct Ring: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// How many endpoints are placed in it.
        public var endpoints: Int
        /// When it may start: the ring before it is done and watched.
        public var startsAt: Timestamp
        /// When it must have started so that all are done by the date; `nil` when nobody is placed
        /// in it or after it.
        public var latestStart: Timestamp?
        /// When its last endpoint is done.
        public var endsAt: Timestamp
        /// How long it is watched then, in seconds.
        public var soakSeconds: Int64
    }

    /// An endpoint that goes with an earlier ring than its own.
    public struct Move: Hashable, Sendable, Codable {
        /// The endpoint's key.
        public var endpoint: String
        /// Its ring by the policy.
        public var from: String
        /// The ring that it goes with.
        public var to: String
    }

    /// The policy.
    public var policy: String
    /// The lane.
    public var lane: Lane
    /// The date.
    public var dueAt: Timestamp
    /// The rings, in order.
    public var rings: [Ring]
    /// Who goes earlier, because its windows are too early for its own ring.
    public var moves: [Move]
    /// Who will miss the date.
    public var misses: [DeadlinePlan.Miss]

    /// What the plan says of a policy's lane.
    public init(policy: PolicyName, lane: Lane, _ plan: DeadlinePlan) {
        self.policy = policy.text
        self.lane = lane
        dueAt = plan.dueAt
        rings = plan.rings.map {
            Ring(
                name: $0.name, endpoints: $0.placements.count, startsAt: $0.startsAt,
                latestStart: $0.latestStart, endsAt: $0.endsAt, soakSeconds: $0.soakSeconds)
        }
        moves = plan.rings.flatMap { ring in
            ring.placements.compactMap { placement in
                placement.movedFrom.map {
                    Move(endpoint: placement.endpoint, from: $0, to: ring.name)
                }
            }
        }
        misses = plan.misses
    }
}

extension PlannedDeadline {
    /// The way back in words, a line for each ring and for whoever moves or is late.
    public var lines: [String] {
        let title = "\(policy), \(lane.rawValue), due \(MinuteText.utc(dueAt))"
        let rings = rings.map { ring in
            let latest = ring.latestStart.map { "must start by \(MinuteText.utc($0))" }
            return "\(title): ring \(ring.name), \(ring.endpoints) endpoints, from "
                + "\(MinuteText.utc(ring.startsAt)), \(latest ?? "nobody waits for it"), "
                + "watched for \(TimeSpan.measured(ring.soakSeconds))."
        }
        let moves = moves.map { "\($0.endpoint): goes with ring \($0.to) instead of \($0.from)." }
        let misses = misses.map { "\($0.endpoint): misses the date; it \($0.reason.words)." }
        return rings + moves + misses
    }
}

extension DeadlinePlan.MissReason {
    /// Why, in words that go on from “it”.
    public var words: String {
        switch self {
        case .noWindow: "has no window before the date"
        case .windowTooShort: "has no window before the date that is long enough"
        case .ringTooLate: "has its last window before its ring's turn"
        }
    }
}
