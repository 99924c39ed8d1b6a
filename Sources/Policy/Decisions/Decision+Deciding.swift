import Calendar
public import Fleet
public import Verdicts

extension Decision {
    /// The one decision for a missing update: the same in the server, in the agent and in
    /// `patchbay policy explain`. For any input there is exactly one.
    ///
    /// What comes first, decides: (1) a job that is under way, unless it can be taken back and the
    /// update has been denied meanwhile; (2) silence of the endpoint; (3) what stands in the way on
    /// the endpoint; (4) a denial, by a person or by a rule of any level, or a block of the version;
    /// (5) an accepted risk, and a ring that must come first; (6) a halt of the rollout that carries
    /// it; (7) a deferral; (8) failures; (9) the first matching rule, or the default; (10) rings;
    /// (11) windows.
    ///
    /// `policy` is what holds for the endpoint; `nil` when no policy applies, and then updates wait
    /// for a person. `context` is what stands around the update.
    public static func decide(
        _ subject: UpdateSubject, under policy: CompiledPolicy?,
        in context: DecisionContext, at now: Timestamp
    ) -> Decision {
        if let job = context.job {
            if job.stage.canBeTakenBack,
                let denied = denied(
                    subject, under: policy, approvals: context.approvals, block: context.block,
                    exceptions: context.exceptions, pass: context.pass, dueAt: context.dueAt,
                    at: now)
            {
                return denied
            }
            var decision = underWay(subject, job, in: context, at: now)
            decision.lane = context.carriedIn
            return decision
        }
        if context.isSilent { return silent(subject, under: policy, dueAt: context.dueAt) }
        if subject.update.installability != .installable {
            return obstacle(to: subject, dueAt: context.dueAt)
        }
        let people = PeoplesWord.of(subject, in: context.approvals, at: now)
        let verdict = policy?.verdict(on: subject, at: now)
        // The questions are asked here, so that the common case calls nothing.
        if let place = people.denial {
            return denial(subject, context.approvals[place], context.dueAt)
        }
        if let ruling = verdict?.denial { return denial(subject, ruling, context.dueAt) }
        if let block = context.block { return blocked(subject, block, context.dueAt) }
        if !context.exceptions.isEmpty,
            let risk = acceptedRisk(subject, context.exceptions, context.dueAt, now)
        {
            return risk
        }
        if let policy, policy.asksForPass,
            let unproven = unproven(
                subject, policy, context.pass, context.pass?.clause, context.dueAt, now)
        {
            return unproven
        }
        if let halt = context.halt { return halted(subject, halt, context.dueAt) }
        if let place = people.deferral {
            return deferral(subject, context.approvals[place], context.dueAt)
        }
        let isFailureOver = people.approvedAfter(context.failure?.at)
        if let failure = context.failure, !isFailureOver, failure.stops {
            return stopped(subject, failure, verdict?.choice?.label ?? byHand, context.dueAt)
        }
        return approval(
            subject, people, verdict, context, now,
            retryAt: isFailureOver ? nil : context.failure?.retryAt)
    }

    /// What forbids an update, be it ordered or not: a person's denial, that of a rule or a default
    /// of any level, a block of its version, a risk that is accepted in place of it, or that a ring has
    /// not shown what the policy asks for. `nil` when nothing does.
    ///
    /// `policy` is what holds for the endpoint, `approvals` and `exceptions` what people have said
    /// that concerns it. `pass` is what the ring has shown that the policy asks for; `nil` where that
    /// is not asked anew, as of an order that is out while nobody has looked.
    public static func denied(
        _ subject: UpdateSubject, under policy: CompiledPolicy?, approvals: [ApprovalByHand],
        block: DecisionContext.VersionBlock? = nil, exceptions: [RiskException] = [],
        pass: PassStanding? = nil, dueAt: Timestamp? = nil, at now: Timestamp
    ) -> Decision? {
        if let place = PeoplesWord.of(subject, in: approvals, at: now).denial {
            return denial(subject, approvals[place], dueAt)
        }
        if let ruling = policy?.verdict(on: subject, at: now).denial {
            return denial(subject, ruling, dueAt)
        }
        if let block { return blocked(subject, block, dueAt) }
        if !exceptions.isEmpty, let risk = acceptedRisk(subject, exceptions, dueAt, now) {
            return risk
        }
        guard let policy, let pass else { return nil }
        return unproven(subject, policy, pass, pass.demand, dueAt, now)
    }

    /// What waits, or is refused, since the ring that the policy asks for has not verified it on the
    /// same stack.
    @inline(never)
    private static func unproven(
        _ subject: UpdateSubject, _ policy: CompiledPolicy, _ standing: PassStanding?,
        _ clause: String?, _ dueAt: Timestamp?, _ now: Timestamp
    ) -> Decision? {
        guard let source = policy.effective.before, let pass = source.value.passed else {
            return nil
        }
        let answer = standing?.answer(at: now) ?? .waiting(until: nil)
        let nextAt: Timestamp?
        switch answer {
        case .passed: return nil
        case .waiting(let until): nextAt = until
        case .noTwin: nextAt = nil
        }
        return Decision(
            subject.update, answer == .noTwin ? .noTwin : .awaitingTwin,
            rule: "before of \(source.policy)", nextAt: nextAt, dueAt: dueAt, lane: nil,
            grounds: DecisionGrounds(
                person: "\(source.policy)", window: pass.ring,
                text: clause ?? "what it has verified is known on the server only"))
    }

    /// A version that nobody gets.
    private static func blocked(
        _ subject: UpdateSubject, _ block: DecisionContext.VersionBlock, _ dueAt: Timestamp?
    ) -> Decision {
        Decision(
            subject.update, .versionBlocked, rule: "block of the version", nextAt: nil,
            dueAt: dueAt, lane: nil,
            grounds: DecisionGrounds(person: block.by, text: block.reason))
    }

    /// What no rule can change: the rule's name where there is no rule.
    static let byHand = "approval by hand"

    // The whole subject is handed on, also where only its update is asked for: the update alone
    // would be copied for that.

    private static func silent(
        _ subject: UpdateSubject, under policy: CompiledPolicy?, dueAt: Timestamp?
    ) -> Decision {
        Decision(
            update: subject.update, action: .wait, reasonCode: .endpointSilent,
            sentence:
                "The endpoint's last scan is too old to tell whether the update is still missing."
                + (policy?.effective.detectionWindows == nil
                    ? "" : " Its policy lets it scan by itself in some windows only."),
            rule: "freshness", dueAt: dueAt)
    }

    private static func underWay(
        _ subject: UpdateSubject, _ job: DecisionContext.JobStanding,
        in context: DecisionContext, at now: Timestamp
    ) -> Decision {
        let code: ReasonCode
        var sentence = job.sentence
        var nextAt: Timestamp? = job.deadline
        switch job.stage {
        case .queued:
            code = .queued
            (sentence, nextAt) = collection(of: job, in: context, at: now)
        case .halted:
            code = .deploymentHalted
            let title = job.deployment.isEmpty ? "" : " “\(job.deployment)”"
            sentence =
                "Approved, but the deployment\(title) is halted. Resume it, or cancel it."
            nextAt = nil
        case .working: code = .inProgress
        case .interrupted:
            code = .interrupted
            if let missed = job.missed { sentence += " \(words(of: missed))" }
        case .pendingRestart: code = .pendingRestart
        }
        return Decision(
            update: subject.update, action: code.action, reasonCode: code, sentence: sentence,
            rule: "deployment \(job.deployment)", nextAt: nextAt, dueAt: context.dueAt)
    }

    /// What an open rollout carries that has stopped.
    private static func halted(
        _ subject: UpdateSubject, _ halt: DecisionContext.HaltedRollout, _ dueAt: Timestamp?
    ) -> Decision {
        Decision(
            subject.update, .deploymentHalted, rule: "deployment \(halt.title)", nextAt: nil,
            dueAt: dueAt, lane: nil,
            grounds: DecisionGrounds(window: halt.title, text: halt.reason))
    }

    /// When an order is collected that lies ready for its endpoint, and its work begins.
    private static func collection(
        of job: DecisionContext.JobStanding, in context: DecisionContext, at now: Timestamp
    ) -> (String, Timestamp?) {
        guard let missed = job.missed else {
            let place = context.carriedIn.map {
                Placement.first(in: context.outlook[$0], context.work, from: now, at: now)
            }
            guard let start = place?.nextAt, start > now, start < job.deadline,
                let window = place?.window
            else { return ("Approved; waits for the endpoint to collect it.", job.deadline) }
            let opens = place?.opens?.text ?? MinuteText.utc(start)
            return ("Approved, and its order is out; its window \(window) opens \(opens).", start)
        }
        let nextAt: Timestamp? =
            switch missed.catchUp {
            case .nextCheckIn: job.deadline
            case .nextWindow: missed.startsAt ?? job.deadline
            case .never: nil
            }
        return ("Approved; the endpoint is silent. \(words(of: missed))", nextAt)
    }

    /// What becomes of a missed window.
    private static func words(of missed: LaneOpenings.Missed) -> String {
        let end =
            switch missed.catchUp {
            case .nextCheckIn: "it catches up as soon as it checks in again."
            case .nextWindow: "it has its turn in the next window."
            case .never: "the policy does not catch up."
            }
        return "It has missed the window \(missed.window); \(end)"
    }

    private static func obstacle(to subject: UpdateSubject, dueAt: Timestamp?) -> Decision {
        let (code, words): (ReasonCode, String) =
            switch subject.update.installability {
            case .held: (.held, "The package is on hold on the endpoint.")
            case .phased:
                (
                    .phased,
                    "The distribution hands it out in phases; this endpoint's turn has not come."
                )
            case .installable, .keptBack:
                (
                    .keptBack,
                    "A plain upgrade keeps it back: it needs other packages installed or removed."
                )
            case .needsSubscription: (.needsSubscription, "It is there only for subscribers.")
            case .excluded:
                (.excluded, "The endpoint's own package configuration excludes it.")
            }
        return Decision(
            update: subject.update, action: code.action, reasonCode: code,
            sentence: subject.update.reason.map(DecisionGrounds.asSentence) ?? words,
            rule: "endpoint's package manager", dueAt: dueAt)
    }

    /// A rule's denial.
    private static func denial(
        _ subject: UpdateSubject, _ ruling: CompiledPolicy.Ruling, _ dueAt: Timestamp?
    ) -> Decision {
        if let block = subject.verdict, ruling.treatment.approval.verdictGate != nil {
            return Decision(
                subject.update, .onHold, rule: ruling.label, nextAt: nil, dueAt: dueAt, lane: nil,
                grounds: DecisionGrounds(
                    approval: ruling.treatment.approval, person: block.words,
                    text: block.evidence, verdict: block))
        }
        let reason: String? =
            if case .hold(let reason) = ruling.treatment.approval { reason } else { nil }
        return Decision(
            subject.update, reason == nil ? .declined : .onHold, rule: ruling.label, nextAt: nil,
            dueAt: dueAt, lane: nil,
            grounds: DecisionGrounds(
                approval: ruling.treatment.approval, text: reason.naming(ruling.versions)))
    }

    /// A person's denial.
    private static func denial(
        _ subject: UpdateSubject, _ word: ApprovalByHand, _ dueAt: Timestamp?
    ) -> Decision {
        let (code, reason): (ReasonCode, String?) =
            switch word.verdict {
            case .hold(let reason): (.onHold, reason)
            case .declined(let reason): (.declined, reason)
            case .approved, .deferred: (.declined, nil)
            }
        return Decision(
            subject.update, code, rule: "decision of \(word.person)", nextAt: nil, dueAt: dueAt,
            lane: nil,
            grounds: DecisionGrounds(
                person: word.person,
                text: reason.naming(word.updates.versions.map { "version \($0)" })))
    }

    // Inlined, it would have the update copied in every decision, whether there is a risk or not.
    @inline(never)
    private static func acceptedRisk(
        _ subject: UpdateSubject, _ exceptions: [RiskException], _ dueAt: Timestamp?,
        _ now: Timestamp
    ) -> Decision? {
        guard let risk = AcceptedRisk(exceptions, for: subject, at: now) else { return nil }
        return Decision(
            subject.update, .riskAccepted, rule: "exception \(risk.exception.name)",
            nextAt: risk.exception.expiresAt, dueAt: dueAt, lane: nil,
            grounds: DecisionGrounds(
                text: Optional(risk.exception.reason)
                    .naming(risk.exception.versions.map { "version \($0)" })))
    }

    private static func deferral(
        _ subject: UpdateSubject, _ word: ApprovalByHand, _ dueAt: Timestamp?
    ) -> Decision {
        let nextAt: Timestamp? = if case .deferred(let until) = word.verdict { until } else { nil }
        return Decision(
            subject.update, .deferred, rule: "deferral by \(word.person)", nextAt: nextAt,
            dueAt: dueAt, lane: nil, grounds: DecisionGrounds(person: word.person))
    }

    /// A failure after which nothing happens by itself.
    private static func stopped(
        _ subject: UpdateSubject, _ failure: DecisionContext.FailureStanding, _ rule: String,
        _ dueAt: Timestamp?
    ) -> Decision {
        Decision(
            subject.update, failure.isGivenUp ? .stoppedAfterFailures : .lastAttemptFailed,
            rule: rule, nextAt: nil, dueAt: dueAt, lane: nil,
            grounds: DecisionGrounds(
                count: failure.sameCauseCount, text: failure.sentence, wayOut: failure.wayOut))
    }
}

extension String? {
    /// A reason that also says for which versions it holds.
    fileprivate func naming(_ versions: String?) -> String? {
        guard let versions else { return self }
        return map { "\($0) (\(versions))" } ?? versions
    }
}
