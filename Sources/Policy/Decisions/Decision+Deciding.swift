import Calendar
public import Fleet

extension Decision {
    /// The one decision for a missing update: the same in the server, in the agent and in
    /// `patchbay policy explain`. For any input there is exactly one.
    ///
    /// What comes first, decides: (1) a job that is under way; (2) silence of the endpoint; (3) what
    /// stands in the way on the endpoint; (4) a denial, by a person or by a rule of any level; (5) an
    /// accepted risk; (6) a deferral; (7) failures; (8) the first matching rule, or the default;
    /// (9) rings; (10) windows.
    ///
    /// - Parameters:
    ///   - subject: The update and what is known of it.
    ///   - policy: What holds for the endpoint; `nil` when no policy applies, and then updates wait
    ///     for a person.
    ///   - context: What stands around the update.
    ///   - now: The instant of the decision.
    public static func decide(
        _ subject: borrowing UpdateSubject, under policy: CompiledPolicy?,
        in context: borrowing DecisionContext, at now: Timestamp
    ) -> Decision {
        if let job = context.job { return underWay(subject.update, job, dueAt: context.dueAt) }
        if context.isSilent {
            return Decision(
                update: subject.update, action: .wait, reasonCode: .endpointSilent,
                sentence:
                    "The endpoint's last scan is too old to tell whether the update is still missing.",
                rule: "freshness", dueAt: context.dueAt)
        }
        if let obstacle = obstacle(to: subject.update, dueAt: context.dueAt) { return obstacle }
        let people = PeoplesWord(context.approvals, on: subject, at: now)
        let verdict = policy?.verdict(on: subject, at: now)
        if let refusal = refusal(subject, people, verdict, context, now) { return refusal }
        let isFailureOver = people.approvedAfter(context.failure?.at)
        if !isFailureOver, let failure = stoppingFailure(subject, verdict, context) {
            return failure
        }
        return approval(
            subject, people, verdict, context, now,
            retryAt: isFailureOver ? nil : context.failure?.retryAt)
    }

    /// What no rule can change: the rule's name where there is no rule.
    static let byHand = "approval by hand"

    private static func underWay(
        _ update: Update, _ job: DecisionContext.JobStanding, dueAt: Timestamp?
    ) -> Decision {
        let code: ReasonCode
        var sentence = job.sentence
        var nextAt: Timestamp? = job.deadline
        switch job.stage {
        case .queued:
            code = .queued
            sentence = "Approved; waits for the endpoint to collect it."
        case .halted:
            code = .deploymentHalted
            sentence = "Approved, but the deployment is halted."
            nextAt = nil
        case .working: code = .inProgress
        case .interrupted: code = .interrupted
        case .pendingRestart: code = .pendingRestart
        }
        return Decision(
            update: update, action: code.action, reasonCode: code, sentence: sentence,
            rule: "deployment \(job.deployment)", nextAt: nextAt, dueAt: dueAt)
    }

    private static func obstacle(to update: Update, dueAt: Timestamp?) -> Decision? {
        let code: ReasonCode
        let words: String
        switch update.installability {
        case .installable: return nil
        case .held: (code, words) = (.held, "The package is on hold on the endpoint.")
        case .phased:
            (code, words) = (
                .phased,
                "The distribution hands it out in phases; this endpoint's turn has not come."
            )
        case .keptBack:
            (code, words) = (
                .keptBack,
                "A plain upgrade keeps it back: it needs other packages installed or removed."
            )
        case .needsSubscription:
            (code, words) = (.needsSubscription, "It is there only for subscribers.")
        case .excluded:
            (code, words) = (.excluded, "The endpoint's own package configuration excludes it.")
        }
        return Decision(
            update: update, action: code.action, reasonCode: code,
            sentence: update.reason ?? words, rule: "endpoint's package manager", dueAt: dueAt)
    }

    /// Whatever forbids, wherever it stands: people's and rules' denials, accepted risks, deferrals.
    private static func refusal(
        _ subject: borrowing UpdateSubject, _ people: PeoplesWord,
        _ verdict: CompiledPolicy.Verdict?, _ context: borrowing DecisionContext, _ now: Timestamp
    ) -> Decision? {
        if let word = people.denial { return denial(subject, word, context.dueAt) }
        if let ruling = verdict?.denial {
            var grounds = DecisionGrounds(ruling.treatment.approval)
            if case .hold(let reason) = ruling.treatment.approval { grounds.text = reason }
            let isHold = ruling.treatment.approval != .declined
            return Decision(
                subject.update, isHold ? .onHold : .declined, rule: ruling.label, nextAt: nil,
                dueAt: context.dueAt, lane: nil, grounds: grounds)
        }
        if !context.exceptions.isEmpty,
            let risk = AcceptedRisk(context.exceptions, for: subject, at: now)
        {
            var grounds = DecisionGrounds()
            grounds.text = risk.exception.reason
            return Decision(
                subject.update, .riskAccepted, rule: "exception \(risk.exception.name)",
                nextAt: risk.exception.expiresAt, dueAt: context.dueAt, lane: nil, grounds: grounds)
        }
        if let (word, until) = people.deferral {
            var grounds = DecisionGrounds()
            grounds.person = word.person
            return Decision(
                subject.update, .deferred, rule: "deferral by \(word.person)", nextAt: until,
                dueAt: context.dueAt, lane: nil, grounds: grounds)
        }
        return nil
    }

    private static func denial(
        _ subject: borrowing UpdateSubject, _ word: ApprovalByHand, _ dueAt: Timestamp?
    ) -> Decision {
        var grounds = DecisionGrounds()
        grounds.person = word.person
        let code: ReasonCode
        switch word.verdict {
        case .hold(let reason):
            code = .onHold
            grounds.text = reason
        case .declined(let reason):
            code = .declined
            grounds.text = reason
        case .approved, .deferred: code = .declined
        }
        return Decision(
            subject.update, code, rule: "decision of \(word.person)", nextAt: nil, dueAt: dueAt,
            lane: nil, grounds: grounds)
    }

    /// A failure after which nothing happens by itself.
    private static func stoppingFailure(
        _ subject: borrowing UpdateSubject, _ verdict: CompiledPolicy.Verdict?,
        _ context: borrowing DecisionContext
    ) -> Decision? {
        guard let failure = context.failure else { return nil }
        let isStopped = failure.sameCauseCount >= DecisionContext.FailureStanding.limit
        guard isStopped || failure.retryAt == nil else { return nil }
        var grounds = DecisionGrounds(count: failure.sameCauseCount)
        grounds.text = failure.sentence
        return Decision(
            subject.update, isStopped ? .stoppedAfterFailures : .lastAttemptFailed,
            rule: verdict?.choice?.label ?? byHand, nextAt: nil, dueAt: context.dueAt, lane: nil,
            grounds: grounds)
    }
}
