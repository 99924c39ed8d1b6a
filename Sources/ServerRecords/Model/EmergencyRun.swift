public import Fleet

/// One vulnerability's fix, brought to a tenant's endpoints at once, and the review that follows.
public struct EmergencyRun: Hashable, Sendable, Codable {
    /// Where it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// A policy asks for two people, and one has started it: nothing is installed yet.
        case awaitingSecondPerson
        /// Endpoints install.
        case running
        /// It is over, and nobody has written its review yet.
        case awaitingReview
        /// Its review is written.
        case closed
        /// No second person has agreed in time; nothing was installed.
        case lapsed

        /// Whether a person or an endpoint still has to do something.
        public var isOpen: Bool {
            switch self {
            case .awaitingSecondPerson, .running, .awaitingReview: true
            case .closed, .lapsed: false
            }
        }
    }

    /// What it set out to do.
    public struct Extent: Hashable, Sendable, Codable {
        /// How many endpoints it goes to.
        public var endpoints: Int
        /// On how many of them a reboot may be needed afterwards.
        public var mayReboot: Int
        /// How many endpoints have the vulnerability and are left out.
        public var leftOut: Int
        /// What is installed: names and versions.
        public var updates: [String]

        /// What a run sets out to do.
        public init(endpoints: Int, mayReboot: Int, leftOut: Int, updates: [String]) {
            self.endpoints = endpoints
            self.mayReboot = mayReboot
            self.leftOut = leftOut
            self.updates = updates
        }
    }

    /// What has come of it.
    public struct Outcome: Hashable, Sendable, Codable {
        /// On how many endpoints the fix is verified.
        public var verified: Int
        /// On how many it is installed and a reboot or restart is outstanding.
        public var pendingRestart: Int
        /// On how many it failed, or could not be verified.
        public var failed: Int
        /// How many did not need it any more.
        public var notNeeded: Int
        /// How many it has not reached.
        public var notReached: Int
        /// Why it stopped before its end, one sentence a rollout; empty when it did not.
        public var stops: [String]

        /// What has come of a run.
        public init(
            verified: Int = 0, pendingRestart: Int = 0, failed: Int = 0, notNeeded: Int = 0,
            notReached: Int = 0, stops: [String] = []
        ) {
            self.verified = verified
            self.pendingRestart = pendingRestart
            self.failed = failed
            self.notNeeded = notNeeded
            self.notReached = notReached
            self.stops = stops
        }
    }

    /// What somebody wrote afterwards.
    public struct Review: Hashable, Sendable, Codable {
        /// The text.
        public var text: String
        /// Who wrote it.
        public var by: String
        /// When.
        public var at: Timestamp

        /// A review.
        public init(text: String, by: String, at: Timestamp) {
            self.text = text
            self.by = by
            self.at = at
        }
    }

    /// Its identifier.
    public let id: EmergencyID
    /// Whose endpoints.
    public let tenant: TenantID
    /// The vulnerability.
    public let vulnerability: String
    /// Why it could not wait, in the words of who started it; may be empty.
    public let reason: String
    /// Whether it was started knowing that a part of it cannot be undone.
    public let acceptsNoWayBack: Bool
    /// Who started it.
    public let startedBy: String
    /// When.
    public let startedAt: Timestamp
    /// Where it stands.
    public var state: State
    /// The second person, where a policy asks for two.
    public var agreedBy: String?
    /// When they agreed.
    public var agreedAt: Timestamp?
    /// The rollouts, one for each policy; empty while it waits for a second person.
    public var deployments: [DeploymentID]
    /// What it set out to do.
    public var extent: Extent
    /// When it was over.
    public var endedAt: Timestamp?
    /// What has come of it.
    public var outcome: Outcome?
    /// The review.
    public var review: Review?

    /// A run that begins, or waits for a second person.
    public init(
        id: EmergencyID, tenant: TenantID, vulnerability: String, reason: String,
        acceptsNoWayBack: Bool = false, startedBy: String, startedAt: Timestamp, state: State,
        deployments: [DeploymentID] = [], extent: Extent
    ) {
        self.id = id
        self.tenant = tenant
        self.vulnerability = vulnerability
        self.reason = reason
        self.acceptsNoWayBack = acceptsNoWayBack
        self.startedBy = startedBy
        self.startedAt = startedAt
        self.state = state
        self.deployments = deployments
        self.extent = extent
    }
}

extension EmergencyRun.Outcome {
    /// What has come of it, in one sentence.
    public var sentence: String {
        let parts = [
            (verified, "verified"), (pendingRestart, "installed and waiting for a restart"),
            (failed, "failed"), (notNeeded, "no longer in need of it"), (notReached, "not reached"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let counts = parts.isEmpty ? "no endpoint had its turn" : parts.joined(separator: ", ")
        return ([counts + "."] + stops).joined(separator: " ")
    }
}
