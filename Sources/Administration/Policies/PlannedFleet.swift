import ControlPlane
public import Fleet
public import Policy
import PolicyDocument
import ServerRecords

/// What policies would do with a tenant's fleet until some time.
public struct PlannedFleet: Hashable, Sendable, Codable {
    /// One installation.
    public struct Install: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: String
        /// Its name.
        public var endpointName: String
        /// The update.
        public var update: Update
        /// When it starts.
        public var startsAt: Timestamp
        /// The window; `nil` where no window limits it.
        public var window: String?
        /// When the open time begins; `nil` where no window limits it.
        public var opensAt: Timestamp?
        /// When the open time ends.
        public var closesAt: Timestamp?
        /// The endpoint's ring; `nil` for all endpoints at once.
        public var ring: String?
        /// The lane.
        public var lane: Lane
        /// The rule that approves it.
        public var rule: String
        /// What becomes of a reboot.
        public var reboot: PlannedReboot
        /// The vulnerabilities that it closes.
        public var vulnerabilities: [String]
        /// By when it must be in.
        public var dueAt: Timestamp?
    }

    /// An update that is not installed in this time.
    public struct Wait: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: String
        /// Its name.
        public var endpointName: String
        /// Why.
        public var decision: Decision
    }

    /// An update that misses its due date.
    public struct Miss: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: String
        /// Its name.
        public var endpointName: String
        /// The update.
        public var update: Update
        /// By when it must be in.
        public var dueAt: Timestamp
        /// When it starts by the plan; `nil` when it does not.
        public var startsAt: Timestamp?
        /// Why it is late, or waits.
        public var sentence: String
    }

    /// The use of one ring's budget during one opening.
    public struct Budget: Hashable, Sendable, Codable {
        /// The policy.
        public var policy: String
        /// The lane.
        public var lane: Lane
        /// The ring.
        public var ring: String
        /// The site, where each has a budget of its own.
        public var site: String?
        /// When the opening begins.
        public var opensAt: Timestamp
        /// How many endpoints are in work at the same time at most.
        public var peak: Int
        /// How many may be.
        public var limit: Int
    }

    /// From when.
    public var from: Timestamp
    /// Until when.
    public var until: Timestamp
    /// The installations, by start.
    public var installs: [Install]
    /// The updates that are not installed in this time, each with the reason.
    public var waiting: [Wait]
    /// The updates that miss their due date.
    public var misses: [Miss]
    /// How much of each ring's budget each opening uses.
    public var budgets: [Budget]
    /// What does not fit together, one sentence each.
    public var conflicts: [String]
    /// The way back from due dates, for each policy's lane with rings and a date.
    public var deadlines: [PlannedDeadline]
    /// How many bytes are downloaded, as far as the sizes are known.
    public var bytes: Int64
    /// The vulnerabilities that are closed somewhere.
    public var vulnerabilities: [String]

    /// A plan, with the names of its endpoints by identifier.
    init(_ plan: PolicyPlan, names: [String: String]) {
        func name(_ key: String) -> String { names[key] ?? key }
        from = plan.from
        until = plan.until
        installs = plan.installs.map {
            Install(
                endpoint: $0.endpoint, endpointName: name($0.endpoint), update: $0.update,
                startsAt: $0.startsAt, window: $0.window, opensAt: $0.opensAt,
                closesAt: $0.closesAt,
                ring: $0.ring?.text, lane: $0.lane, rule: $0.rule, reboot: $0.reboot,
                vulnerabilities: $0.vulnerabilities, dueAt: $0.dueAt)
        }
        waiting = plan.waiting.map {
            Wait(
                endpoint: $0.endpoint, endpointName: name($0.endpoint), decision: $0.decision)
        }
        misses = plan.misses.map {
            Miss(
                endpoint: $0.endpoint, endpointName: name($0.endpoint), update: $0.update,
                dueAt: $0.dueAt, startsAt: $0.startsAt, sentence: $0.sentence)
        }
        budgets = plan.budgets.map {
            Budget(
                policy: $0.policy.text, lane: $0.lane, ring: $0.ring.text, site: $0.site,
                opensAt: $0.opensAt, peak: $0.peak, limit: $0.limit)
        }
        conflicts = ConflictSentences.of(plan.conflicts, naming: name)
        deadlines = plan.deadlines
        bytes = plan.bytes
        vulnerabilities = plan.vulnerabilities
    }
}
