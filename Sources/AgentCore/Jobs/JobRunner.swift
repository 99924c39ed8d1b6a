import AgentProtocol
public import Fleet
import Rollout

/// Takes the steps of jobs: looks, asks, starts, waits, and writes the journal before each.
public struct JobRunner: Sendable {
    /// How much of the end of a run's log is read for its meaning, in bytes: the errors of apt
    /// stand in the last few KB, and the messages about each package before them.
    static let logTailLimit = 256 * 1024
    /// How often a run is looked at, in milliseconds.
    static let runPollMilliseconds: Int64 = 1000

    let endpoint: EndpointID
    let desk: ScanDesk
    let installer: any Installing
    let runs: any RunSupervising
    let state: any StateFolder
    let effects: AgentEffects
    let aftercare: AftercareParts?
    let gate: GrantGate?
    let selfUpdates: (any SelfUpdating)?
    let safeguards: (any Safeguarding)?
    let evidence: (any EvidenceKeeping)?

    /// A runner for the endpoint's jobs.
    public init(
        endpoint: EndpointID, desk: ScanDesk, installer: any Installing, runs: any RunSupervising,
        state: any StateFolder, effects: AgentEffects, aftercare: AftercareParts? = nil
    ) {
        self.init(
            endpoint: endpoint, desk: desk, installer: installer, runs: runs, state: state,
            effects: effects, aftercare: aftercare, gate: nil, selfUpdates: nil,
            safeguards: nil)
    }

    init(
        endpoint: EndpointID, desk: ScanDesk, installer: any Installing, runs: any RunSupervising,
        state: any StateFolder, effects: AgentEffects, aftercare: AftercareParts?, gate: GrantGate?,
        selfUpdates: (any SelfUpdating)?, safeguards: (any Safeguarding)?,
        evidence: (any EvidenceKeeping)? = nil
    ) {
        self.evidence = evidence
        self.safeguards = safeguards
        self.gate = gate
        self.selfUpdates = selfUpdates
        self.endpoint = endpoint
        self.desk = desk
        self.installer = installer
        self.runs = runs
        self.state = state
        self.effects = effects
        self.aftercare = aftercare
    }

    /// Takes a job from where its journal says to its result, or to where it waits for its window:
    /// then the watch tells until when, and the job is to be taken up again.
    ///
    /// - Throws: `StateFolderFailure` when the journal cannot be written: nothing has been done
    ///   that it does not tell of, and the job
    ///   can be taken up again. `CancellationError` when the agent is told to end; the same holds.
    public func carryOut(_ job: JobRun, watch: JobWatch) async throws -> JobRun {
        var job = job
        job.following = await following(job.order)
        defer { watch.finish() }
        try record(job.resume(at: effects.now()), of: job)
        if !watch.cancelRequested, await goesOnWaiting(&job, watch) { return job }
        while true {
            try Task.checkCancellation()
            if watch.cancelRequested, job.canBeCancelled {
                try record(job.handle(.cancelRequested, at: effects.now()), of: job)
            }
            let observation: JobObservation
            switch job.stage {
            case .checking:
                watch.show(
                    .preflight, "Compares the order with what is installed.", at: effects.now())
                observation = await look(at: job)
            case .preflight:
                guard let prepared = try await prepare(&job, watch) else { return job }
                observation = prepared
            case .waiting(let holder):
                watch.show(
                    .waitingForLock, "Waits for the package manager's lock, held by \(holder).",
                    at: effects.now())
                try await wait(.lock, tries: job.waits)
                observation = .waited
            case .running(let number, let plan):
                observation = try await run(number, plan, of: job, watch)
            case .verifying(let plan, _):
                try await awaitSelfUpdate(plan, watch)
                watch.show(.verifying, "Scans, to see what is really installed.", at: effects.now())
                observation = try await lookAfterRun(plan, of: &job, watch)
            case .probing:
                observation = .probed(try await probesAfter(job, watch))
            case .finished, .delivered:
                return job
            }
            // A call-off that came while the package manager was asked still comes before the
            // start.
            if watch.cancelRequested, job.canBeCancelled { continue }
            // What a look says that was itself cut off, because the agent is told to end, is no
            // observation: the next life looks again.
            try Task.checkCancellation()
            try record(job.handle(observation, at: effects.now()), of: job)
            if case .scanFailed = observation { try await wait(.local, tries: job.scanFailures) }
        }
    }

    /// Everything that comes before a run: the endpoint's own policies, the package manager's word,
    /// what is kept and looked at beforehand; `nil` when the job waits for its window.
    private func prepare(
        _ job: inout JobRun, _ watch: JobWatch
    ) async throws -> JobObservation? {
        watch.show(
            .preflight, "Checks whether the updates can be installed now.", at: effects.now())
        let observation: JobObservation
        switch await admission(of: job, watch) {
        case .open:
            // Asking for the approval may have brought newer policies, with other probes.
            job.following = await following(job.order)
            switch try await returnAdmission(of: job, watch) {
            case .open: observation = try await preflight(job)
            case .waits: return nil
            case .refused(let sentence):
                observation = .preflighted(.blocked(.refused, sentence), plan: nil, logOffset: 0)
            }
        case .waits: return nil
        case .refused(let sentence):
            observation = .preflighted(.blocked(.refused, sentence), plan: nil, logOffset: 0)
        }
        switch await seeToEvidence(observation, of: job, watch) {
        case .notWanted: break
        case .atHand(let mark, let note):
            try Task.checkCancellation()
            try record(job.handle(.tookEvidence(mark, note: note), at: effects.now()), of: job)
        case .missing(let sentence):
            return .preflighted(.blocked(.evidenceMissing, sentence), plan: nil, logOffset: 0)
        }
        if let known = await waysBack(observation, of: job, watch) {
            try Task.checkCancellation()
            try record(job.handle(.keptWaysBack(known), at: effects.now()), of: job)
        }
        if let results = await probesBefore(observation, of: job) {
            try record(job.handle(.probedBefore(results), at: effects.now()), of: job)
        }
        switch await safeguard(observation, of: job, watch) {
        case .nothing: return observation
        case .done(let notes, let snapshot):
            try record(
                job.handle(.safeguarded(notes: notes, snapshot: snapshot), at: effects.now()),
                of: job)
            return observation
        case .unmet(let failure, let sentence):
            return .preflighted(.blocked(failure, sentence), plan: nil, logOffset: 0)
        }
    }

    /// Writes the journal's next lines; they are on the disk when this returns.
    func record(_ entries: [JournalEntry], of job: JobRun) throws(StateFolderFailure) {
        try JobFolder(job.order.job).append(entries, in: state)
    }

    private func wait(_ backOff: BackOff, tries: Int) async throws {
        var backOff = backOff
        for _ in 1..<max(tries, 1) { _ = backOff.next(chance: 1) }
        try await effects.sleep(backOff.next(chance: effects.chance()))
    }

    /// How the updates of a run that is about to begin can be undone; `nil` where there is nothing
    /// to find out.
    private func waysBack(
        _ observation: JobObservation, of job: JobRun, _ watch: JobWatch
    ) async -> [KnownWayBack]? {
        guard case .preflighted(.ready, let plan?, _) = observation, plan.kind == .install else {
            return nil
        }
        let open = plan.updates.filter {
            !$0.isRollback && job.waysBack[$0] == nil && job.files[$0] == nil
        }
        guard !open.isEmpty else { return nil }
        watch.show(
            .preflight, "Keeps the versions that are about to be replaced.", at: effects.now())
        let bandwidth = await gate?.desk.bandwidth(at: effects.now())
        let found = await installer.keepWaysBack(
            for: open, at: effects.now(), within: bandwidth)
        let files = await installer.offeredFiles(for: open)
        let known = open.compactMap { update -> KnownWayBack? in
            guard found[update] != nil || files[update] != nil else { return nil }
            return KnownWayBack(update: update, wayBack: found[update], sha256: files[update])
        }
        return known.isEmpty ? nil : known
    }

    private func preflight(_ job: JobRun) async throws(StateFolderFailure) -> JobObservation {
        if let target = job.returnsTo { return try await preflightReturn(of: job, to: target) }
        let answer = await withoutOtherFiles(
            await installer.preflight(job.remaining, tolerating: job.brokenPackages))
        var plan: RunPlan? =
            switch answer {
            case .ready(let install, _):
                install.isEmpty
                    ? nil : installer.installRun(for: install, leaving: job.asidePackages)
            case .needsRepair:
                installer.repairRun(leaving: job.asidePackages.isEmpty ? [] : job.brokenPackages)
            case .locked, .blocked: nil
            }
        if let free = plan, let bandwidth = await gate?.desk.bandwidth(at: effects.now()) {
            plan = await installer.limiting(free, to: bandwidth)
        }
        let offset = try state.size(of: JobFolder(job.order.job).log)
        return .preflighted(answer, plan: plan, logOffset: offset)
    }
}

extension JobRunner {
    /// Starts a run that its journal announces, or finds it again, and waits for its end.
    private func run(
        _ number: Int, _ plan: RunPlan, of job: JobRun, _ watch: JobWatch
    ) async throws -> JobObservation {
        let name = RunName(job: job.order.job, number: number)
        // A reboot that has been ordered comes first, and this run after it.
        while let claim = aftercare?.claim, !claim.takeForRun() {
            try await effects.sleep(Self.runPollMilliseconds)
        }
        defer { aftercare?.claim.releaseRun() }
        if let target = plan.returnsTo {
            watch.show(
                .rebooting, "Returns to the snapshot \(target.snapshot), and reboots.",
                at: effects.now())
        } else {
            watch.show(
                plan.kind == .repair ? .repairing : .installing,
                plan.kind == .repair
                    ? "Mends the package database." : "Starts the package manager.",
                at: effects.now())
        }
        var begunAt: Timestamp?
        while true {
            switch await runs.state(of: name) {
            case .notStarted:
                if plan.commands.isEmpty { return .runEnded(.vanished, JobRun.damagedVerdict) }
                // The agent may have been away for long between the journal's line and now.
                if let sentence = await reasonNotToStart(job, watch) {
                    return .runEnded(
                        .notStarted(sentence), RunVerdict(failure: .refused, sentence: sentence))
                }
                if let sentence = await reasonNotToReplaceItself(plan, name) {
                    return .runEnded(
                        .notStarted(sentence), RunVerdict(failure: .refused, sentence: sentence))
                }
                do {
                    try await runs.start(name, plan)
                    begunAt = effects.now()
                } catch {
                    return ended(.notStarted(error.message), plan, "")
                }
            case .running:
                let log = try tail(of: job, limit: Self.logTailLimit)
                if plan.kind == .install, plan.returnsTo == nil,
                    let step = installer.progress(of: plan, from: log)
                {
                    watch.show(step.phase, step.sentence, percent: step.percent, at: effects.now())
                }
                try await effects.sleep(Self.runPollMilliseconds)
            case .ended(let ending):
                return ended(
                    ending, plan, try tail(of: job, limit: Self.logTailLimit),
                    seconds: begunAt.map { effects.now().seconds(since: $0) })
            }
        }
    }

    private func ended(
        _ ending: RunEnding, _ plan: RunPlan, _ tail: String, seconds: Int64? = nil
    ) -> JobObservation {
        guard plan.returnsTo == nil else {
            return .runEnded(ending, Self.verdictOfReturn(ending, log: tail))
        }
        let verdict = installer.verdict(on: plan, ending: ending, logTail: tail)
        return .runEnded(ending, verdict, seconds: learn(from: plan, verdict, seconds))
    }

    /// The end of what the job's last run printed.
    private func tail(of job: JobRun, limit: Int) throws(StateFolderFailure) -> String {
        let log = JobFolder(job.order.job).log
        let start = max(job.logOffset, try state.size(of: log) - Int64(limit))
        let bytes = try state.read(log, from: start, length: limit)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Scans, and picks what the job needs of it.
    func look(at job: JobRun) async -> JobObservation {
        let scan: Scan
        do {
            scan = try await desk.scan(refreshingSources: false)
        } catch {
            return .scanFailed(error)
        }
        var view = EndpointView(
            installed: [:], unfinished: await installer.unfinishedPackages(),
            signals: scan.reboot.signals)
        for package in scan.packages { view.installed[package.key] = package.version }
        mark(&view, takenBackOf: job.order.updates)
        guard !scan.restarts.isEmpty else { return .scanned(view) }
        let files = Array(Set(scan.restarts.flatMap(\.files))).sorted()
        for update in job.order.updates.prefix(JobOrder.maximumUpdates)
        where PackageName(update.name, of: update.manager) != nil && job.isIn(update, view) {
            let own = Set(await installer.files(among: files, of: update.key))
            guard !own.isEmpty else { continue }
            view.running[update.key] = scan.restarts.filter { !own.isDisjoint(with: $0.files) }.map
            {
                "\($0.unit ?? $0.process) (pid \($0.pid))"
            }
        }
        return .scanned(view)
    }
}
