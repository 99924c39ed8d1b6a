import Calendar
public import Fleet
public import Policy

/// What is odd about a plan, said before anything runs.
public enum RolloutWarning: Hashable, Sendable, Codable {
    /// The ring has fewer members than its gate wants verified: the rollout would halt there.
    case gateCannotBeMet(ring: PolicyName, members: Int, minimum: Int)
    /// Nobody is in the ring.
    case emptyRing(PolicyName)
    /// The budget lets nobody work.
    case budgetOfNobody(ring: PolicyName)
    /// The gate counts healthy endpoints, and the policy has no probes; that part does not count.
    case healthWithoutProbes(ring: PolicyName)
    /// No ring takes the endpoint: it is not patched.
    case inNoRing(EndpointID)
    /// A fact is missing that could have put the endpoint into an earlier ring.
    case uncertainRing(EndpointID)
    /// The endpoints go with an earlier ring than their own, so that a due date is kept.
    case movedForDueDate([EndpointID], from: String, to: PolicyName)
    /// The endpoints go with an earlier ring than their own, because too few of its own have what
    /// moves.
    case standIns([EndpointID], from: PolicyName, to: PolicyName)
    /// The gate of a ring asks for fewer endpoints than the policy says: no more have what moves.
    case gateLowered(ring: PolicyName, from: Int, to: Int)
    /// The ring is watched for less than the policy says, so that a due date is kept.
    case soakShortened(ring: PolicyName, from: TimeSpan, to: TimeSpan)
    /// The due date of the endpoints has passed already, the first of them then.
    case overdue([EndpointID], since: Timestamp)
    /// The endpoints will miss the due date.
    case missesDueDate([EndpointID], dueAt: Timestamp, DeadlinePlan.MissReason)

    /// How many endpoints a sentence names.
    private static let named = 5

    /// One sentence for people.
    public var sentence: String {
        switch self {
        case .gateCannotBeMet(let ring, let members, let minimum):
            "The gate of ring \(ring) wants \(minimum) verified endpoints, and it has \(members)."
        case .emptyRing(let ring): "Nobody is in ring \(ring)."
        case .budgetOfNobody(let ring): "The budget of ring \(ring) lets nobody work."
        case .healthWithoutProbes(let ring):
            "The gate of ring \(ring) counts healthy endpoints, but the policy has no probes."
        case .inNoRing(let endpoint): "No ring takes \(endpoint); it would not be patched."
        case .uncertainRing(let endpoint):
            "A missing fact of \(endpoint) could put it into an earlier ring."
        case .movedForDueDate(let endpoints, let from, let to):
            "\(Self.listed(endpoints)) \(endpoints.count == 1 ? "goes" : "go") with ring \(to) "
                + "instead of \(from): no window of \(from)'s turn is early enough for the due date."
        case .standIns(let endpoints, let from, let to):
            "\(Self.listed(endpoints)) \(endpoints.count == 1 ? "goes" : "go") with ring \(to) "
                + "instead of \(from): too few of its own endpoints have what moves."
        case .gateLowered(let ring, let from, let to):
            "The gate of ring \(ring) wants \(to) verified \(to == 1 ? "endpoint" : "endpoints") "
                + "instead of \(from): no more have what moves."
        case .soakShortened(let ring, let from, let to):
            "Ring \(ring) is watched for \(TimeSpan.measured(to.seconds)) instead of "
                + "\(TimeSpan.measured(from.seconds)), so that the due date is kept."
        case .overdue(let endpoints, let since):
            "\(Self.listed(endpoints)): overdue since \(MinuteText.utc(since)); "
                + "\(endpoints.count == 1 ? "it goes" : "they go") as soon as rings and windows "
                + "allow, and no ring is watched for longer than it must be."
        case .missesDueDate(let endpoints, let dueAt, let reason):
            "\(Self.listed(endpoints)) will miss the due date, \(MinuteText.utc(dueAt)): "
                + "\(endpoints.count == 1 ? "it" : "each") \(reason.words)."
        }
    }

    private static func listed(_ endpoints: [EndpointID]) -> String {
        let names = endpoints.prefix(named).map(\.text).joined(separator: ", ")
        return endpoints.count > named ? "\(names) and \(endpoints.count - named) more" : names
    }
}

extension RolloutPlan {
    /// The rings of a policy with the endpoints that they take, by the policy's own membership:
    /// the same endpoints are always in the same rings.
    ///
    /// - Returns: the rings, and what is odd about who is in them.
    public static func rings(
        _ rings: [Ring], of policy: PolicyName,
        endpoints: [(id: EndpointID, subject: EndpointSubject)], at now: Timestamp
    ) -> (rings: [RolloutRing], warnings: [RolloutWarning]) {
        let assignment = RingAssignment(rings, of: policy)
        var members = rings.map { _ in [RolloutMember]() }
        var warnings: [RolloutWarning] = []
        for (id, subject) in endpoints.sorted(by: { $0.id < $1.id }) {
            let place = assignment.place(of: subject, at: now)
            if let ring = place.ring {
                members[ring].append(RolloutMember(endpoint: id, site: subject.site ?? ""))
            } else {
                warnings.append(.inNoRing(id))
            }
            if place.isUncertain { warnings.append(.uncertainRing(id)) }
        }
        let resolved = zip(rings, members).map { ring, members in
            RolloutRing(
                name: ring.name, members: members, soak: ring.soak, gate: ring.gate,
                budget: ring.budget)
        }
        return (resolved, warnings)
    }

    /// What is odd about the plan; empty when it can run to its end.
    public var warnings: [RolloutWarning] {
        rings.flatMap { ring -> [RolloutWarning] in
            var found: [RolloutWarning] = []
            let count = ring.members.count
            if count == 0 { found.append(.emptyRing(ring.name)) }
            if let gate = ring.gate {
                if count < gate.minimum {
                    found.append(
                        .gateCannotBeMet(ring: ring.name, members: count, minimum: gate.minimum))
                }
                if gate.healthy != nil, !hasProbes {
                    found.append(.healthWithoutProbes(ring: ring.name))
                }
            }
            if let budget = ring.budget, count > 0, budget.limit(of: count) == 0 {
                found.append(.budgetOfNobody(ring: ring.name))
            }
            return found
        }
    }
}
