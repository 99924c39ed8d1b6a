import Calendar
import Fleet

/// One update of one endpoint on its way through the plan.
struct PlanItem {
    /// The endpoint's and the update's places in the input.
    let endpoint: Int
    let update: Int
    /// The decision that installs it, and when.
    var decision: Decision
    var startsAt: Timestamp
    /// From when it may be installed but for its window: what is so together moves together.
    var approvedAt: Timestamp
    /// Where its order stands; `nil` while there is none.
    var order: Order?
    /// The open rollout that carries it there.
    var carried: CarriedUpdate?

    /// Where an order stands that is out.
    enum Order {
        /// It waits for its time.
        case waiting
        /// Its endpoint is at work on it.
        case begun
    }
}

/// Finds out when one update is installed.
struct PlanStepper {
    let endpoints: [PlanEndpoint]
    let from: Timestamp
    let until: Timestamp

    /// Each step leaves one waiting time behind; a year of weekly windows has 52.
    private static let maximumSteps = 400

    /// What becomes of an update.
    enum Outcome {
        case planned(PlanItem)
        case waiting(Decision)
    }

    /// The first installation not before `earliest`, or the decision with which it waits.
    func outcome(_ endpoint: Int, _ update: Int, notBefore earliest: Timestamp) -> Outcome {
        var now = max(from, earliest)
        var decision = decide(endpoint, update, at: now)
        let first = decision
        var approvedAt: Timestamp?
        for _ in 0..<Self.maximumSteps {
            if approvedAt == nil, decision.action == .install { approvedAt = now }
            switch decision.reasonCode {
            case .windowOpen, .catchingUp:
                return .planned(
                    PlanItem(
                        endpoint: endpoint, update: update, decision: decision, startsAt: now,
                        approvedAt: approvedAt ?? now,
                        carried: endpoints[endpoint].updates[update].carried))
            case .queued, .inProgress: return ordered(endpoint, update, decision, from: now)
            // When the endpoint is back, and when it restarts, nobody knows.
            case .interrupted, .pendingRestart: return .waiting(decision)
            default: break
            }
            guard let next = decision.nextAt, next > now, next < until else {
                // A rule that asks for the age may take an approval back before its window opens.
                let isTaken = first.action == .install && decision.action != .install
                return .waiting(isTaken ? decision : first)
            }
            now = next
            decision = decide(endpoint, update, at: now)
        }
        return .waiting(first)
    }

    /// When an order that is out begins: at once where its endpoint is at work on it, else when its
    /// lane next has time; never as late as its deadline, at which it ends unused.
    private func ordered(
        _ endpoint: Int, _ update: Int, _ decision: Decision, from earliest: Timestamp
    ) -> Outcome {
        let member = endpoints[endpoint]
        let planned = member.updates[update]
        guard let job = planned.context.job else { return .waiting(decision) }
        let rule = member.policy?.verdict(on: planned.subject, at: from).choice?.treatment.lane
        let lane = decision.lane ?? rule ?? .routine
        var start: Timestamp?
        if job.stage == .working {
            start = earliest
        } else if let missed = job.missed {
            // Who catches up as soon as it is back does so at a time that nobody knows.
            start = missed.catchUp == .nextWindow ? missed.startsAt.map { max($0, earliest) } : nil
        } else {
            let outlook =
                member.policy == nil ? LaneOutlook.unrestricted : member.outlook(of: update)[lane]
            start =
                Placement.first(
                    in: outlook, planned.context.work, from: earliest, at: earliest
                ).nextAt
        }
        guard let start, start < until, start < job.deadline else { return .waiting(decision) }
        var begun = decision
        (begun.lane, begun.nextAt) = (lane, start)
        return .planned(
            PlanItem(
                endpoint: endpoint, update: update, decision: begun, startsAt: start,
                approvedAt: from,
                order: job.stage == .working ? .begun : .waiting, carried: planned.carried))
    }

    /// The decision at an instant, as if it were the endpoint's turn.
    func decide(
        _ endpoint: Int, _ update: Int, at now: Timestamp,
        hold: PlanHold? = nil
    ) -> Decision {
        let member = endpoints[endpoint]
        var context = member.updates[update].context
        context.outlook = member.outlook(of: update)
        // The plan puts endpoints into rings and counts budgets itself, and foresees that others end.
        (context.ring, context.turn, context.lanesWithoutRing) = (nil, nil, [])
        switch hold {
        case nil: break
        case .ring(let standing): context.ring = standing
        case .turn(let turn): context.turn = turn
        case .withoutRing: context.lanesWithoutRing = .all
        }
        return Decision.decide(
            member.updates[update].subject, under: member.policy, in: context, at: now)
    }

    /// The open time of a lane at an instant; `nil` where no window limits it, or while it catches
    /// up outside one.
    func opening(_ item: PlanItem) -> LaneOpenings.Opening? {
        let outlook = endpoints[item.endpoint].outlook(of: item.update)[
            item.decision.lane ?? .routine]
        guard case .openings(let lane) = outlook else { return nil }
        return lane.openings.first {
            $0.stretch.opens <= item.startsAt && item.startsAt < $0.stretch.closes
        }
    }
}
