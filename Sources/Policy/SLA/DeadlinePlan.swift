public import Calendar
public import Fleet

/// An endpoint with its own windows and its own estimate, as the planner sees it.
public struct DeadlineMember: Hashable, Sendable {
    /// The endpoint's key.
    public var endpoint: String
    /// When there is time, up to the due date at least, in order, one that is under way included.
    public var stretches: [OpenStretch]
    /// How long the work takes there.
    public var work: WorkEstimate

    /// A member.
    public init(endpoint: String, stretches: [OpenStretch], work: WorkEstimate) {
        self.endpoint = endpoint
        self.stretches = stretches
        self.work = work
    }

    /// A member whose time is that of a lane, not before `now`; without a limit where no window
    /// limits it.
    public init(
        endpoint: String, outlook: LaneOutlook, work: WorkEstimate, from now: Timestamp,
        until end: Timestamp
    ) {
        let stretches =
            switch outlook {
            case .unrestricted: [OpenStretch(opens: now, closes: max(now, end))]
            case .openings(let lane):
                lane.openings.map(\.stretch).filter { $0.closes > now }
                    .map { OpenStretch(opens: max($0.opens, now), closes: $0.closes) }
            case .zoneUnknown: [OpenStretch]()
            }
        self.init(endpoint: endpoint, stretches: stretches, work: work)
    }
}

/// A ring as the policy has it, before the planner fits it to a due date.
public struct DeadlineRing: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Who is in it.
    public var members: [DeadlineMember]
    /// How long it is watched after its last endpoint, in seconds, when there is time.
    public var soakSeconds: Int64
    /// How long it is watched at least, in seconds.
    public var minimumSoakSeconds: Int64
    /// How many of its members must stay in it, because its gate wants so many.
    public var minimumMembers: Int

    /// A ring; the least soak is never longer than the wanted one.
    public init(
        name: String, members: [DeadlineMember], soakSeconds: Int64, minimumSoakSeconds: Int64 = 0,
        minimumMembers: Int = 0
    ) {
        self.name = name
        self.members = members
        self.minimumMembers = minimumMembers
        self.soakSeconds = max(0, soakSeconds)
        self.minimumSoakSeconds = min(max(0, minimumSoakSeconds), max(0, soakSeconds))
    }
}

/// A rollout fitted to a due date: when each ring runs, how long it is watched, who was moved to an
/// earlier ring, and who will miss the date all the same.
public struct DeadlinePlan: Hashable, Sendable, Codable {
    /// One endpoint's turn.
    public struct Placement: Hashable, Sendable, Codable {
        /// The endpoint's key.
        public var endpoint: String
        /// When its work starts.
        public var startsAt: Timestamp
        /// When it is done, reserve for the reboot included.
        public var endsAt: Timestamp
        /// The ring that it belongs to by the policy, when it was moved to an earlier one because
        /// its windows are too early for its own.
        public var movedFrom: String?
    }

    /// One ring's part.
    public struct PlannedRing: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// When it may start: the ring before it is done and watched.
        public var startsAt: Timestamp
        /// The last instant at which it may start so that everyone placed in it and after it is
        /// done by the date; `nil` when nobody is.
        public var latestStart: Timestamp?
        /// When its last endpoint is done.
        public var endsAt: Timestamp
        /// How long it is watched then, in seconds.
        public var soakSeconds: Int64
        /// Whose turn is when, by start, then endpoint.
        public var placements: [Placement]
    }

    /// Why an endpoint will miss the date.
    public enum MissReason: String, Hashable, Sendable, Codable, CaseIterable {
        /// No window of it opens before the date.
        case noWindow
        /// Its windows are too short for the work, or the date cuts them short.
        case windowTooShort
        /// Its last window lies before its ring's turn, and before what an earlier ring has room
        /// for.
        case ringTooLate
    }

    /// An endpoint that will miss the date.
    public struct Miss: Hashable, Sendable, Codable {
        /// The endpoint's key.
        public var endpoint: String
        /// Its ring.
        public var ring: String
        /// Why.
        public var reason: MissReason
    }

    /// The date.
    public var dueAt: Timestamp
    /// The rings, in order.
    public var rings: [PlannedRing]
    /// Who will miss the date, by ring, then endpoint.
    public var misses: [Miss]
}
