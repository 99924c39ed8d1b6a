import AgentProtocol
public import Fleet
public import Forensics
public import Rollout

/// What the agent saw of the endpoint or of the control plane while it worked on a job.
public enum JobObservation: Hashable, Sendable {
    /// A scan.
    case scanned(EndpointView)
    /// A scan that failed.
    case scanFailed(ScanFailure)
    /// The package manager's word on whether the rest can be installed, with the run that follows
    /// from it, if any, and how long the job's log is by now.
    case preflighted(Preflight, plan: RunPlan?, logOffset: Int64)
    /// How the updates of the run that comes next can be undone.
    case keptWaysBack([KnownWayBack])
    /// The policy's conditions for an installation hold: what was found and done, and the name of
    /// the snapshot.
    case safeguarded(notes: [String], snapshot: String?)
    /// Evidence of the endpoint from before the installation is on its disk.
    case tookEvidence(EvidenceMark, note: String)
    /// Services are about to be restarted.
    case servicesBegun([String])
    /// Services that ran replaced code were seen to.
    case sawToServices([ServiceReport])
    /// A wait is over.
    case waited
    /// A run has ended; how many seconds it took, where its start and its end were both seen.
    case runEnded(RunEnding, RunVerdict, seconds: Int64? = nil)
    /// What the probes showed before the first run.
    case probedBefore([ProbeResult])
    /// What they showed after the last, when there is no more waiting for them.
    case probed([ProbeResult])
    /// The control plane calls the job off.
    case cancelRequested
    /// The control plane has the result, or refuses it for good, for the reason given.
    case delivered(refusal: String?)
}

/// What a job needs of a scan.
public struct EndpointView: Hashable, Sendable {
    /// The installed versions.
    public var installed: [PackageKey: String]
    /// Packages whose installation has begun and has not ended well, with their state.
    public var unfinished: [PackageKey: String]
    /// Packages whose new version was taken back by itself, with what happened.
    public var takenBack: [PackageKey: String] = [:]
    /// What says that a reboot is needed.
    public var signals: [RebootSignal]
    /// For updated packages of the order: programs that still run the old code.
    public var running: [PackageKey: [String]]

    /// What a job needs of a scan.
    public init(
        installed: [PackageKey: String], unfinished: [PackageKey: String] = [:],
        signals: [RebootSignal] = [],
        running: [PackageKey: [String]] = [:]
    ) {
        self.installed = installed
        self.unfinished = unfinished
        self.signals = signals
        self.running = running
    }
}

extension EndpointView {
    /// The installed version of an update's package. A package may change between `all` and an
    /// architecture of its own from one version to the next.
    func version(of update: LockedUpdate) -> String? {
        if let version = installed[update.key] { return version }
        return installed.first {
            $0.key.manager == update.manager && $0.key.name == update.name
                && ($0.key.architecture == "all" || update.architecture == "all")
        }?.value
    }
}

extension JobRun {
    /// Takes what was seen and returns the journal's next lines, which it has taken over already.
    /// They must be on the disk before the next step is taken. What does not fit the stage is
    /// ignored: no line is returned.
    public mutating func handle(_ observation: JobObservation, at now: Timestamp) -> [JournalEntry]
    {
        var entries: [JournalEntry] = []
        for event in awaiting(events(for: observation, at: now), observation, at: now) {
            let entry = JournalEntry(at: now, event)
            apply(entry)
            entries.append(entry)
        }
        // A job whose lines are all settled is over, whatever settled them.
        if remaining.isEmpty || isCancelled, entries.contains(where: { $0.event.endsAStep }),
            !isOver
        {
            entries += end(at: now)
        }
        return entries
    }

    /// What is left to write when a job is taken up again: a crash may have come between the last
    /// settled line and the result.
    public mutating func resume(at now: Timestamp) -> [JournalEntry] {
        !isOver && (remaining.isEmpty || isCancelled) && stage != .checking && stage != .probing
            ? end(at: now) : []
    }

    private var isOver: Bool {
        switch stage {
        case .finished, .delivered: true
        case .checking, .preflight, .waiting, .running, .verifying, .probing: false
        }
    }

    private mutating func events(for observation: JobObservation, at now: Timestamp)
        -> [JournalEvent]
    {
        switch (observation, stage) {
        case (.scanned(let view), .checking): check(view, at: now)
        case (.scanned(let view), .verifying(let plan, let verdict)):
            judge(view, plan, verdict, at: now)
        case (.scanFailed(let failure), .checking), (.scanFailed(let failure), .verifying):
            scanFailed(failure)
        case (.preflighted(let preflight, let plan, let offset), .preflight):
            answer(preflight, plan, offset, at: now)
        case (.waited, .waiting): waitEnded()
        case (.runEnded(let ending, let verdict, let seconds), .running(let number, let plan)):
            runEnded(number, plan, ending, verdict, seconds)
        case (.cancelRequested, _): canBeCancelled ? [.cancelled] : []
        case (.delivered(let refusal), .finished(let result)):
            [.delivered(refusal: refusal, isInterim: result.goesOn)]
        case (.probedBefore(let results), .preflight): [.probedBefore(results)]
        case (.keptWaysBack(let known), .preflight): [.keptWaysBack(known)]
        case (.safeguarded(let notes, let snapshot), .preflight):
            [.safeguarded(notes: notes, snapshot: snapshot)]
        case (.tookEvidence(let mark, let note), .preflight): [.tookEvidence(mark, note: note)]
        case (.servicesBegun(let units), .verifying): [.servicesBegun(units)]
        case (.sawToServices(let reports), .verifying): [.sawToServices(reports)]
        case (.probed(let results), .probing): [.probed(results)]
        case (.scanned, _), (.scanFailed, _), (.preflighted, _), (.waited, _), (.runEnded, _),
            (.delivered, _), (.probedBefore, _), (.probed, _), (.keptWaysBack, _),
            (.safeguarded, _), (.tookEvidence, _), (.sawToServices, _), (.servicesBegun, _):
            []
        }
    }

    private mutating func end(at now: Timestamp) -> [JournalEntry] {
        let wasUntouched = isCancelled && !hasInstalled
        let rest = remaining.map {
            UpdateOutcome(
                update: $0, state: .skipped, versionAfter: nil,
                sentence: "It was called off before \($0.name) was tried.")
        }
        for outcome in rest { outcomes[outcome.update] = outcome }
        if awaitedBoot == nil, hasInstalled, probesAfter == nil, following?.hasProbes == true {
            let entry = JournalEntry(at: now, .installed)
            apply(entry)
            return [entry]
        }
        let isEmpty = order.updates.isEmpty && awaitedBoot == nil
        var result = JobResult(
            outcomes: order.updates.prefix(JobOrder.maximumUpdates).compactMap { outcomes[$0] },
            cancelledBeforeStart: wasUntouched || isEmpty,
            notes: isEmpty ? notes + ["The order was empty, and was refused."] : notes,
            goesOn: awaitedBoot == nil ? nil : true, runs: measured.isEmpty ? nil : measured,
            snapshot: snapshot, evidence: evidence)
        result.take(probesAfter ?? [], before: probesBefore)
        // A reboot that follows starts it anew.
        if awaitedBoot == nil, services.values.contains(where: { $0.state == .failed }) {
            result.isHealthy = false
            result.failure = result.failure ?? .unhealthyAfterPatch
        }
        let entry = JournalEntry(at: now, .finished(result))
        apply(entry)
        return [entry]
    }

    private mutating func scanFailed(_ failure: ScanFailure) -> [JournalEvent] {
        scanFailures += 1
        guard scanFailures >= Self.maximumScanFailures else { return [] }
        let isBefore = stage == .checking
        return [
            .settled(
                remaining.map {
                    UpdateOutcome(
                        update: $0, state: isBefore ? .skipped : .failedVerification,
                        failure: .other, versionAfter: nil,
                        sentence: isBefore
                            ? "Nothing was started, because the endpoint could not be scanned: "
                                + "\(failure.message)"
                            : "Whether \($0.name) is installed is not known, because the scan "
                                + "failed: \(failure.message)"
                    )
                })
        ]
    }

    private mutating func waitEnded() -> [JournalEvent] {
        // Not worth a line: after a restart of the agent the wait begins anew.
        stage = .preflight
        return []
    }

    private mutating func answer(
        _ preflight: Preflight, _ plan: RunPlan?, _ offset: Int64, at now: Timestamp
    ) -> [JournalEvent] {
        if case .locked(let holder) = preflight { return waitForLock(holder, at: now) }
        if isDamaged { return Self.look(at: remaining, number: runs + 1, offset) }
        switch preflight {
        case .locked(let holder):
            return waitForLock(holder, at: now)
        case .needsRepair(let reason):
            guard repairs < repairsAllowed, let plan else {
                return giveUp(
                    .interruptedPackageManager,
                    "The package database could not be mended: \(reason)")
            }
            return start(plan, offset, at: now)
        case .blocked(let failure, let sentence):
            return giveUp(failure, sentence)
        case .ready(_, let settled):
            let known = Set(remaining)
            let left = settled.filter { known.contains($0.update) }
            let before: [JournalEvent] = left.isEmpty ? [] : [.settled(left)]
            guard left.count < remaining.count else { return before }
            guard let plan, !plan.updates.isEmpty, Set(plan.updates).isSubset(of: known) else {
                return before + giveUp(.other, "The package manager had no plan.", besides: left)
            }
            return before + start(plan, offset, at: now, besides: left)
        }
    }

    /// A run that runs nothing: what was begun is not known any more, so nothing is begun; a scan
    /// tells what is there.
    private static func look(at updates: [LockedUpdate], number: Int, _ offset: Int64)
        -> [JournalEvent]
    {
        let plan = RunPlan(
            kind: .install, commands: [], environment: [:], inactivityLimitSeconds: 0,
            updates: updates)
        return [
            .runPlanned(number: number, plan: plan, logOffset: offset),
            .runEnded(number: number, ending: .vanished, verdict: damagedVerdict, seconds: nil),
        ]
    }

    private func start(
        _ plan: RunPlan, _ offset: Int64, at now: Timestamp, besides settled: [UpdateOutcome] = []
    ) -> [JournalEvent] {
        guard now < order.deadline else {
            return giveUp(
                .refused, "The deadline passed before the run could be started.", besides: settled)
        }
        return [.runPlanned(number: runs + 1, plan: plan, logOffset: offset)]
    }

    private mutating func waitForLock(_ holder: String, at now: Timestamp) -> [JournalEvent] {
        waits += 1
        guard let since = lockedSince else { return [.lockWaitBegan(holder: holder)] }
        if now >= order.deadline || now.seconds(since: since) >= Self.lockPatienceSeconds {
            return giveUp(
                .lockHeld,
                "\(holder) held the package manager's lock until the patience for it ran out.")
        }
        stage = .waiting(holder: holder)
        return []
    }

    private func runEnded(
        _ number: Int, _ plan: RunPlan, _ ending: RunEnding, _ verdict: RunVerdict,
        _ seconds: Int64?
    ) -> [JournalEvent] {
        let ended = JournalEvent.runEnded(
            number: number, ending: ending, verdict: verdict, seconds: seconds)
        guard plan.kind == .repair, let failure = verdict.failure else { return [ended] }
        switch failure {
        case .lockHeld:
            return [ended, .lockWaitBegan(holder: verdict.sentence)]
        case .interrupted where interruptions + 1 < Self.maximumInterruptions:
            return [ended]
        case .maintainerScript where !verdict.culprits.isEmpty,
            .hung where !verdict.culprits.isEmpty, .diskFull where !verdict.culprits.isEmpty,
            .dependency where !verdict.culprits.isEmpty, .other where !verdict.culprits.isEmpty:
            // The rest does not suffer for a package that cannot be mended.
            return [ended]
        case .diskFull:
            return [ended]
                + giveUp(
                    .diskFull, "The package database could not be mended: \(verdict.sentence)")
        case .interrupted, .network, .signature, .hashMismatch, .versionNotAvailable,
            .dependency, .held,
            .maintainerScript, .interruptedPackageManager, .hung, .journalUnreadable,
            .nothingChanged, .unhealthyAfterPatch, .rebootNotClearing, .backupTooOld,
            .snapshotMissing, .evidenceMissing, .blockedByProcess, .refused, .other:
            return [ended]
                + giveUp(
                    .interruptedPackageManager,
                    "The package database could not be mended: \(verdict.sentence)")
        }
    }

    func giveUp(
        _ failure: FailureClass, _ sentence: String, besides settled: [UpdateOutcome] = []
    ) -> [JournalEvent] {
        let done = Set(settled.map(\.update))
        let rest = remaining.filter { !done.contains($0) }
        guard !rest.isEmpty else { return [] }
        return [
            .settled(
                rest.map {
                    UpdateOutcome(
                        update: $0, state: hasInstalled ? .failed : .skipped, failure: failure,
                        versionAfter: nil, sentence: sentence)
                })
        ]
    }

    static let damagedVerdict = RunVerdict(
        failure: .journalUnreadable,
        sentence: "The job's journal was lost or damaged on the endpoint's disk, "
            + "so nothing more was started.")
}

extension JournalEvent {
    /// Whether a job may be over after it: only after these does the machine look whether any line
    /// is left.
    fileprivate var endsAStep: Bool {
        switch self {
        case .checked, .settled, .cancelled, .probed: true
        case .probedBefore, .keptWaysBack, .safeguarded, .tookEvidence, .servicesBegun,
            .sawToServices,
            .rebootAwaited, .installed,
            .followedUp,
            .accepted,
            .lockWaitBegan,
            .runPlanned, .runEnded, .triedAgain, .journalDamaged,
            .journalLost, .finished, .delivered:
            false
        }
    }
}
