public import Fleet

/// Runs a package manager so that it outlives the agent, and tells later how it went.
///
/// A run is known by its job and number. Its files stand in the job's folder (`JobFolder`): the
/// plan before it starts, the log while it runs, the ending when it is over.
public protocol RunSupervising: Sendable {
    /// Starts a run that was never started. A second start of the same run does nothing: a run
    /// happens at most once.
    func start(_ run: RunName, _ plan: RunPlan) async throws(RunStartFailure)
    /// How a run stands.
    func state(of run: RunName) async -> RunState
}

/// Which run.
public struct RunName: Hashable, Sendable {
    /// The job.
    public let job: JobID
    /// The number of the run in its job, from 1.
    public let number: Int

    /// A run's name.
    public init(job: JobID, number: Int) {
        self.job = job
        self.number = number
    }
}

/// How a run stands.
public enum RunState: Hashable, Sendable {
    /// It was never started.
    case notStarted
    /// It is under way, or its supervisor is gone and programs that it started are still at work.
    case running
    /// It is over. `.vanished` when it left no word and nothing of it is alive.
    case ended(RunEnding)
}

/// A run that could not be started.
public struct RunStartFailure: Error, Hashable, Sendable {
    /// What happened, in one sentence.
    public let message: String

    /// A run that could not be started.
    public init(_ message: String) {
        self.message = message
    }
}
