import AgentProtocol
import Fleet
import Logging
import Rollout
import Synchronization

/// Collects work and carries it out, one job at a time; what a former life of the agent has left
/// open comes first.
final class JobWorker: Sendable {
    /// How many delivered jobs are kept, for a person who looks for a log.
    static let keptJobs = 50
    /// How long a delivered job is kept, in seconds: 30 days.
    static let keptSeconds: Int64 = 30 * 86_400
    /// How many jobs can wait on an endpoint: more windows than anybody waits for at once. Who hands
    /// out orders cannot fill the disk with them.
    static let mostWaiting = 100
    /// The shortest time between two requests for work that brought nothing, in milliseconds: a
    /// server that answers at once without work must not make the agent spin.
    static let shortestPollMilliseconds: Int64 = 5000

    private let endpoint: EndpointID
    let link: any ControlPlaneLink
    private let runner: JobRunner
    private let state: any StateFolder
    private let bell: Bell
    private let reboots: RebootDesk?
    let effects: AgentEffects
    let logger: Logger
    private let busy = Mutex(false)
    let waiting = WaitingJobs()

    init(
        endpoint: EndpointID, link: any ControlPlaneLink, runner: JobRunner, state: any StateFolder,
        bell: Bell, reboots: RebootDesk? = nil, effects: AgentEffects, logger: Logger
    ) {
        self.endpoint = endpoint
        self.link = link
        self.runner = runner
        self.state = state
        self.bell = bell
        self.reboots = reboots
        self.effects = effects
        self.logger = logger
    }

    /// Whether a job is under way.
    var isBusy: Bool { busy.withLock { $0 } }

    /// Goes on until the task is cancelled.
    func run() async {
        var backOff = BackOff.link
        var localBackOff = BackOff.local
        // At the start, and after anything went wrong, the journals are looked at; between two
        // quiet requests they are not.
        var mayHaveOpenJobs = true
        while !Task.isCancelled {
            do {
                try await carryDueJobs()
                if mayHaveOpenJobs { try await takeUpOpenJobs() }
                mayHaveOpenJobs = true
                try await reportWaitingJobs()
                let pause = try await collect()
                mayHaveOpenJobs = false
                backOff.reset()
                localBackOff.reset()
                try await effects.sleep(untilDue(pause))
            } catch let failure as LinkFailure {
                logger.debug("No work could be collected: \(failure.sentence)")
                let pause = failure.pause(&backOff, chance: effects.chance())
                try? await effects.sleep(untilDue(pause))
            } catch let failure as StateFolderFailure {
                logger.error("\(failure)")
                try? await effects.sleep(localBackOff.next(chance: effects.chance()))
            } catch {
                // Only a cancellation is left; the loop's condition ends it.
                logger.debug("The work was interrupted: \(error)")
            }
        }
    }

    /// Asks for work and does it; returns how long to wait before the next request, in
    /// milliseconds.
    private func collect() async throws -> Int64 {
        let asked = effects.now()
        let seconds = untilDue(AgentWire.longestPoll * 1000) / 1000
        let answer = try await link.collectWork(WorkRequest(waitSeconds: seconds))
        if answer.scanNow { bell.ring(wantingScan: true) }
        if let order = answer.order {
            // What was signed since the last check-in counts for it, a hold above all.
            await runner.gate?.desk.refresh(answer.policyDigest, over: link)
            if try await perform(order) { return 0 }
        }
        let spent = effects.now().milliseconds - asked.milliseconds
        return max(0, Self.shortestPollMilliseconds - max(0, spent))
    }

    /// Takes up what the journals say is not over.
    private func takeUpOpenJobs() async throws {
        // A result that cannot be delivered must not keep another job from its window.
        let jobs = try openJobs().filter { !waiting.contains($0.order.job) }
        for job in jobs.filter({ !$0.hasResult }) + jobs.filter(\.hasResult) {
            logger.info("Takes up \(job.order.job) where its journal ends.")
            try await carry(job)
        }
    }

    /// Does what an order says, unless its journal says that it has been done; `false` when there
    /// was only a result to send again.
    private func perform(_ order: JobOrder) async throws -> Bool {
        // It is here already, and waits for its window.
        if waiting.contains(order.job) { return false }
        guard let known = try knownJob(order.job) else {
            guard waiting.all.count < Self.mostWaiting else {
                logger.warning("\(order.job) was not taken: \(Self.mostWaiting) orders wait here.")
                return false
            }
            try await carry(try begin(order))
            return true
        }
        let wasDelivered = if case .delivered = known.stage { true } else { false }
        try await carry(known)
        return !wasDelivered
    }

    /// A job that begins, or one whose beginning is lost: then nothing is started any more, and a
    /// scan tells what is there.
    private func begin(_ order: JobOrder) throws(StateFolderFailure) -> JobRun {
        let folder = JobFolder(order.job)
        var isLost = runner.gate?.desk.hasBegun(order.job) == true
        if !isLost { isLost = try folder.hasDamagedJournal(in: state) }
        if isLost {
            let entries = try folder.beginAfterLoss(order, at: effects.now(), in: state)
            if let job = JobRun(replaying: entries, endpoint: endpoint) { return job }
        }
        let job = JobRun(order, endpoint: endpoint)
        try runner.record([JournalEntry(at: effects.now(), .accepted(order))], of: job)
        return job
    }

    func carry(_ job: JobRun, isCancelled: Bool = false) async throws {
        busy.withLock { $0 = true }
        defer {
            busy.withLock { $0 = false }
            bell.ring()
        }
        let watch = JobWatch()
        if isCancelled { watch.requestCancel() }
        waiting.remove(job.order.job)
        let blank = JobReporter(
            job.order.job, link: link, state: state, effects: effects, logger: logger)
        async let reporter = following(blank, watch)
        var ended: JobRun
        do {
            ended = try await runner.carryOut(job, watch: watch)
        } catch {
            _ = await reporter
            throw error
        }
        var follower = await reporter
        // The verifying scan is news: the check-in that carries it need not wait for the result's
        // delivery.
        bell.ring()
        if ended.awaitsReboot { reboots?.take(ended) }
        switch ended.stage {
        case .finished(let result):
            try runner.gate?.desk.noteEnd(of: ended.order.job, result)
            let refusal = try await follower.deliver(result) { self.waiting.next(self.effects) }
            try runner.record(
                ended.handle(.delivered(refusal: refusal), at: effects.now()), of: ended)
            try prune()
        case .delivered(let result):
            _ = try await follower.deliver(result)
        case .checking, .preflight, .waiting, .running, .verifying, .probing:
            if let step = watch.progress, step.phase == .waitingForWindow {
                waiting.add(ended.order.job, step)
            }
        }
    }

    private func following(_ reporter: JobReporter, _ watch: JobWatch) async -> JobReporter {
        var reporter = reporter
        await reporter.follow(watch)
        return reporter
    }
}

extension JobWorker {
    /// The jobs whose result the control plane does not have yet, oldest first.
    private func openJobs() throws(StateFolderFailure) -> [JobRun] {
        var open: [JobRun] = []
        for name in try state.names(in: JobFolder.parent) {
            guard let id = JobID(name) else { continue }
            do throws(StateFolderFailure) {
                guard let job = try knownJob(id) else { continue }
                if case .delivered = job.stage { continue }
                open.append(job)
            } catch  where error.isOfOneFile {
                // It cannot even be put aside; the others go on all the same.
                logger.error("\(error)")
            }
        }
        return open
    }

    /// The job that a journal tells of; `nil` when there is none, or none that can be read at all.
    func knownJob(_ id: JobID) throws(StateFolderFailure) -> JobRun? {
        let folder = JobFolder(id)
        let reading: JournalReading
        do throws(StateFolderFailure) {
            reading = try folder.readJournal(in: state)
        } catch  where error.isOfOneFile {
            // The other jobs go on; this one is settled when the control plane names it again.
            logger.error("\(error)")
            try folder.quarantineJournal(in: state)
            return nil
        }
        switch reading {
        case .absent:
            return nil
        case .intact(let entries):
            if let job = JobRun(replaying: entries, endpoint: endpoint) { return job }
            return try mended(folder, [], line: 1)
        case .damaged(let entries, let line):
            return try mended(folder, entries, line: line)
        }
    }

    private func mended(
        _ folder: JobFolder, _ entries: [JournalEntry], line: Int
    ) throws(StateFolderFailure) -> JobRun? {
        logger.error(
            "The journal of \(folder.job) is damaged in line \(line); a copy is kept beside it.")
        var known = entries
        if case .finished = entries.last?.event {
            // The result is there; what is lost is at most the word that it was delivered.
        } else if !entries.isEmpty {
            known.append(JournalEntry(at: effects.now(), .journalDamaged(line: line)))
        }
        try folder.mendJournal(known, in: state)
        return JobRun(replaying: known, endpoint: endpoint)
    }

    /// Removes what is kept no longer.
    private func prune() throws(StateFolderFailure) {
        let limit = effects.now().adding(seconds: -Self.keptSeconds)
        let jobs = try state.names(in: JobFolder.parent).compactMap { JobID($0) }.sorted()
        for (index, job) in jobs.enumerated() {
            let isBeyondCount = index < jobs.count - Self.keptJobs
            if isOver(job, before: isBeyondCount ? nil : limit) {
                try state.remove(JobFolder(job).path)
            }
        }
    }

    /// Whether the control plane has the job's result, and has had it since before `limit`. A
    /// journal that is lost counts as long over; one that cannot be read is kept.
    private func isOver(_ job: JobID, before limit: Timestamp?) -> Bool {
        func isLongOver(_ last: JournalEntry) -> Bool {
            guard case .delivered(_, let isInterim) = last.event, isInterim != true else {
                return false
            }
            return limit.map { last.at < $0 } ?? true
        }
        // Nearly all are kept, as their last line tells.
        switch try? JobFolder(job).readJournal(in: state, ifLast: isLongOver) {
        case .intact(let entries): return entries.last.map(isLongOver) ?? false
        case .absent: return limit == nil
        case .damaged, nil: return false
        }
    }
}
