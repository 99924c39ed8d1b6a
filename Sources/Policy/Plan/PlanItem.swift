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
        for _ in 0..<Self.maximumSteps {
            switch decision.reasonCode {
            case .windowOpen, .catchingUp:
                return .planned(
                    PlanItem(
                        endpoint: endpoint, update: update, decision: decision, startsAt: now))
            // A job that is under way is no longer a plan.
            case .queued, .inProgress, .interrupted, .pendingRestart: return .waiting(decision)
            default: break
            }
            guard let next = decision.nextAt, next > now, next < until else {
                return .waiting(first)
            }
            now = next
            decision = decide(endpoint, update, at: now)
        }
        return .waiting(first)
    }

    /// The decision at an instant, as if it were the endpoint's turn.
    func decide(
        _ endpoint: Int, _ update: Int, at now: Timestamp,
        ring: DecisionContext.RingStanding? = nil
    ) -> Decision {
        let member = endpoints[endpoint]
        var context = member.updates[update].context
        context.outlook = member.outlook
        context.ring = ring
        return Decision.decide(
            member.updates[update].subject, under: member.policy, in: context, at: now)
    }

    /// The open time of a lane at an instant; `nil` where no window limits it, or while it catches
    /// up outside one.
    func opening(_ item: PlanItem) -> LaneOpenings.Opening? {
        let outlook = endpoints[item.endpoint].outlook[item.decision.lane ?? .routine]
        guard case .openings(let lane) = outlook else { return nil }
        return lane.openings.first {
            $0.stretch.opens <= item.startsAt && item.startsAt < $0.stretch.closes
        }
    }
}
