public import Fleet

/// What can happen to a job.
public enum JobEvent: Hashable, Sendable {
    /// Its endpoint asked for work and is about to be given this job.
    case collected
    /// Its endpoint reported a step.
    case progressed(JobProgress)
    /// Its endpoint reported the end.
    case reported(JobResult)
    /// Somebody asks for it to be called off.
    case cancelRequested
    /// Its order is taken back for a reason, one sentence, unless its updates are in already.
    case withdrawn(because: String)
    /// Time has passed: leases and deadlines are looked at.
    case tick
    /// A scan after the run shows that the pending reboot or restart has happened, with what it
    /// showed of each update.
    case restartObserved([UpdateOutcome])
    /// The endpoint has been retired.
    case endpointRetired
}

/// An event that does not fit the job's state. The job is left as it was.
public struct JobEventRefused: Error, Hashable, Sendable {
    /// The state that the job is in.
    public let state: Job.State
    /// What was tried, in words.
    public let event: String
}

/// What must be done, besides storing the job, because of an event.
public enum JobAction: Hashable, Sendable {
    /// Write an audit entry with this sentence.
    case audit(String)
    /// Wake the endpoint's long poll: there is something for it.
    case wakeEndpoint
    /// The job has ended: look whether its deployment has.
    case jobEnded
}

extension Job {
    /// Takes an event, changes the state, and returns what must be done because of it.
    ///
    /// - Throws: `JobEventRefused` when the event cannot happen in this state; nothing is changed
    ///   then.
    public mutating func handle(_ event: JobEvent, at now: Timestamp) throws(JobEventRefused)
        -> [JobAction]
    {
        switch event {
        case .collected: try collect(at: now)
        case .progressed(let step): try progress(step, at: now)
        case .reported(let result): try report(result, at: now)
        case .cancelRequested: cancel(at: now)
        case .withdrawn(let reason): withdraw(reason, at: now)
        case .tick: tick(at: now)
        case .restartObserved(let outcomes): try observeRestart(outcomes, at: now)
        case .endpointRetired: retire(at: now)
        }
    }

    private mutating func collect(at now: Timestamp) throws(JobEventRefused) -> [JobAction] {
        switch state {
        case .queued:
            state = .leased
            sentence = "The endpoint has collected it."
        case .leased, .running, .interrupted:
            // The answer was lost on the way, or the agent was restarted: the same job is handed
            // out again, and the agent's journal knows how far it had come.
            if state == .interrupted { state = .leased }
        case .pendingRestart, .verified, .failedVerification, .failed, .cancelled, .expired:
            throw JobEventRefused(state: state, event: "collect")
        }
        leaseExpiresAt = now.adding(
            seconds: state == .leased ? Self.firstWordSeconds : Self.leaseSeconds)
        return []
    }

    private mutating func progress(
        _ step: JobProgress, at now: Timestamp
    ) throws(JobEventRefused) -> [JobAction] {
        switch state {
        case .leased, .running, .interrupted:
            state = .running
            startedAt = startedAt ?? now
            progress = step
            // An endpoint may tell late, so its own time is taken, within what can be true.
            if isAtWork, workBeganAt == nil { workBeganAt = max(createdAt, min(step.at, now)) }
            sentence = step.sentence
            leaseExpiresAt = leaseEnd(after: step, at: now)
            return []
        case .pendingRestart where goesOnAlone:
            // The endpoint tells what its reboot waits for; no lease runs, since it may be off.
            progress = step
            sentence = step.sentence
            return []
        case .queued, .pendingRestart, .verified, .failedVerification, .failed, .cancelled,
            .expired:
            throw JobEventRefused(state: state, event: "progress")
        }
    }

    /// An endpoint that waits for its window may be silent until it opens: it needs nobody for it.
    private func leaseEnd(after step: JobProgress, at now: Timestamp) -> Timestamp {
        let usual = now.adding(seconds: Self.leaseSeconds)
        guard step.phase == .waitingForWindow, let until = step.until else { return usual }
        return max(usual, min(until, deadline).adding(seconds: Self.leaseSeconds))
    }

    private mutating func report(
        _ result: JobResult, at now: Timestamp
    ) throws(JobEventRefused) -> [JobAction] {
        switch state {
        case .leased, .running, .interrupted:
            self.result = result
            startedAt = startedAt ?? now
            leaseExpiresAt = nil
            return settle(into: Self.endState(for: result), at: now)
        case .cancelled, .expired:
            // The truth came late. The state stays, and the outcomes are kept so that nothing is
            // lost.
            guard self.result == nil else { return [] }
            self.result = result
            return [.audit("The endpoint reported late: \(Self.sentence(for: result))")]
        case .pendingRestart, .verified, .failedVerification, .failed:
            if goesOnAlone, self.result != result, result.goesOn != true {
                self.result = result
                return settle(into: Self.endState(for: result), at: now)
            }
            // The agent did not hear the answer to its first report and sends it again.
            guard self.result == result || state != .pendingRestart else {
                throw JobEventRefused(state: state, event: "a second, different result")
            }
            return []
        case .queued:
            throw JobEventRefused(state: state, event: "result")
        }
    }

    private mutating func cancel(at now: Timestamp) -> [JobAction] {
        switch state {
        case .queued:
            return end(.cancelled, "Cancelled before the endpoint collected it.", at: now)
        case .interrupted:
            return end(
                .cancelled,
                "Cancelled while the endpoint was silent; its next scan shows what is installed.",
                at: now)
        case .leased, .running:
            guard !cancelRequested else { return [] }
            cancelRequested = true
            sentence = "Cancellation asked for; what is being installed is not cut off."
            return [.audit(sentence), .wakeEndpoint]
        case .pendingRestart:
            return end(
                .cancelled, "The updates are installed; waiting for the restart was called off.",
                at: now)
        case .verified, .failedVerification, .failed, .cancelled, .expired:
            return []
        }
    }

    /// As a cancellation, with the reason told; waiting for a restart goes on, since what it is for
    /// is installed.
    private mutating func withdraw(_ reason: String, at now: Timestamp) -> [JobAction] {
        switch state {
        case .queued:
            return end(
                .cancelled, "Taken back before the endpoint collected it. \(reason)", at: now)
        case .interrupted:
            return end(
                .cancelled,
                "Taken back while the endpoint was silent; its next scan shows what is installed. "
                    + reason, at: now)
        case .leased, .running:
            guard !cancelRequested else { return [] }
            cancelRequested = true
            withdrawnBecause = reason
            sentence = "Taken back; what is being installed is not cut off. \(reason)"
            return [.audit(sentence), .wakeEndpoint]
        case .pendingRestart, .verified, .failedVerification, .failed, .cancelled, .expired:
            return []
        }
    }

    private mutating func tick(at now: Timestamp) -> [JobAction] {
        guard !state.isTerminal else { return [] }
        if now >= deadline {
            return end(.expired, Self.expirySentence(in: state), at: now)
        }
        guard let lease = leaseExpiresAt, now >= lease, state == .leased || state == .running
        else { return [] }
        if cancelRequested {
            let verb = withdrawnBecause == nil ? "Cancelled" : "Taken back"
            let words =
                "\(verb); the endpoint fell silent, and its next scan shows what is installed."
            return end(.cancelled, words + because, at: now)
        }
        state = .interrupted
        leaseExpiresAt = nil
        sentence =
            "The endpoint has not been heard from about it in time (by \(lease.wholeSeconds)); "
            + "it resumes or reports when it is back."
        return [.audit(sentence)]
    }

    private mutating func observeRestart(
        _ outcomes: [UpdateOutcome], at now: Timestamp
    ) throws(JobEventRefused) -> [JobAction] {
        guard state == .pendingRestart else {
            throw JobEventRefused(state: state, event: "restart")
        }
        var result = self.result ?? JobResult(outcomes: [])
        result.outcomes = outcomes.map { outcome in
            var outcome = outcome
            if outcome.state != .pendingRestart { outcome.pending = nil }
            return outcome
        }
        result.goesOn = nil
        self.result = result
        return settle(into: Self.endState(for: result), at: now)
    }

    private mutating func retire(at now: Timestamp) -> [JobAction] {
        guard !state.isTerminal else { return [] }
        return end(.cancelled, "The endpoint was retired.", at: now)
    }

    private mutating func settle(into next: State, at now: Timestamp) -> [JobAction] {
        // Who took it back is told with how it ended, unless all of it went in before that.
        let isWhole = next == .verified || next == .pendingRestart
        let words = (result.map(Self.sentence(for:)) ?? sentence) + (isWhole ? "" : because)
        guard next.isTerminal else {
            state = next
            sentence = words
            return [.audit(words)]
        }
        return end(next, words, at: now)
    }

    /// Why its order was taken back, as what follows a sentence.
    private var because: String { withdrawnBecause.map { " \($0)" } ?? "" }

    private mutating func end(_ terminal: State, _ words: String, at now: Timestamp) -> [JobAction]
    {
        precondition(terminal.isTerminal && !state.isTerminal, "a job ends once")
        state = terminal
        sentence = words
        finishedAt = now
        leaseExpiresAt = nil
        return [.audit(words), .jobEnded]
    }
}

extension Job {
    /// Whether its endpoint sees to the pending reboot, and to its health afterwards, by itself and
    /// reports once more.
    public var goesOnAlone: Bool { state == .pendingRestart && result?.goesOn == true }

    /// Where it stands in a word: `pendingReboot` where a reboot is what is outstanding, else its
    /// state.
    public var standing: String {
        guard state == .pendingRestart else { return state.rawValue }
        let reboots = result?.outcomes.contains { $0.pending == .reboot } ?? false
        let word: UpdateOutcome.Pending = goesOnAlone || reboots ? .reboot : .restart
        return word.rawValue
    }

    /// The state that a result leads to: the worst of its outcomes.
    public static func endState(for result: JobResult) -> State {
        if result.cancelledBeforeStart { return .cancelled }
        let states = Set(result.outcomes.map(\.state))
        if states.contains(.failed) || states.contains(.skipped) { return .failed }
        if states.contains(.failedVerification) { return .failedVerification }
        if result.failure != nil { return .failed }
        if states.contains(.pendingRestart) || result.goesOn == true { return .pendingRestart }
        return .verified
    }

    /// One sentence about a result, the first failure in it named.
    static func sentence(for result: JobResult) -> String {
        if result.cancelledBeforeStart { return "Cancelled before anything was installed." }
        let total = result.outcomes.count
        let good = result.outcomes.count { $0.state == .verified || $0.state == .pendingRestart }
        let bad = result.outcomes.first { $0.state != .verified && $0.state != .pendingRestart }
        if let bad {
            return "\(good) of \(total) updates are in. \(bad.sentence)"
        }
        if result.failure != nil, let words = result.notes.last {
            return total == 0 ? words : "\(good) of \(total) updates are in. \(words)"
        }
        if let pending = result.outcomes.first(where: { $0.state == .pendingRestart }) {
            return "\(total) of \(total) updates are installed. \(pending.sentence)"
        }
        if total == 0 {
            return result.goesOn == true
                ? "The endpoint sees to its reboot." : result.notes.last ?? "The endpoint rebooted."
        }
        return total == 1
            ? "A fresh scan shows the update in force."
            : "A fresh scan shows all \(total) updates in force."
    }

    private static func expirySentence(in state: State) -> String {
        switch state {
        case .queued: "The deadline passed before the endpoint collected it."
        case .leased, .running: "The deadline passed while the endpoint was still at work."
        case .interrupted: "The deadline passed while the endpoint was silent."
        case .pendingRestart:
            "The updates are installed, but the restart did not happen before the deadline."
        case .verified, .failedVerification, .failed, .cancelled, .expired: ""
        }
    }
}
