import Calendar
import Fleet

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
        var grounds = DecisionGrounds(treatment.approval, count: treatment.approvers)
        grounds.unjudged = verdict?.unjudged
        grounds.expired = expiredException(context, subject, now)
        let rule = verdict?.choice?.label ?? byHand
        // A person's word comes before age, and releases what is only prepared.
        let needed = treatment.approval.asksPerson ? treatment.approvers : 1
        grounds.person = people.approvers
        let isCarried = context.carriedIn != nil || context.ring?.isUnderWay == true
        let lane = context.carriedIn ?? treatment.lane
        if people.approverCount < needed, !isCarried {
            let (code, nextAt) = waiting(
                for: treatment, subject, approvers: people.approverCount, now)
            if let code {
                return Decision(
                    subject.update, code, rule: rule, nextAt: nextAt, dueAt: context.dueAt,
                    lane: treatment.lane, grounds: grounds)
            }
        }
        let outlook =
            verdict == nil ? LaneOutlook.unrestricted : context.outlook[lane]
        var place = Placement(outlook, context.work, from: now, retryAt: retryAt)
        if let ring = context.ring {
            grounds.window = ring.ring.text
            grounds.text = ring.waitsFor.text
            if ring.isPastWindows { grounds.wayOut = pastWindows }
            place = Placement(.awaitingRing, nextAt: ring.notBefore)
        } else if verdict != nil, !isCarried, context.lanesWithoutRing.contains(LaneSet(lane)) {
            place = Placement(.noRing)
            grounds.window = lane.rawValue
        } else {
            if let hold = context.turn,
                place.code == .windowOpen || place.code == .catchingUp || hold.isForGood
            {
                // Its window would let it; when the others are done nobody knows.
                place = Placement(.awaitingTurn)
                grounds.text = hold.clause
            }
            grounds.take(place, context.work, outlook, retry: context.failure)
        }
        return Decision(
            subject.update, place.code, rule: rule, nextAt: place.nextAt, dueAt: context.dueAt,
            lane: verdict == nil ? nil : lane, grounds: grounds)
    }

    /// What is said where only the turn of its ring comes too late for a window.
    private static let pastWindows =
        "In the time that is looked at no window of its lane has room for it after that: the soak "
        + "leaves none."

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

/// When an approved update is installed.
struct Placement {
    var code: Decision.ReasonCode
    var nextAt: Timestamp?
    /// The opening it is installed in.
    var opening: LaneOpenings.Opening?

    init(_ code: Decision.ReasonCode, nextAt: Timestamp? = nil) {
        self.code = code
        self.nextAt = nextAt
    }

    /// The first time that is long enough for the work, not before `now` nor before a retry is due.
    init(_ outlook: LaneOutlook, _ work: WorkEstimate, from now: Timestamp, retryAt: Timestamp?) {
        let from = max(now, retryAt ?? now)
        switch outlook {
        case .unrestricted: self.init(.windowOpen, nextAt: from)
        case .zoneUnknown: self.init(.zoneUnknown)
        case .openings(let lane): self.init(lane, work, from, now)
        }
        if from > now, code.action == .install { code = .awaitingRetry }
    }

    private init(
        _ lane: LaneOpenings, _ work: WorkEstimate, _ from: Timestamp, _ now: Timestamp
    ) {
        if let missed = lane.missed, missed.catchUp != .nextWindow {
            guard let start = missed.startsAt else {
                self.init(.windowMissed)
                return
            }
            self.init(start > now ? .frozen : .catchingUp, nextAt: max(start, from))
            return
        }
        for opening in lane.openings {
            guard let start = opening.stretch.start(of: work, from: from) else { continue }
            self.init(
                start <= now ? .windowOpen : Self.delay(lane, opening, now), nextAt: start)
            self.opening = opening
            return
        }
        if lane.openings.isEmpty {
            if let counted = lane.counted, counted.opens == nil {
                self.init(.ageUnknown)
            } else {
                self.init(lane.freezeReason == nil ? .noWindow : .frozen)
            }
        } else {
            self.init(.doesNotFit)
        }
    }

    /// Why it is not installed before the given opening.
    private static func delay(
        _ lane: LaneOpenings, _ opening: LaneOpenings.Opening, _ now: Timestamp
    ) -> Decision.ReasonCode {
        if lane.openings.contains(where: {
            $0.stretch.opens <= now && now < $0.stretch.closes && $0 != opening
        }) {
            return .tooLittleTimeLeft
        }
        return lane.freezeReason == nil || opening != lane.openings.first
            ? .awaitingWindow : .frozen
    }
}
