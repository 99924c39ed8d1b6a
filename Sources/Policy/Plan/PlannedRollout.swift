public import Fleet

/// A rollout that is open while a plan is made: its rings stand where they really do.
public struct PlannedRollout: Hashable, Sendable {
    /// One of its rings.
    public struct Ring: Hashable, Sendable {
        /// Its name.
        public var name: PolicyName
        /// Whether it has begun.
        public var isOpen: Bool
        /// Whether the next one may begin, or has.
        public var isPassed: Bool
        /// Until when it is watched, where its watch has begun.
        public var soakUntil: Timestamp?
        /// For how many seconds it is watched.
        public var soakSeconds: Int64
        /// How many of its endpoints are verified.
        public var verified: Int

        /// A ring.
        public init(
            name: PolicyName, isOpen: Bool, isPassed: Bool, soakUntil: Timestamp?,
            soakSeconds: Int64, verified: Int
        ) {
            self.name = name
            self.isOpen = isOpen
            self.isPassed = isPassed
            self.soakUntil = soakUntil
            self.soakSeconds = soakSeconds
            self.verified = verified
        }
    }

    /// What tells it from others.
    public var key: String
    /// Its lane.
    public var lane: Lane
    /// Its rings, in order.
    public var rings: [Ring]
    /// The date for which its rings are watched shorter; `nil` where they are not.
    public var dueAt: Timestamp?

    /// An open rollout.
    public init(key: String, lane: Lane, rings: [Ring], dueAt: Timestamp? = nil) {
        self.key = key
        self.lane = lane
        self.dueAt = dueAt
        self.rings = rings
    }
}

/// That an open rollout carries an update to an endpoint, and in which of its rings.
public struct CarriedUpdate: Hashable, Sendable {
    /// The rollout.
    public var rollout: PlannedRollout
    /// The endpoint's ring there, counted from 0.
    public var ring: Int

    /// An update that is carried.
    public init(rollout: PlannedRollout, ring: Int) {
        self.rollout = rollout
        self.ring = ring
    }
}
