public import Fleet

/// A lock list moving to the endpoints that it was approved for.
public struct Deployment: Hashable, Sendable, Codable {
    /// Where a deployment stands.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Jobs are handed out and worked on.
        case running
        /// Stopped by a person: nothing new is handed out; what has begun goes on.
        case halted
        /// Called off: queued jobs are cancelled; what has begun goes on to its end.
        case cancelled
        /// Every job has ended.
        case finished

        /// Whether the queued jobs of a deployment in this state may be handed out.
        public var handsOutJobs: Bool { self == .running }
    }

    /// The deployment's identifier.
    public let id: DeploymentID
    /// The tenant that it belongs to.
    public let tenant: TenantID
    /// A name for people.
    public let title: String
    /// Who approved it.
    public let approvedBy: String
    /// When it was approved.
    public let createdAt: Timestamp
    /// When jobs that have not ended expire.
    public let deadline: Timestamp
    /// Where it stands.
    public internal(set) var state: State
    /// When its last job ended.
    public internal(set) var finishedAt: Timestamp?

    /// A new deployment, running from the start.
    public init(
        id: DeploymentID, tenant: TenantID, title: String, approvedBy: String, createdAt: Timestamp,
        deadline: Timestamp
    ) {
        self.id = id
        self.tenant = tenant
        self.title = title
        self.approvedBy = approvedBy
        self.createdAt = createdAt
        self.deadline = deadline
        state = .running
    }
}

/// What can happen to a deployment.
public enum DeploymentEvent: Hashable, Sendable {
    /// A person stops it.
    case halt
    /// A person lets it go on.
    case resume
    /// A person calls it off.
    case cancel
    /// One of its jobs has ended, and at least so many are still open; 0 when none is.
    case jobEnded(open: Int)
}

/// An event that does not fit the deployment's state. The deployment is left as it was.
public struct DeploymentEventRefused: Error, Hashable, Sendable {
    /// The state that the deployment is in.
    public let state: Deployment.State
    /// What was tried.
    public let event: DeploymentEvent
}

/// What must be done because of an event.
public enum DeploymentAction: Hashable, Sendable {
    /// Write an audit entry with this sentence.
    case audit(String)
    /// Send `cancelRequested` to every job that has not ended.
    case cancelOpenJobs
    /// Wake the endpoints that have a queued job.
    case wakeEndpoints
}

extension Deployment {
    /// Whether its queued jobs may be handed out.
    public var handsOutJobs: Bool { state.handsOutJobs }

    /// Takes an event, changes the state, and returns what must be done because of it.
    ///
    /// - Throws: `DeploymentEventRefused` when the event cannot happen in this state; nothing is
    ///   changed then.
    public mutating func handle(
        _ event: DeploymentEvent, at now: Timestamp
    ) throws(DeploymentEventRefused) -> [DeploymentAction] {
        switch (event, state) {
        case (.halt, .running):
            state = .halted
            return [.audit("Halted: nothing new is handed out.")]
        case (.resume, .halted):
            state = .running
            return [.audit("Resumed."), .wakeEndpoints]
        case (.halt, .halted), (.resume, .running), (.cancel, .cancelled):
            return []
        case (.cancel, .running), (.cancel, .halted):
            state = .cancelled
            return [.audit("Cancelled: what has not begun is called off."), .cancelOpenJobs]
        case (.jobEnded(let open), _):
            guard open == 0, finishedAt == nil else { return [] }
            finishedAt = now
            if state != .cancelled { state = .finished }
            return [.audit("Every job has ended.")]
        case (.halt, .cancelled), (.halt, .finished), (.resume, .cancelled), (.resume, .finished),
            (.cancel, .finished):
            throw DeploymentEventRefused(state: state, event: event)
        }
    }
}
