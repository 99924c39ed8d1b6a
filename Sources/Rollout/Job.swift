public import Fleet

/// One endpoint's part of a deployment: a state machine that decides and returns what must be told
/// to others.
///
/// The states, and which events lead from one to another, stand in docs/job-states.md and are
/// tested exhaustively.
public struct Job: Hashable, Sendable, Codable {
    /// Where a job stands.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Waits for its endpoint to collect it.
        case queued
        /// The endpoint has collected it.
        case leased
        /// The endpoint has reported that it works on it.
        case running
        /// The endpoint has been silent for longer than the lease: what it did is not known yet.
        case interrupted
        /// Everything is installed; a reboot or a restart must still happen on the endpoint.
        case pendingRestart
        /// A fresh scan shows every update in force.
        case verified
        /// The package manager reported success, and a fresh scan disagrees.
        case failedVerification
        /// At least one update did not go in, for the reason given.
        case failed
        /// Called off before anything was installed, or while the endpoint was silent.
        case cancelled
        /// The deadline passed before it ended.
        case expired

        /// Whether nothing changes it any more.
        public var isTerminal: Bool {
            switch self {
            case .queued, .leased, .running, .interrupted, .pendingRestart: false
            case .verified, .failedVerification, .failed, .cancelled, .expired: true
            }
        }
    }

    /// The job's identifier.
    public let id: JobID
    /// The tenant that the endpoint belongs to.
    public let tenant: TenantID
    /// The deployment that it is part of.
    public let deployment: DeploymentID
    /// The endpoint that carries it out.
    public let endpoint: EndpointID
    /// The lock list of this endpoint.
    public let updates: [LockedUpdate]
    /// What follows the installation; `nil` when nothing was said, and then nothing follows.
    public let aftercare: Aftercare?
    /// Which order of its rollout to this endpoint it is, from 1; `nil` when its deployment does
    /// not move through rings.
    public let rolloutOrder: Int?
    /// When it was made.
    public let createdAt: Timestamp
    /// When it ends as `expired` unless it has ended before.
    public let deadline: Timestamp
    /// Where it stands.
    public internal(set) var state: State
    /// When the lease ends unless the endpoint is heard from; `nil` while no lease runs.
    public internal(set) var leaseExpiresAt: Timestamp?
    /// When the endpoint first reported work on it.
    public internal(set) var startedAt: Timestamp?
    /// When the endpoint began to change something, by its own clock as far as that can be; `nil`
    /// before, and where it has not told.
    public internal(set) var workBeganAt: Timestamp?
    /// When it reached its terminal state.
    public internal(set) var finishedAt: Timestamp?
    /// Whether somebody has asked for it to be called off.
    public internal(set) var cancelRequested: Bool
    /// Why its order was taken back while its endpoint had it, one sentence; `nil` when it was not,
    /// or a person called it off.
    public internal(set) var withdrawnBecause: String?
    /// The latest step that the endpoint reported.
    public internal(set) var progress: JobProgress?
    /// What the endpoint reported at the end; it may arrive after the job has expired or been
    /// cancelled, and is kept then too.
    public internal(set) var result: JobResult?
    /// One sentence that says where it stands and why.
    public internal(set) var sentence: String

    /// How long an endpoint may be silent about a job before it counts as interrupted, in seconds:
    /// two heartbeats (60 s each) and half of one for a slow network.
    public static let leaseSeconds: Int64 = 150
    /// How long an endpoint that was handed a job may take to its first word about it, in seconds:
    /// it reports its first step at once, and an answer that went into a dead connection should not
    /// count as collected for long.
    public static let firstWordSeconds: Int64 = 60

    /// Whether its endpoint holds it and waits for its window: another job may overtake it.
    public var waitsForWindow: Bool { state == .running && progress?.phase == .waitingForWindow }

    /// Whether its endpoint has begun to change something: before that, its order can be taken back
    /// as if it had never been given.
    public var isAtWork: Bool {
        switch progress?.phase {
        case .repairing, .downloading, .installing, .verifying, .probing, .waitingForReboot,
            .rebooting:
            true
        case .preflight, .waitingForWindow, .waitingForLock, nil: false
        }
    }

    /// A new job, which waits for its endpoint.
    public init(
        id: JobID, tenant: TenantID, deployment: DeploymentID, endpoint: EndpointID,
        updates: [LockedUpdate],
        createdAt: Timestamp, deadline: Timestamp, aftercare: Aftercare? = nil,
        rolloutOrder: Int? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.deployment = deployment
        self.endpoint = endpoint
        self.updates = updates
        self.aftercare = aftercare
        self.rolloutOrder = rolloutOrder
        self.createdAt = createdAt
        self.deadline = deadline
        state = .queued
        cancelRequested = false
        sentence = "Waits for the endpoint to collect it."
    }
}

/// A step of a job as its endpoint reports it.
public struct JobProgress: Hashable, Sendable, Codable {
    /// The steps, in the order in which they are passed.
    public enum Phase: String, Codable, Sendable, CaseIterable {
        /// Checks the order, the disk, the versions on offer.
        case preflight
        /// Waits until the endpoint's own window opens, or its approval begins.
        case waitingForWindow
        /// Another program holds the package manager's lock.
        case waitingForLock
        /// Mends a package database that an earlier run left half done.
        case repairing
        /// Downloads packages.
        case downloading
        /// Installs packages.
        case installing
        /// Scans, to see what is really there.
        case verifying
        /// Asks the endpoint's probes.
        case probing
        /// Waits for its reboot: a window, people, or programs that must not be cut off.
        case waitingForReboot
        /// Reboots.
        case rebooting
    }

    /// The step.
    public var phase: Phase
    /// One sentence, such as who holds the lock.
    public var sentence: String
    /// How much of the whole is done, 0 to 100; `nil` when it cannot be told.
    public var percent: Int?
    /// When it was so, by the endpoint's clock.
    public var at: Timestamp
    /// Until when it waits, as far as the endpoint knows.
    public var until: Timestamp?

    /// A step of a job.
    public init(
        phase: Phase, sentence: String, percent: Int? = nil, at: Timestamp, until: Timestamp? = nil
    ) {
        self.until = until
        self.phase = phase
        self.sentence = sentence
        self.percent = percent
        self.at = at
    }
}
