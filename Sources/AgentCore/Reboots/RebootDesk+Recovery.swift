import AgentProtocol
import Fleet
import Logging
import Policy
import Rollout
import Synchronization

extension RebootDesk {
    /// How long the endpoint may take from the order to reboot until its agent runs again, in
    /// seconds: large servers test their memory for a quarter of an hour.
    static let longestAbsence: Int64 = 1800
    /// How long a reboot that was ordered may take to end this agent, in seconds: systemd gives
    /// each service 90 s.
    static let longestShutdown: Int64 = 300
    /// The pause after a reboot that could not be ordered, in milliseconds.
    static let failedRebootPause: Int64 = 60_000

    /// Reboots, unless something has come between since it was decided.
    func perform(_ jobs: [JobRun], _ situation: RebootSituation, _ terms: RebootTerms) async throws
        -> Int64
    {
        guard parts.claim.takeForReboot() else {
            await tell(jobs, "The reboot waits for the end of an installation.")
            return Self.lookMilliseconds
        }
        defer { parts.claim.releaseReboot() }
        await tell(jobs, "The endpoint reboots.", phase: .rebooting)
        // The control plane may have called some of them off in its answer.
        guard !waiting.isEmpty, waiting.count == jobs.count else { return 0 }
        guard try order(situation, terms) else { return 0 }
        for session in content.withLock({ $0.sessions }) {
            _ = await parts.rebooting.show("Patchbay: this computer reboots now.", in: session)
        }
        logger.notice("Reboots for \(Self.reasons(of: jobs).joined(separator: ", ")).")
        if let fault = await parts.rebooting.reboot() {
            logger.error("The reboot could not be ordered: \(fault)")
            try change { $0.forgetOrder() }
            await tell(jobs, "The reboot could not be ordered: \(fault)")
            return Self.failedRebootPause
        }
        try await effects.sleep(Self.longestShutdown * 1000)
        logger.error("The reboot was ordered, and has not happened.")
        try change { $0.forgetOrder() }
        return Self.failedRebootPause
    }

    /// Counts the reboot and notes its order on the disk, unless somebody has put it off since the
    /// decision; `false` then.
    private func order(
        _ situation: RebootSituation, _ terms: RebootTerms
    ) throws(StateFolderFailure) -> Bool {
        let now = effects.now()
        let history = files.readHistory(mostInDay: RebootDecision.mostInDay, at: now)
        return try pen.withLock { _ throws(StateFolderFailure) in
            let (decided, fresh) = content.withLock { content in
                let fresh = situation.with(
                    content.memory, content.sessions, terms.rule, at: now)
                return (RebootDecision.decide(fresh, by: terms.rule, at: now), content.memory)
            }
            guard decided == .reboot, var memory = fresh else { return false }
            memory.orderedAt = now
            memory.orderedInBoot = parts.bootId
            memory.attempts += 1
            // The counter first: a reboot that was not counted could be one too many.
            try files.write(history: history + [now])
            try files.write(memory)
            // From here on nobody can put it off.
            content.withLock { [memory] in $0.memory = memory }
            return true
        }
    }

    /// After a reboot: looks whether the endpoint is back in time, in force and healthy, and ends
    /// the jobs that waited for it.
    func recover(_ jobs: [JobRun]) async throws {
        let terms = await terms(of: jobs)
        let now = effects.now()
        let isJustBack = content.withLock { $0.memory?.backInBoot } != parts.bootId
        _ = try rememberReturn(jobs, now)
        let memory = content.withLock { $0.memory }
        var results = Self.backInTime(memory)
        var absence = isJustBack ? Self.absence(memory) : nil
        if let absence { runner.learn(rebootSeconds: absence) }
        await tell(
            jobs, "The endpoint has rebooted; its health is looked at.", phase: .probing)
        let said = waiting.map(\.order.job)
        let back = memory?.backAt ?? now
        let moment = ProbeMoment.after(
            begun: jobs.compactMap(\.begunAt).min() ?? back, ended: back,
            former: jobs.flatMap { $0.probesBefore ?? [] })
        results += try await runner.probesThatPass(terms.check, moment, since: back) { _ in }
        for job in jobs where said.contains(job.order.job) {
            try await settle(job, results, absence)
            // One of the jobs tells: it was one reboot.
            absence = nil
        }
        try change { memory in
            memory.beginNewWarning()
            memory.forgetOrder()
            memory.deferredUntil = nil
        }
        presence.ring()
    }

    private func rememberReturn(_ jobs: [JobRun], _ now: Timestamp) throws -> Bool {
        if content.withLock({ $0.memory == nil }) {
            let since = jobs.compactMap(\.awaitedSince).min() ?? now
            content.withLock { $0.memory = RebootMemory(neededSince: since) }
        }
        try change { memory in
            guard memory.backInBoot != parts.bootId else { return }
            memory.backInBoot = parts.bootId
            memory.backAt = now
        }
        return true
    }

    /// Whether the endpoint was back in time; nothing when it was not the agent that rebooted it.
    private static func backInTime(_ memory: RebootMemory?) -> [ProbeResult] {
        guard let absence = absence(memory) else { return [] }
        return [
            ProbeResult(
                probe: "back in time", isPassed: absence <= longestAbsence,
                sentence: "The agent ran again \(absence) s after the reboot was ordered"
                    + (absence <= longestAbsence
                        ? "." : ", which is longer than \(longestAbsence) s."))
        ]
    }

    /// How long the endpoint was away, in seconds; `nil` when it was not the agent that rebooted it.
    private static func absence(_ memory: RebootMemory?) -> Int64? {
        guard let memory, let ordered = memory.orderedAt, let back = memory.backAt,
            memory.orderedInBoot != memory.backInBoot
        else { return nil }
        return back.seconds(since: ordered)
    }

    /// Ends a job by a fresh look, or lets it wait for another reboot.
    private func settle(
        _ job: JobRun, _ results: [ProbeResult], _ absence: Int64?
    ) async throws {
        var job = job
        guard let view = try await lookAround(job) else {
            try release(
                job, "The endpoint rebooted, and could not be scanned afterwards.", failure: .other)
            return
        }
        let outcomes = job.outcomesAfterReboot(view)
        let needsAnother = outcomes.contains {
            $0.state == .pendingRestart && job.rebootSignal(for: $0.update, view) != nil
        }
        if needsAnother {
            let entry = JournalEntry(
                at: effects.now(), .rebootAwaited(bootId: parts.bootId, signals: view.signals))
            try runner.record([entry], of: job)
            job.apply(entry)
            content.withLock { [job] content in
                guard
                    let index = content.waiting.firstIndex(where: { $0.order.job == job.order.job })
                else { return }
                content.waiting[index] = job
            }
            return
        }
        var result = job.result ?? JobResult(outcomes: [])
        result.outcomes = outcomes
        result.goesOn = nil
        result.rebootSeconds = absence
        if outcomes.isEmpty { result.notes.append("The endpoint has rebooted.") }
        result.take(results, before: job.probesBefore)
        try end(job, with: result)
    }

    /// A fresh look; `nil` when it failed again and again.
    private func lookAround(_ job: JobRun) async throws -> EndpointView? {
        var backOff = BackOff.local
        for _ in 0..<JobRun.maximumScanFailures {
            if case .scanned(let view) = await runner.look(at: job) { return view }
            try await effects.sleep(backOff.next(chance: effects.chance()))
        }
        return nil
    }
}
