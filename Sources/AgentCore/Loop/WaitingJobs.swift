import AgentProtocol
import Fleet
import Logging
import Rollout
import Synchronization

/// The jobs that wait for their windows. They hold up nothing: other work is collected and done
/// meanwhile, and scans are taken.
final class WaitingJobs: Sendable {
    struct Entry: Sendable {
        /// What is told to the control plane.
        var step: JobProgress
        /// When it was told last.
        var toldAt: Timestamp?
        /// Whether it has been called off.
        var isCancelled = false
    }

    private let entries = Mutex<[JobID: Entry]>([:])

    func add(_ job: JobID, _ step: JobProgress) {
        entries.withLock { $0[job] = Entry(step: step) }
    }

    func remove(_ job: JobID) { entries.withLock { $0[job] = nil } }

    func contains(_ job: JobID) -> Bool { entries.withLock { $0[job] != nil } }

    var all: [(job: JobID, entry: Entry)] {
        entries.withLock { entries in
            entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    func told(_ job: JobID, isCancelled: Bool, at now: Timestamp) {
        entries.withLock { entries in
            entries[job]?.toldAt = now
            if isCancelled { entries[job]?.isCancelled = true }
        }
    }

    /// In how many milliseconds the first of them is due, 0 or less when it is now; `nil` when none
    /// waits.
    func next(_ effects: AgentEffects) -> Int64? {
        let first = all.map { $0.entry.isCancelled ? Timestamp(milliseconds: 0) : $0.entry.due }
            .min()
        return first.map { $0.milliseconds - effects.now().milliseconds }
    }
}

extension WaitingJobs.Entry {
    /// When the endpoint's own policies are asked again.
    var due: Timestamp { step.until ?? step.at }
}

extension JobWorker {
    /// How often the control plane hears of a job that waits, in seconds: so soon is a call-off
    /// heard too.
    static let waitingReportSeconds: Int64 = 45
    /// The shortest pause before a job that is due, in milliseconds.
    private static let shortestPauseMilliseconds: Int64 = 1000

    /// A pause, or the shorter time until a waiting job is due.
    func untilDue(_ milliseconds: Int64) -> Int64 {
        guard let next = waiting.next(effects) else { return milliseconds }
        return min(milliseconds, max(next, Self.shortestPauseMilliseconds))
    }

    /// Takes up the jobs whose time has come, and those that were called off. It needs no control
    /// plane.
    func carryDueJobs() async throws {
        let now = effects.now()
        for (job, entry) in waiting.all where entry.isCancelled || entry.due <= now {
            guard let known = try knownJob(job) else {
                waiting.remove(job)
                continue
            }
            try await carry(known, isCancelled: entry.isCancelled)
        }
    }

    /// Tells the control plane of the jobs that wait, and hears whether they are called off.
    func reportWaitingJobs() async throws {
        for (job, entry) in waiting.all {
            let now = effects.now()
            if let toldAt = entry.toldAt,
                now.seconds(since: toldAt) < Self.waitingReportSeconds
            {
                continue
            }
            do throws(LinkFailure) {
                let answer = try await link.report(entry.step, of: job)
                waiting.told(job, isCancelled: answer.cancel, at: now)
            } catch {
                guard error.saysThatTheJobIsOver || error.isFinal else { throw error }
                logger.debug("A report on \(job) was refused: \(error.sentence)")
                waiting.told(job, isCancelled: error.saysThatTheJobIsOver, at: now)
            }
        }
        if waiting.next(effects).map({ $0 <= 0 }) == true { try await carryDueJobs() }
    }
}

extension JobRun {
    /// Whether only the result is left to deliver.
    var hasResult: Bool {
        switch stage {
        case .finished, .delivered: true
        case .checking, .preflight, .waiting, .running, .verifying, .probing: false
        }
    }
}
