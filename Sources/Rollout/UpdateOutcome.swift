/// What became of one line of a lock list on one endpoint, as a scan after the run showed it.
public struct UpdateOutcome: Hashable, Sendable, Codable {
    /// The possible ends.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// A fresh scan shows the version, and nothing runs the old code any more.
        case verified
        /// The version is on disk; a reboot or a restart must still happen before it is in force.
        case pendingRestart
        /// The package manager reported success, and the scan shows that the version is not there.
        case failedVerification
        /// The version is not there, for the reason given.
        case failed
        /// It was not tried, for the reason given.
        case skipped
    }

    /// The line.
    public var update: LockedUpdate
    /// How it ended.
    public var state: State
    /// Why, when it failed or was skipped.
    public var failure: FailureClass?
    /// The version that the scan found afterwards; `nil` when the package is gone.
    public var versionAfter: String?
    /// One sentence for people.
    public var sentence: String

    /// What became of one line.
    public init(
        update: LockedUpdate, state: State, failure: FailureClass? = nil, versionAfter: String?,
        sentence: String
    ) {
        self.update = update
        self.state = state
        self.failure = failure
        self.versionAfter = versionAfter
        self.sentence = sentence
    }
}

/// What an endpoint reports when its part of a deployment has ended there.
public struct JobResult: Hashable, Sendable, Codable {
    /// One outcome for each line of the lock list, in its order.
    public var outcomes: [UpdateOutcome]
    /// Whether the run was called off before anything was started.
    public var cancelledBeforeStart: Bool
    /// Things worth knowing that are no failure: a kept configuration file, a repaired package
    /// database.
    public var notes: [String]

    /// What an endpoint reports.
    public init(outcomes: [UpdateOutcome], cancelledBeforeStart: Bool = false, notes: [String] = [])
    {
        self.outcomes = outcomes
        self.cancelledBeforeStart = cancelledBeforeStart
        self.notes = notes
    }
}
