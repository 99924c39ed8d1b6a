public import Fleet
public import Policy
public import ServerRecords
import Synchronization

/// What is decided about one missing update on all endpoints that miss it.
public struct UpdateStanding: Hashable, Sendable {
    /// On how many endpoints each reason holds.
    public var reasons: [Decision.ReasonCode: Int] = [:]
    /// When something happens next with it anywhere.
    public var nextAt: Timestamp?
    /// The earliest due date.
    public var dueAt: Timestamp?

    /// Nobody misses it.
    package init() {}
}

/// What is decided about everything that is missing, added up.
public struct FleetStanding: Hashable, Sendable {
    /// Something that happens at one time.
    public struct Next: Hashable, Sendable, Codable {
        /// When.
        public var at: Timestamp
        /// The policy by which; `nil` without one.
        public var policy: String?
        /// On how many endpoints.
        public var endpoints: Int
        /// How many installations.
        public var updates: Int

        /// Something that happens.
        package init(at: Timestamp, policy: String?, endpoints: Int, updates: Int) {
            self.at = at
            self.policy = policy
            self.endpoints = endpoints
            self.updates = updates
        }
    }

    /// Each missing update.
    public var updates: [MissingUpdateKey: UpdateStanding] = [:]
    /// What happens next, soonest first.
    public var next: [Next] = []
    /// When it was worked out.
    public var at: Timestamp

    /// Nothing is missing.
    package init(at: Timestamp) { self.at = at }

    /// The reasons that end with a person's decision.
    public static let waitingForPeople: Set<Decision.ReasonCode> = [
        .awaitingApproval, .awaitingSecondApproval, .prepared,
    ]
    /// The reasons by which an update never goes on by itself, until something is put right.
    public static let stuck: Set<Decision.ReasonCode> = [
        .stoppedAfterFailures, .lastAttemptFailed, .noRing, .noWindow, .doesNotFit, .zoneUnknown,
        .membershipUnknown, .ageUnknown, .versionBlocked, .noTwin,
    ]

    /// How many different updates have a reason on at least one endpoint.
    public func count(_ reasons: Set<Decision.ReasonCode>) -> Int {
        updates.values.count { !reasons.isDisjoint(with: $0.reasons.keys) }
    }
}

/// Keeps what is decided about fleets for a short while, so that each view of a page does not
/// decide everything anew.
package final class DecisionBoard: Sendable {
    /// How long an answer is kept, in seconds.
    static let keptSeconds: Int64 = 20
    /// The most endpoints that are decided about for one view: about half a second's work. Beyond
    /// that, reasons stand on the pages of tenants and endpoints.
    package static let maximumEndpoints = 2_000

    private let kept = Mutex<[String: FleetStanding]>([:])

    /// What was kept a short while ago.
    package func standing(_ key: String, at now: Timestamp) -> FleetStanding? {
        kept.withLock { kept in
            kept = kept.filter { (0..<Self.keptSeconds).contains(now.seconds(since: $0.value.at)) }
            return kept[key]
        }
    }

    /// Keeps an answer for a short while.
    package func keep(_ standing: FleetStanding, as key: String) {
        kept.withLock { $0[key] = standing }
    }

    /// Forgets everything: somebody has changed what is decided.
    package func forget() {
        kept.withLock { $0.removeAll() }
    }
}

extension Decision.ReasonCode {
    /// Whether a job carries the update: then the decision's next time is the job's deadline.
    public var isUnderWay: Bool {
        [.queued, .deploymentHalted, .inProgress, .interrupted, .pendingRestart].contains(self)
    }
}
