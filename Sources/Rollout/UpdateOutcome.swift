public import Fleet
public import Forensics
public import Policy

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

    /// What is outstanding of an update whose version is on the disk.
    public enum Pending: String, Codable, Sendable, CaseIterable {
        /// The endpoint's reboot, as for a kernel.
        case reboot = "pendingReboot"
        /// The restart of what still runs the old code.
        case restart = "pendingRestart"
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
    /// How it can be undone, as the endpoint found before it began; `nil` where it did not look.
    public var wayBack: WayBack?
    /// The SHA-256 of the package's file, in lower-case hexadecimal digits, as the endpoint's own
    /// signed index named it before it began; `nil` where it is not known.
    public var sha256: String?
    /// What is outstanding while it is `pendingRestart`; `nil` from agents of former releases.
    public var pending: Pending?

    /// What became of one line.
    public init(
        update: LockedUpdate, state: State, failure: FailureClass? = nil, versionAfter: String?,
        sentence: String, wayBack: WayBack? = nil, sha256: String? = nil, pending: Pending? = nil
    ) {
        self.sha256 = sha256
        self.pending = pending
        self.update = update
        self.state = state
        self.failure = failure
        self.versionAfter = versionAfter
        self.sentence = sentence
        self.wayBack = wayBack
    }

    /// Whether the endpoint has the update's version now, however it went.
    public var isInstalled: Bool { versionAfter == update.to }
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
    /// Whether the probes passed after the installation or its reboot; `nil` when there were none,
    /// or they have not answered yet.
    public var isHealthy: Bool?
    /// Whether they passed before, those at least that fail now; what failed then already is not
    /// the updates' fault.
    public var wasHealthy: Bool?
    /// What the probes showed at their last look.
    public var probes: [ProbeResult]?
    /// Whether the endpoint goes on by itself: it sees to its reboot and to its health afterwards,
    /// and reports once more.
    public var goesOn: Bool?
    /// What failed beside the updates themselves: `unhealthyAfterPatch` or `rebootNotClearing`.
    public var failure: FailureClass?
    /// The runs that went well, with what they took; `nil` where nobody measured them.
    public var runs: [InstallRun]?
    /// How long the endpoint was away at the reboot that it made for the job, in seconds; `nil`
    /// where it made none, or another job of the same reboot tells.
    public var rebootSeconds: Int64?
    /// The snapshot that the endpoint took before the installation, such as
    /// `btrfs /.patchbay-snapshots/…`; `nil` where it took none.
    public var snapshot: String?
    /// The evidence that the endpoint had taken of itself before the installation; `nil` where none
    /// was wanted, and from agents of former releases.
    public var evidence: EvidenceMark?

    /// What an endpoint reports.
    public init(
        outcomes: [UpdateOutcome], cancelledBeforeStart: Bool = false, notes: [String] = [],
        isHealthy: Bool? = nil, wasHealthy: Bool? = nil, probes: [ProbeResult]? = nil,
        goesOn: Bool? = nil, failure: FailureClass? = nil, runs: [InstallRun]? = nil,
        snapshot: String? = nil, evidence: EvidenceMark? = nil
    ) {
        self.evidence = evidence
        self.snapshot = snapshot
        self.runs = runs
        self.outcomes = outcomes
        self.cancelledBeforeStart = cancelledBeforeStart
        self.notes = notes
        self.isHealthy = isHealthy
        self.wasHealthy = wasHealthy
        self.probes = probes
        self.goesOn = goesOn
        self.failure = failure
    }
}

extension JobResult {
    /// Takes over what the probes showed. A probe that failed before too stays a note, since the
    /// updates are not to blame for it, and so does what cannot be told and was not asked before;
    /// but a way back is taken for health's sake, and has not reached what it was for while a probe
    /// fails: only what could not be told before it either is no reason against it.
    public mutating func take(_ results: [ProbeResult], before: [ProbeResult]?) {
        wasHealthy = before.map { $0.allSatisfy(\.isPassed) }
        guard !results.isEmpty else { return }
        probes = results
        let failing = results.filter { !$0.isPassed }
        isHealthy = failing.isEmpty
        guard let worst = failing.first else { return }
        let known = Set((before ?? []).filter { !$0.isPassed }.map(\.probe))
        let blamed = failing.filter {
            !known.contains($0.probe) && !(before == nil && $0.isUnknown == true)
        }
        // Each probe answers for itself: one that failed before excuses no other.
        if before != nil || blamed.isEmpty { wasHealthy = !blamed.isEmpty }
        let goesBack = outcomes.contains { $0.update.isRollback }
        let against =
            goesBack
            ? failing.filter {
                $0.isUnknown != true || !(before == nil || known.contains($0.probe))
            } : blamed
        let first = blamed.first ?? against.first ?? worst
        let words =
            failing.count == 1
            ? first.sentence : "\(first.sentence) \(failing.count - 1) more probes fail."
        if against.isEmpty {
            notes.append(
                failing.allSatisfy { $0.isUnknown == true }
                    ? "Whether the endpoint is healthy was not known before the updates either: "
                        + words
                    : "The endpoint was unhealthy before the updates, and still is: \(words)")
            return
        }
        failure = failure ?? .unhealthyAfterPatch
        notes.append(
            goesBack && wasHealthy == false
                ? "The endpoint is unhealthy after the way back too: \(words)"
                : "The endpoint is unhealthy: \(words)")
    }
}
