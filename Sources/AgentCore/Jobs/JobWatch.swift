import Fleet
public import Rollout
import Synchronization

/// What those who work on a job and those who report on it tell each other.
public final class JobWatch: Sendable {
    private struct Signs {
        var progress: JobProgress?
        var cancelRequested = false
        var isOver = false
    }

    private let signs = Mutex(Signs())

    /// A watch on a job that begins.
    public init() {}

    /// The latest step.
    public var progress: JobProgress? { signs.withLock { $0.progress } }
    /// Whether the control plane calls the job off.
    public var cancelRequested: Bool { signs.withLock { $0.cancelRequested } }
    /// Whether the work has ended.
    public var isOver: Bool { signs.withLock { $0.isOver } }

    /// Tells the step.
    func show(
        _ phase: JobProgress.Phase, _ sentence: String, percent: Int? = nil, at now: Timestamp,
        until: Timestamp? = nil
    ) {
        signs.withLock { signs in
            // The same words again are no news; their first time stands.
            if let shown = signs.progress, shown.phase == phase, shown.sentence == sentence,
                shown.percent == percent, shown.until == until
            {
                return
            }
            signs.progress = JobProgress(
                phase: phase, sentence: sentence, percent: percent, at: now, until: until)
        }
    }

    /// Tells that the control plane calls the job off.
    func requestCancel() {
        signs.withLock { $0.cancelRequested = true }
    }

    /// Tells that the work has ended.
    func finish() {
        signs.withLock { $0.isOver = true }
    }
}
