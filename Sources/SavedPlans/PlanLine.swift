import ControlPlane
public import Fleet
import Policy
import Rollout

/// One package of one endpoint.
public struct PlanLine: Hashable, Comparable, Sendable, Codable {
    /// The endpoint's identifier.
    public var endpoint: String
    /// The package.
    public var package: PackageKey

    /// A package of an endpoint.
    public init(endpoint: String, package: PackageKey) {
        self.endpoint = endpoint
        self.package = package
    }

    /// By endpoint, then package.
    public static func < (left: PlanLine, right: PlanLine) -> Bool {
        (left.endpoint, left.package) < (right.endpoint, right.package)
    }
}

/// One package in one order to one endpoint, and what became of it.
public struct PlanRun: Hashable, Sendable {
    /// How it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// It has not ended yet.
        case open
        /// The version is in.
        case installed
        /// It was tried, and the version is not in.
        case failed
        /// It was not tried: called off, expired or skipped.
        case notTried
    }

    /// Which package of which endpoint.
    public var line: PlanLine
    /// The endpoint's name.
    public var endpointName: String
    /// The version before.
    public var from: String
    /// The version that was ordered.
    public var to: String
    /// The order.
    public var job: JobID
    /// What the order belongs to, for people.
    public var title: String
    /// Who or what ordered it, as the audit log names it.
    public var orderedBy: String
    /// The policy that ordered it by itself; `nil` where a person did.
    public var policy: String?
    /// When it was ordered.
    public var orderedAt: Timestamp
    /// When the endpoint began to change something; `nil` when it has not, or has not told.
    public var beganAt: Timestamp?
    /// When its order ended; `nil` while it has not.
    public var endedAt: Timestamp?
    /// How it stands.
    public var state: State
    /// How it stands, for people.
    public var sentence: String

    /// A run.
    public init(
        line: PlanLine, endpointName: String, from: String, to: String, job: JobID,
        title: String, orderedBy: String, policy: String?, orderedAt: Timestamp,
        beganAt: Timestamp?, endedAt: Timestamp?, state: State, sentence: String
    ) {
        self.line = line
        self.endpointName = endpointName
        self.from = from
        self.to = to
        self.job = job
        self.title = title
        self.orderedBy = orderedBy
        self.policy = policy
        self.orderedAt = orderedAt
        self.beganAt = beganAt
        self.endedAt = endedAt
        self.state = state
        self.sentence = sentence
    }

    /// Each package of an order.
    static func runs(of job: Job, _ deployment: Deployment?, endpointName: String) -> [PlanRun] {
        job.updates.map { update in
            let outcome = job.result?.outcomes.first { $0.update.key == update.key }
            let state = state(of: job, outcome)
            return PlanRun(
                line: PlanLine(endpoint: job.endpoint.text, package: update.key),
                endpointName: endpointName, from: update.from, to: update.to, job: job.id,
                title: deployment?.title ?? "", orderedBy: deployment?.approvedBy ?? "",
                policy: deployment?.openedBy?.text, orderedAt: job.createdAt,
                // Of an order whose steps were never told, its end is all that is known.
                beganAt: state == .notTried ? nil : job.workBeganAt ?? job.finishedAt,
                endedAt: job.finishedAt, state: state,
                sentence: outcome?.sentence ?? job.sentence)
        }
    }

    private static func state(of job: Job, _ outcome: UpdateOutcome?) -> State {
        if let outcome {
            switch outcome.state {
            case .verified, .pendingRestart: return .installed
            case .failed, .failedVerification: return outcome.isInstalled ? .installed : .failed
            case .skipped: return .notTried
            }
        }
        switch job.state {
        case .queued, .leased, .running, .interrupted, .pendingRestart: return .open
        case .cancelled, .expired: return .notTried
        case .verified, .failedVerification, .failed: return .failed
        }
    }
}
