public import Fleet

/// What keeps an approved update from its window, besides its time.
enum PlanHold {
    /// Earlier rings come first.
    case ring(DecisionContext.RingStanding)
    /// Its ring's turn has come, and the budget lets nobody work.
    case turn(DecisionContext.TurnHold)
    /// No ring takes the endpoint.
    case withoutRing

    /// Where an update of an endpoint stands in the input.
    struct Place: Hashable {
        let endpoint: Int
        let update: Int
    }
}

extension PolicyPlan {
    /// What is decided now about each update of each endpoint, by the rings of a plan of them: who
    /// is in a later ring waits for the one before it.
    ///
    /// One endpoint alone shows nothing of the rings before its own; others are taken to be there.
    ///
    /// - Parameters:
    ///   - endpoints: The endpoints, with outlooks of at least `EffectivePolicy.outlookSeconds`.
    ///   - now: The instant that is asked about.
    /// - Returns: the decisions in the order of the input.
    public static func decisions(on endpoints: [PlanEndpoint], at now: Timestamp) -> [[Decision]] {
        let end = now.adding(seconds: EffectivePolicy.outlookSeconds)
        let stepper = PlanStepper(endpoints: endpoints, from: now, until: end)
        var maker = PlanMaker(stepper, PolicyPlan(from: now, until: end))
        maker.isOneOfMany = endpoints.count == 1
        maker.make()
        return endpoints.enumerated().map { endpoint, member in
            member.updates.indices.map { update in
                let place = PlanHold.Place(endpoint: endpoint, update: update)
                return stepper.decide(endpoint, update, at: now, hold: maker.holds[place])
            }
        }
    }
}
