import AgentProtocol
import Fleet
import Logging
import Policy
import Rollout
import Synchronization

extension RebootDesk {
    /// When people are reminded, in seconds before the reboot.
    static let reminders: [Int64] = [300, 60]
    /// How often the control plane is told the same again, in seconds: it may call the job off
    /// meanwhile, and the answer says so.
    static let tellingSeconds: Int64 = 300
    /// How long the control plane has for an answer, in milliseconds: a reboot does not wait for
    /// one that is gone.
    static let answerMilliseconds: Int64 = 10_000

    /// Shows the warning to everybody who has not been shown it.
    func warn(_ jobs: [JobRun], _ terms: RebootTerms, at instant: Timestamp) async throws -> Int64 {
        let reached = try await show(jobs, terms, at: instant)
        let missing = content.withLock { content in
            let shown = content.memory?.shown ?? [:]
            return Set(content.sessions.filter { shown["\($0.user)"] == nil }.map(\.name)).sorted()
        }
        if missing.isEmpty { return 0 }
        await tell(
            jobs,
            "The endpoint is not rebooted before the warning was shown to \(missing.joined(separator: ", ")).",
            at: instant, isWarning: true)
        return reached ? Self.closeLookMilliseconds : Self.lookMilliseconds
    }

    /// Shows the warning in every terminal of users who have not been shown it, and a reminder to
    /// all when its time has come; whether anybody was reached.
    @discardableResult
    func show(_ jobs: [JobRun], _ terms: RebootTerms, at instant: Timestamp) async throws -> Bool {
        let now = effects.now()
        let left = instant.seconds(since: now)
        let (sessions, memory) = content.withLock { ($0.sessions, $0.memory) }
        guard let memory else { return false }
        let due = Self.reminders.filter {
            left <= $0 && $0 < terms.rule.warning.seconds && !memory.reminded.contains($0)
        }
        let text = Self.warning(
            jobs, terms, memory, at: time(instant), secondsLeft: left)
        var reached: Set<UInt32> = []
        for session in sessions where !due.isEmpty || memory.shown["\(session.user)"] == nil {
            if await parts.rebooting.show(text, in: session) { reached.insert(session.user) }
        }
        if memory.shown.isEmpty { content.withLock { $0.warnings += 1 } }
        try change { memory in
            for user in reached where memory.shown["\(user)"] == nil {
                memory.shown["\(user)"] = now
            }
            memory.reminded += due
        }
        return !reached.isEmpty
    }

    /// The warning's text.
    static func warning(
        _ jobs: [JobRun], _ terms: RebootTerms, _ memory: RebootMemory, at time: String,
        secondsLeft: Int64
    ) -> String {
        let minutes = max(1, (secondsLeft + 59) / 60)
        let deferrals = max(0, terms.rule.deferrals - memory.deferrals)
        let when =
            secondsLeft < 60
            ? "in \(max(0, secondsLeft)) seconds"
            : minutes == 1 ? "in a minute" : "in \(minutes) minutes"
        var lines = [
            "Patchbay: this computer reboots \(when), at \(time), for "
                + "\(reasons(of: jobs).prefix(5).joined(separator: ", ")).",
            "Save your work.",
        ]
        if terms.rule.mode == .prompt {
            lines.append("Agree with: patchbay-agent reboot-now")
        }
        lines.append(
            deferrals > 0
                ? "Put it off with: patchbay-agent defer 1h (\(deferrals) left)"
                : "It cannot be put off any more.")
        return lines.joined(separator: "\n")
    }

    /// What needs the reboot, in a few words.
    static func reasons(of jobs: [JobRun]) -> [String] {
        let updates = jobs.flatMap { job in
            job.order.updates.filter { job.outcomes[$0]?.state == .pendingRestart }
                .map { "\($0.name) \($0.to)" }
        }
        if !updates.isEmpty { return updates }
        return jobs.contains { $0.order.aftercare?.isRebootAsked == true }
            ? ["an administrator's request"] : ["updates"]
    }

    /// Tells people and the control plane how the reboot stands. Jobs that the control plane has
    /// called off wait no longer.
    func tell(
        _ jobs: [JobRun], _ sentence: String, at instant: Timestamp? = nil,
        phase: JobProgress.Phase = .waitingForReboot, wantsConsent: Bool = false,
        isWarning: Bool = false
    ) async {
        let now = effects.now()
        let due = content.withLock { content -> [JobRun] in
            content.status = Self.status(
                content, jobs, sentence, at: instant, wantsConsent: wantsConsent,
                isWarning: isWarning, now)
            return jobs.filter { job in
                guard let told = content.told[job.order.job] else { return true }
                return told.step.sentence != sentence || told.step.phase != phase
                    || now.seconds(since: told.at) >= Self.tellingSeconds
            }
        }
        for job in due {
            let step = JobProgress(phase: phase, sentence: sentence, at: now)
            content.withLock { $0.told[job.order.job] = (step, now) }
            guard await isOver(job, telling: step) else { continue }
            logger.info("\(job.order.job) has ended on the control plane.")
            do {
                try release(job, "It was called off while it waited for the reboot.")
            } catch {
                logger.error("\(error)")
            }
        }
    }

    private static func status(
        _ content: Content, _ jobs: [JobRun], _ sentence: String, at instant: Timestamp?,
        wantsConsent: Bool, isWarning: Bool, _ now: Timestamp
    ) -> RebootStatus {
        let rule = content.terms?.rule ?? .none
        let memory = content.memory
        let deadline = rule.deadline.flatMap { span in
            memory?.neededSince.adding(seconds: span.seconds)
        }
        let isOverdue = deadline.map { $0 <= now } ?? false
        let isWarned = isWarning || wantsConsent || memory?.shown.isEmpty == false
        return RebootStatus(
            isPending: true, sentence: sentence, reasons: Array(reasons(of: jobs).prefix(20)),
            rebootAt: instant,
            deferralsLeft: isOverdue ? 0 : max(0, rule.deferrals - (memory?.deferrals ?? 0)),
            deferredUntil: memory?.deferredUntil.flatMap { $0 > now ? $0 : nil },
            deadline: deadline, wantsConsent: wantsConsent,
            warning: isWarned ? content.warnings : nil)
    }

    /// Tells the control plane a step, without waiting long; whether it says that the job has
    /// ended.
    func isOver(_ job: JobRun, telling step: JobProgress) async -> Bool {
        await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                do throws(LinkFailure) {
                    return try await self.link.report(step, of: job.order.job).cancel
                } catch {
                    return error.saysThatTheJobIsOver
                }
            }
            group.addTask {
                try? await self.effects.sleep(Self.answerMilliseconds)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? false
        }
    }
}
