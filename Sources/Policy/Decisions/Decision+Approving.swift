import Calendar
import Fleet
import Verdicts

extension Decision {
    /// What the first matching rule makes of an update that nothing forbids.
    static func approval(
        _ subject: UpdateSubject, _ people: PeoplesWord,
        _ verdict: CompiledPolicy.Verdict?, _ context: DecisionContext,
        _ now: Timestamp, retryAt: Timestamp?
    ) -> Decision {
        if verdict != nil, verdict?.choice == nil {
            return Decision(
                subject.update, .membershipUnknown, rule: "applies", nextAt: nil,
                dueAt: context.dueAt, lane: nil, grounds: DecisionGrounds())
        }
        let treatment = verdict?.choice?.treatment ?? Treatment(.byHand)
        let expired = expiredException(context, subject, now)
        let rule = verdict?.choice?.label ?? byHand
        // A person's word comes before age, and releases what is only prepared.
        let needed = treatment.approval.asksPerson ? treatment.approvers : 1
        let gate = treatment.approval.verdictGate
        let isCarried = context.carriedIn != nil || context.ring?.isUnderWay == true
        if people.approverCount < needed, !isCarried {
            let (code, nextAt) = waiting(
                for: treatment, subject, approvers: people.approverCount, now)
            if let code {
                return Decision(
                    subject.update, code, rule: rule, nextAt: nextAt, dueAt: context.dueAt,
                    lane: treatment.lane,
                    grounds: DecisionGrounds(
                        approval: treatment.approval, person: people.approvers,
                        count: treatment.approvers,
                        text: gate.map { _ in VerdictGate.cause(subject.verdict) },
                        unjudged: verdict?.unjudged, expired: expired,
                        verdict: gate.flatMap { _ in subject.verdict }))
            }
        }
        // Without a policy there are no windows and no rings.
        let lane = verdict == nil ? nil : context.carriedIn ?? treatment.lane
        let place = Placement.of(context, in: lane, isCarried: isCarried, now, retryAt: retryAt)
        return Decision(
            subject.update, place.code, rule: rule, nextAt: place.nextAt, dueAt: context.dueAt,
            lane: lane,
            grounds: DecisionGrounds(
                approval: treatment.approval,
                person: people.approvers ?? gate.flatMap { _ in subject.verdict?.approver },
                count: place.count ?? treatment.approvers, window: place.window,
                opens: place.opens, countsFromRelease: place.countsFromRelease,
                learned: DecisionGrounds.Learned(context.work), text: place.text,
                unjudged: verdict?.unjudged,
                expired: expired, wayOut: place.wayOut ?? context.pass?.evidence,
                verdict: gate.flatMap { _ in subject.verdict }))
    }

    /// Why it is not approved yet, and when that changes by itself; no code when it is approved.
    private static func waiting(
        for treatment: Treatment, _ subject: UpdateSubject, approvers: Int,
        _ now: Timestamp
    ) -> (ReasonCode?, Timestamp?) {
        switch treatment.approval {
        case .atOnce: return (nil, nil)
        case .afterDays(let days):
            guard let since = subject.outSince else { return (.ageUnknown, nil) }
            let ripe = since.adding(seconds: Int64(days) * 86_400)
            return now >= ripe ? (nil, nil) : (.ageing, ripe)
        case .byVerdict(let gate):
            switch gate.answer(subject.verdict, outSince: subject.outSince, at: now) {
            case .approved: return (nil, nil)
            case .ageing(let ripe): return (.ageing, ripe)
            case .ageUnknown: return (.ageUnknown, nil)
            case .byHand: return (.awaitingApproval, nil)
            case .held: return (.onHold, nil)
            }
        case .byHand: return (approvers == 0 ? .awaitingApproval : .awaitingSecondApproval, nil)
        case .prepareOnly: return (approvers == 0 ? .prepared : .awaitingSecondApproval, nil)
        // Denials have been dealt with before; should one come here, nothing is installed.
        case .declined, .hold: return (.declined, nil)
        }
    }

    /// The name of an exception that has ended, and would cover the update otherwise.
    private static func expiredException(
        _ context: DecisionContext, _ subject: UpdateSubject, _ now: Timestamp
    ) -> String? {
        var name: String?
        for exception in context.exceptions where exception.expiresAt <= now {
            let risk = AcceptedRisk([exception], for: subject, at: exception.startsAt)
            guard risk != nil else { continue }
            name = min(name ?? exception.name, exception.name)
        }
        return name
    }
}

/// When an approved update is installed, and what its sentence says of that.
struct Placement {
    var code: Decision.ReasonCode
    var nextAt: Timestamp?
    // What its grounds hold by the same names; the count is of seconds.
    var window: String?
    var opens: LocalMinute?
    var count: Int?
    var text: String?
    var countsFromRelease = false
    var wayOut: String?

    /// Where an approved update stands: rings come first, then windows. `lane` is `nil` where there
    /// is no policy.
    static func of(
        _ context: DecisionContext, in lane: Lane?, isCarried: Bool, _ now: Timestamp,
        retryAt: Timestamp?
    ) -> Placement {
        if let ring = context.ring {
            return Placement(
                code: .awaitingRing, nextAt: ring.notBefore, window: ring.ring.text,
                text: ring.waitsFor.text, wayOut: ring.isPastWindows ? pastWindows : nil)
        }
        if let lane, !isCarried, context.lanesWithoutRing.contains(LaneSet(lane)) {
            return Placement(code: .noRing, window: lane.rawValue)
        }
        let outlook = lane.map { context.outlook[$0] } ?? .unrestricted
        let from = max(now, retryAt ?? now)
        // The common case, which changes nothing afterwards.
        if from == now, context.turn == nil {
            return first(in: outlook, context.work, from: now, at: now)
        }
        var place = first(in: outlook, context.work, from: from, at: now)
        if from > now, place.code.action == .install, place.code != .awaitingDuty {
            place.code = .awaitingRetry
            place.text = context.failure?.sentence
        }
        if let hold = context.turn,
            place.code == .windowOpen || place.code == .catchingUp || hold.isForGood
        {
            // Its window would let it; when the others are done nobody knows.
            return Placement(code: .awaitingTurn, text: hold.clause)
        }
        return place
    }

    /// What is said where only the turn of its ring comes too late for a window.
    private static let pastWindows =
        "In the time that is looked at no window of its lane has room for it after that: the soak "
        + "leaves none."

    /// The first time that is long enough for the work, not before `from`, as it looks at `now`.
    static func first(
        in outlook: LaneOutlook, _ work: WorkEstimate, from: Timestamp, at now: Timestamp
    ) -> Placement {
        switch outlook {
        case .unrestricted: Placement(code: .windowOpen, nextAt: from)
        case .zoneUnknown(let message): Placement(code: .zoneUnknown, text: message)
        case .openings(let lane): first(in: lane, work, from: from, at: now)
        }
    }

    private static func first(
        in lane: LaneOpenings, _ work: WorkEstimate, from: Timestamp, at now: Timestamp
    ) -> Placement {
        if let missed = lane.missed, missed.catchUp != .nextWindow {
            return after(missed, in: lane, from: from, at: now)
        }
        for place in lane.openings.indices {
            guard let start = lane.openings[place].stretch.start(of: work, from: from)
            else { continue }
            if let shut = unattended(in: lane, for: work, from: from),
                max(shut.stretch.opens, from) < start
            {
                return unattended(shut, nextAt: start, now)
            }
            let code = start <= now ? .windowOpen : delay(lane, place, now)
            return Placement(
                code: code, nextAt: start, window: lane.openings[place].window,
                opens: lane.openings[place].opens,
                text: code == .frozen ? lane.freezeReason : nil)
        }
        return without(roomIn: lane, for: work, now)
    }

    /// The first opening that lacks nothing but somebody on duty: the work fits in it.
    private static func unattended(
        in lane: LaneOpenings, for work: WorkEstimate, from: Timestamp
    ) -> LaneOpenings.Opening? {
        lane.unattended.first { $0.stretch.start(of: work, from: from) != nil }
    }

    /// Where a window comes first that needs somebody on duty, and has nobody.
    private static func unattended(
        _ shut: LaneOpenings.Opening, nextAt: Timestamp?, _ now: Timestamp
    ) -> Placement {
        Placement(
            code: .awaitingDuty, nextAt: nextAt, window: shut.window,
            opens: shut.stretch.opens > now ? shut.opens : nil)
    }

    /// What becomes of a window that was missed.
    private static func after(
        _ missed: LaneOpenings.Missed, in lane: LaneOpenings, from: Timestamp, at now: Timestamp
    ) -> Placement {
        guard let start = missed.startsAt else {
            return Placement(code: .windowMissed, window: missed.window)
        }
        return start > now
            ? Placement(code: .frozen, nextAt: max(start, from), text: lane.freezeReason)
            : Placement(code: .catchingUp, nextAt: max(start, from), window: missed.window)
    }

    /// Where no opening has room for it.
    private static func without(
        roomIn lane: LaneOpenings, for work: WorkEstimate, _ now: Timestamp
    ) -> Placement {
        if let shut = unattended(in: lane, for: work, from: now) {
            return unattended(shut, nextAt: nil, now)
        }
        guard lane.openings.isEmpty, lane.unattended.isEmpty else {
            return Placement(code: .doesNotFit, count: Int(clamping: work.totalSeconds))
        }
        guard let counted = lane.counted, counted.opens == nil || lane.freezeReason == nil else {
            return Placement(
                code: lane.freezeReason == nil ? .noWindow : .frozen, text: lane.freezeReason)
        }
        return Placement(
            code: counted.opens == nil ? .ageUnknown : .noWindow, window: counted.window,
            opens: counted.opens.map { LocalMinute(at: $0, offset: counted.offset) },
            countsFromRelease: true)
    }

    /// Why it is not installed before the opening at the given place. Openings do not overlap.
    private static func delay(
        _ lane: LaneOpenings, _ place: Int, _ now: Timestamp
    ) -> Decision.ReasonCode {
        for other in lane.openings.indices where other != place {
            let stretch = lane.openings[other].stretch
            if stretch.opens <= now, now < stretch.closes { return .tooLittleTimeLeft }
        }
        return lane.freezeReason == nil || place > 0 ? .awaitingWindow : .frozen
    }
}
