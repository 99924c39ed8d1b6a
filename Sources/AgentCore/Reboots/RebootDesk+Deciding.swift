import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Synchronization

extension RebootDesk {
    /// The terms for jobs that wait for one reboot.
    func terms(of jobs: [JobRun]) async -> RebootTerms {
        var all: [RebootTerms] = []
        for job in jobs {
            if let terms = await runner.terms(of: job.order) { all.append(terms) }
        }
        return RebootTerms(joining: all)
            ?? RebootTerms(
                rule: .none, opening: .closed(next: nil), check: HealthCheck(probes: []))
    }

    /// Decides what is done now about the reboot that jobs wait for, and does it; returns for how
    /// many milliseconds there is nothing more to do.
    func decide(_ all: [JobRun]) async throws -> Int64 {
        let terms = await terms(of: all)
        let now = effects.now()
        let jobs = try releasingUnneeded(all, terms)
        guard !jobs.isEmpty else { return 0 }
        let memory = try remember(jobs, terms)
        var situation = RebootSituation(neededSince: memory.neededSince)
        situation.reboots = files.readHistory(mostInDay: RebootDecision.mostInDay, at: now)
        switch terms.opening {
        case .open(let since, _): situation.windowOpenedAt = since
        case .closed: situation.isWindowOpen = false
        }
        var decision = RebootDecision.decide(situation, by: terms.rule, at: now)
        // Nobody and nothing is asked about a reboot that cannot happen now.
        if decision == .reboot || isNear(terms, now) {
            let sessions = await parts.rebooting.sessions()
            content.withLock { $0.sessions = sessions }
            situation.hasSession = !sessions.isEmpty
            if decision == .reboot { situation.inhibitors = await hindrances() }
            decision = content.withLock { content in
                let whole = situation.with(content.memory, sessions, terms.rule, at: now)
                content.isAtHand = whole.isAtHand(by: terms.rule, at: now)
                return RebootDecision.decide(whole, by: terms.rule, at: now)
            }
        } else {
            content.withLock { $0.isAtHand = false }
        }
        if decision == .reboot { return try await perform(jobs, situation, terms) }
        return try await act(on: decision, jobs, terms, now)
    }

    /// The jobs without those that only ask for a reboot which nothing on the endpoint needs, where
    /// that is not enough. Such an order has no approval that operators have signed.
    private func releasingUnneeded(
        _ jobs: [JobRun], _ terms: RebootTerms
    ) throws(StateFolderFailure) -> [JobRun] {
        guard terms.mustBeNeeded else { return jobs }
        var needed: [JobRun] = []
        for job in jobs {
            guard job.order.updates.isEmpty, job.awaitedSignals.isEmpty else {
                needed.append(job)
                continue
            }
            try release(
                job,
                "Nothing on this endpoint needs a reboot, and where operators hold the keys it is "
                    + "not rebooted because a server asks for it.", failure: .refused)
        }
        return needed
    }

    /// An instant as people at the endpoint read it, with whose clock it is: they know no other, and
    /// the control plane shows the same sentence.
    func time(_ instant: Timestamp) -> String {
        MinuteText.local(instant, offset: parts.clock(instant))
    }

    /// What is known of this need; a new one begins with it.
    private func remember(_ jobs: [JobRun], _ terms: RebootTerms) throws(StateFolderFailure)
        -> RebootMemory
    {
        let since = jobs.compactMap(\.awaitedSince).min() ?? effects.now()
        return try pen.withLock { _ throws(StateFolderFailure) in
            let known = content.withLock { content in
                content.terms = terms
                return content.memory
            }
            if let known { return known }
            let memory = RebootMemory(neededSince: since)
            try files.write(memory)
            content.withLock { $0.memory = memory }
            return memory
        }
    }

    /// Whether the window opens so soon that people are warned already.
    private func isNear(_ terms: RebootTerms, _ now: Timestamp) -> Bool {
        guard case .closed(let next?) = terms.opening, terms.rule.mode != .never else {
            return false
        }
        return next.seconds(since: now) <= terms.rule.warning.seconds
    }

    /// What must not be cut off: programs that say so, a package manager at work, packages that are
    /// half installed, so that the endpoint might not come back.
    private func hindrances() async -> [String] {
        var found = await parts.rebooting.inhibitors()
        switch await runner.installer.preflight([], tolerating: []) {
        case .locked(let holder):
            found.append("\(holder), which holds the package manager's lock")
        case .needsRepair(let reason): found.append("the package database to be mended: \(reason)")
        case .ready, .blocked: break
        }
        let unfinished = await runner.installer.unfinishedPackages()
        found += unfinished.map { "\($0.key.name), which is \($0.value)" }.sorted().prefix(3)
        return found
    }

    private func act(
        on decision: RebootDecision, _ jobs: [JobRun], _ terms: RebootTerms, _ now: Timestamp
    ) async throws -> Int64 {
        switch decision {
        case .reboot, .notNeeded:
            return Self.lookMilliseconds
        case .leftToPeople:
            for job in jobs where job.order.aftercare?.isRebootAsked == true {
                try release(
                    job, "The endpoint's policy never reboots it.", failure: .refused)
            }
            await tell(jobs, "The policy leaves the reboot to people.", at: nil)
            return Self.longestPauseMilliseconds
        case .loopStopped(let count):
            return try await stopLoop(jobs, count)
        case .waitForWindow:
            return try await waitForWindow(jobs, terms, now)
        case .inhibited(let programs):
            await tell(jobs, "The reboot waits for \(programs.prefix(3).joined(separator: ", ")).")
            return Self.lookMilliseconds
        case .warn:
            return try await warn(jobs, terms, at: now.adding(seconds: terms.rule.warning.seconds))
        case .waitForWarning(let until):
            return try await waitForWarning(jobs, terms, until: until, now)
        case .deferred(let until):
            await tell(
                jobs, "The reboot was put off until \(time(until)).", at: until)
            return Self.pause(until: until, from: now)
        case .ask(let until, _):
            let limit = until.map { ", at the latest at \(time($0))" } ?? ""
            await tell(
                jobs, "The reboot waits until somebody at the endpoint agrees\(limit).", at: until,
                wantsConsent: true)
            return Self.lookMilliseconds
        }
    }

    /// A pause that ends at an instant, and in between often enough to notice what changes.
    static func pause(until instant: Timestamp, from now: Timestamp) -> Int64 {
        min(max(instant.milliseconds - now.milliseconds, 1), lookMilliseconds)
    }

    /// Rebooting has not helped, or there were too many reboots for other needs.
    private func stopLoop(_ jobs: [JobRun], _ count: Int) async throws -> Int64 {
        let attempts = content.withLock { $0.memory?.attempts ?? 0 }
        guard attempts > 0 else {
            await tell(
                jobs,
                "The endpoint was rebooted \(count) times lately; it is not rebooted again before a day has passed."
            )
            return Self.longestPauseMilliseconds
        }
        let reason = jobs.flatMap(\.awaitedSignals).map(\.detail).first ?? "it does not say why"
        for job in jobs {
            try release(
                job,
                "The endpoint was rebooted \(attempts) times and still says that it must reboot "
                    + "(\(reason)); it is not rebooted again.",
                failure: .rebootNotClearing)
        }
        return 0
    }

    private func waitForWindow(_ jobs: [JobRun], _ terms: RebootTerms, _ now: Timestamp)
        async throws -> Int64
    {
        guard case .closed(let next?) = terms.opening else {
            await tell(jobs, "No window that allows the reboot is left.")
            return Self.longestPauseMilliseconds
        }
        await tell(jobs, "The reboot waits for its window at \(time(next)).", at: next)
        if isNear(terms, now) {
            try await show(jobs, terms, at: next)
        } else {
            // A warning in a window that has closed is not one for the next.
            try change { if !$0.shown.isEmpty { $0.beginNewWarning() } }
        }
        return Self.pause(until: next, from: now)
    }

    private func waitForWarning(
        _ jobs: [JobRun], _ terms: RebootTerms, until: Timestamp, _ now: Timestamp
    ) async throws -> Int64 {
        await tell(
            jobs, "People were warned; the endpoint reboots at \(time(until)).", at: until)
        try await show(jobs, terms, at: until)
        return min(max(until.milliseconds - now.milliseconds, 1), Self.closeLookMilliseconds)
    }

    /// Changes what is remembered; it is on the disk when this returns.
    func change(_ body: (inout RebootMemory) -> Void) throws(StateFolderFailure) {
        try pen.withLock { _ throws(StateFolderFailure) in
            guard let old = content.withLock({ $0.memory }) else { return }
            var memory = old
            body(&memory)
            guard memory != old else { return }
            try files.write(memory)
            content.withLock { [memory] in $0.memory = memory }
        }
    }
}

extension RebootSituation {
    /// Whether it reboots now, or within a warning, but for what must not be cut off.
    func isAtHand(by rule: RebootRule, at now: Timestamp) -> Bool {
        var free = self
        free.inhibitors = []
        switch RebootDecision.decide(free, by: rule, at: now) {
        case .reboot, .warn, .waitForWarning: return true
        case .notNeeded, .leftToPeople, .loopStopped, .waitForWindow, .inhibited, .deferred, .ask:
            return false
        }
    }

    /// The situation with what people have been shown and have said.
    func with(
        _ memory: RebootMemory?, _ sessions: [UserSession], _ rule: RebootRule, at now: Timestamp
    ) -> RebootSituation {
        guard let memory else { return self }
        var situation = self
        situation.deferrals = memory.deferrals
        situation.deferredUntil = memory.deferredUntil
        situation.isAgreed = memory.isAgreed
        situation.warningAcknowledgedAt = memory.warnedAt(sessions, rule)
        return situation
    }
}

extension RebootMemory {
    /// What somebody who came while the warning ran has at the least, in seconds.
    static let shortestNotice: Int64 = 60

    /// When the warning began that everybody with a session has been shown; `nil` when somebody has
    /// not. Whoever came later has at least a minute.
    func warnedAt(_ sessions: [UserSession], _ rule: RebootRule) -> Timestamp? {
        let present = Set(sessions.map { "\($0.user)" })
        let times = present.compactMap { shown[$0] }
        guard times.count == present.count, let first = shown.values.min(), let last = times.max()
        else { return nil }
        let warning = rule.warning.seconds
        let notice = min(warning, Self.shortestNotice)
        return max(first, last.adding(seconds: notice - warning))
    }
}
