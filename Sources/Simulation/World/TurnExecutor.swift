import Synchronization

/// Runs the tasks of agents on the one thread that drains it, first come first served: what
/// runs when is the same each time.
package final class TurnExecutor: TaskExecutor {
    private let waiting = Mutex<[UnownedJob]>([])

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        waiting.withLock { $0.append(unowned) }
    }

    /// Lets everybody work until all of them wait for something of the world.
    package func drain() {
        let executor = asUnownedTaskExecutor()
        while let turn = takeTurn() {
            for job in turn { job.runSynchronously(on: executor) }
        }
    }

    private func takeTurn() -> [UnownedJob]? {
        waiting.withLock { jobs in
            guard !jobs.isEmpty else { return nil }
            defer { jobs = [] }
            return jobs
        }
    }
}
