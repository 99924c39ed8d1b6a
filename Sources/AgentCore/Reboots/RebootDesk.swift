import AgentProtocol
import Fleet
import Logging
import Rollout
import Synchronization

/// Sees to the reboots that jobs wait for: warns people, waits for windows and for programs that
/// must not be cut off, reboots, and tells afterwards how the endpoint came back.
///
/// What waits is told by the jobs' journals; what people have said, and how often the endpoint was
/// rebooted, stands in files of its own (`RebootFiles`). So it goes on after the reboot, and after
/// any crash, and without the control plane.
final class RebootDesk: Sendable {
    /// How long there is between two looks at people and programs, in milliseconds.
    static let lookMilliseconds: Int64 = 10_000
    /// The same while a warning runs, so that the reboot comes when it was promised.
    static let closeLookMilliseconds: Int64 = 1000
    /// The longest time between two looks when nothing can happen soon, in milliseconds.
    static let longestPauseMilliseconds: Int64 = 60_000

    struct Content {
        var waiting: [JobRun] = []
        var isLoaded = false
        /// Whether it reboots as soon as nothing is in its way.
        var isAtHand = false
        var memory: RebootMemory?
        var terms: RebootTerms?
        var status = RebootStatus.none
        var sessions: [UserSession] = []
        var warnings = 0
        /// Results that are to be delivered.
        var ended: [JobRun] = []
        /// What the control plane was told last of each job, and when.
        var told: [JobID: (step: JobProgress, at: Timestamp)] = [:]
    }

    let endpoint: EndpointID
    let parts: AftercareParts
    let link: any ControlPlaneLink
    let runner: JobRunner
    let presence: Bell
    let logger: Logger
    let files: RebootFiles
    let content = Mutex(Content())
    /// Whoever changes what is remembered holds it until the change is on the disk: people speak
    /// from a thread of their own.
    let pen = Mutex(())
    private let bell = Bell()

    var effects: AgentEffects { runner.effects }

    init(
        endpoint: EndpointID, parts: AftercareParts, link: any ControlPlaneLink, runner: JobRunner,
        presence: Bell, logger: Logger
    ) {
        self.endpoint = endpoint
        self.parts = parts
        self.link = link
        self.runner = runner
        self.presence = presence
        self.logger = logger
        files = RebootFiles(state: runner.state)
    }

    /// Takes a job whose end comes after a reboot.
    func take(_ job: JobRun) {
        content.withLock { content in
            guard !content.waiting.contains(where: { $0.order.job == job.order.job }) else {
                return
            }
            content.waiting.append(job)
        }
        bell.ring()
    }

    /// Somebody has said something: it is looked at once.
    func look() { bell.ring() }

    /// Goes on until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            var backOff = BackOff.local
            while !Task.isCancelled {
                var pause: Int64?
                do {
                    try load()
                    pause = try await step()
                    backOff.reset()
                } catch let failure as StateFolderFailure {
                    logger.error("\(failure)")
                    pause = backOff.next(chance: effects.chance())
                } catch {
                    // A cancellation; the loop's condition ends it.
                    logger.debug("The look at the reboot was interrupted: \(error)")
                    pause = Self.closeLookMilliseconds
                }
                for job in takeEnded() { group.addTask { await self.deliver(job) } }
                await wait(pause)
            }
            group.cancelAll()
        }
    }

    /// One look; returns for how many milliseconds nothing more is to be done, `nil` when nothing
    /// waits at all.
    func step() async throws -> Int64? {
        let now = effects.now()
        for job in waiting where now >= job.order.deadline {
            try release(job, "The job's deadline passed before the reboot.")
        }
        let jobs = waiting
        guard !jobs.isEmpty else {
            try forget()
            return nil
        }
        let back = jobs.filter { $0.awaitedBoot != parts.bootId }
        if !back.isEmpty {
            try await recover(back)
            return 0
        }
        return try await decide(jobs)
    }

    /// Whether the endpoint reboots as soon as nothing is in its way, or people have been warned.
    var isAtHand: Bool { content.withLock { $0.isAtHand } }

    var waiting: [JobRun] { content.withLock { $0.waiting } }

    /// What a former life has left waiting.
    func load() throws(StateFolderFailure) {
        guard !content.withLock({ $0.isLoaded }) else { return }
        var found: [JobRun] = []
        for name in try runner.state.names(in: JobFolder.parent) {
            guard let id = JobID(name),
                case .intact(let entries) = try? JobFolder(id).readJournal(in: runner.state),
                let job = JobRun(replaying: entries, endpoint: endpoint), job.awaitsReboot
            else { continue }
            found.append(job)
        }
        let memory = files.readMemory()
        content.withLock { content in
            content.isLoaded = true
            content.memory = memory
            let known = Set(content.waiting.map(\.order.job))
            content.waiting += found.filter { !known.contains($0.order.job) }
        }
    }

    private func forget() throws(StateFolderFailure) {
        let had = content.withLock { content in
            content.status = .none
            content.isAtHand = false
            content.told = [:]
            return content.memory != nil
        }
        guard had else { return }
        try pen.withLock { _ throws(StateFolderFailure) in
            try files.write(nil)
            content.withLock { $0.memory = nil }
        }
    }

    private func wait(_ milliseconds: Int64?) async {
        if let milliseconds, milliseconds <= 0 { return }
        await withTaskGroup(of: Void.self) { group in
            if let milliseconds { group.addTask { try? await self.effects.sleep(milliseconds) } }
            group.addTask { await self.bell.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}

// MARK: - The end of a job

extension RebootDesk {
    /// Ends a job that waited, with its second result.
    func end(_ job: JobRun, with result: JobResult) throws(StateFolderFailure) {
        var job = job
        let entry = JournalEntry(at: effects.now(), .followedUp(result))
        try runner.record([entry], of: job)
        job.apply(entry)
        content.withLock { [job] content in
            content.waiting.removeAll { $0.order.job == job.order.job }
            content.told[job.order.job] = nil
            content.ended.append(job)
        }
    }

    /// Ends a job that waits no longer, for a reason that goes into its notes.
    func release(_ job: JobRun, _ reason: String, failure: FailureClass? = nil)
        throws(StateFolderFailure)
    {
        logger.info("\(job.order.job) waits for no reboot any more: \(reason)")
        var result = job.result ?? JobResult(outcomes: [])
        result.goesOn = nil
        result.failure = failure ?? result.failure
        result.notes.append(reason)
        try end(job, with: result)
    }

    private func takeEnded() -> [JobRun] {
        content.withLock { content in
            defer { content.ended = [] }
            return content.ended
        }
    }

    /// Sends a job's second result until the control plane has it; a later life goes on with it
    /// when this one ends before.
    private func deliver(_ job: JobRun) async {
        guard let result = job.result else { return }
        var job = job
        var reporter = JobReporter(
            job.order.job, link: link, state: runner.state, effects: effects, logger: logger)
        do {
            let refusal = try await reporter.deliver(result)
            try runner.record(
                job.handle(.delivered(refusal: refusal), at: effects.now()), of: job)
        } catch {
            logger.debug("The second result of \(job.order.job) waits: \(error)")
        }
    }
}

extension JobRun {
    /// The job's present result.
    var result: JobResult? {
        switch stage {
        case .finished(let result), .delivered(let result): result
        case .checking, .preflight, .waiting, .running, .verifying, .probing: nil
        }
    }
}
