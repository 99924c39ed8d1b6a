import Administration
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// One package that goes out ring by ring: first the canaries, then the rest, each ring within its
/// budget. Who is in which ring, the gate and the budget are the values of `Policy`; that they are
/// kept is decided here, by a small scheduler that exists only in the simulation.
struct RingPlan {
    /// Members in ring order, and what they were given.
    struct Part {
        var members: [EndpointID]
        var gate: RingGate?
        var budget: DisruptionBudget
    }

    let package: String
    let version: String
    let parts: [Part]
    /// The deployment that each endpoint was given.
    var deployments: [EndpointID: DeploymentID] = [:]

    /// A plan for some endpoints; `nil` when a constant is wrong.
    init?(
        _ package: String, _ version: String, endpoints: [EndpointID], name: String, now: Timestamp
    ) {
        guard let policy = PolicyName(name), let canary = PolicyName("canary"),
            let broad = PolicyName("broad"), let half = Percentage("50%"),
            let all = Percentage("100%")
        else { return nil }
        let budget = DisruptionBudget(.endpoints(1))
        let rings = [
            Ring(
                name: canary, members: .share(half), gate: RingGate(verified: all), budget: budget),
            Ring(name: broad, members: .rest, budget: budget),
        ]
        let assignment = RingAssignment(rings, of: policy)
        self.package = package
        self.version = version
        parts = rings.indices.map { place in
            Part(
                members: endpoints.filter {
                    assignment.place(of: EndpointSubject(key: $0.text), at: now).ring == place
                },
                gate: rings[place].gate, budget: budget)
        }
    }

    /// The job that an endpoint was given.
    func job(of endpoint: EndpointID, in jobs: [JobID: Job]) -> Job? {
        guard let deployment = deployments[endpoint] else { return nil }
        return jobs.values.first { $0.deployment == deployment && $0.endpoint == endpoint }
    }

    /// Whether a ring's members are verified as its gate wants.
    func isGateMet(_ part: Part, in jobs: [JobID: Job]) -> Bool {
        guard let gate = part.gate else { return true }
        let verified = part.members.count { job(of: $0, in: jobs)?.state == .verified }
        return verified >= gate.minimum
            && verified * Percentage.whole >= gate.verified.basisPoints * part.members.count
    }

    /// Whether an endpoint counts against the budget: its job is open; or it has ended without the
    /// endpoint's word, so that nobody knows what goes on there.
    func isInWork(_ endpoint: EndpointID, in jobs: [JobID: Job]) -> Bool {
        guard deployments[endpoint] != nil else { return false }
        guard let job = job(of: endpoint, in: jobs) else { return true }
        return !job.state.isTerminal
            || ([.cancelled, .expired].contains(job.state) && job.result == nil)
    }

    /// Those of whom one may begin now.
    func candidates(in jobs: [JobID: Job], plant: PlantedBug?) -> [EndpointID] {
        for part in parts {
            let waiting = part.members.filter { deployments[$0] == nil }
            let inWork = part.members.count { isInWork($0, in: jobs) }
            let mayBegin = plant == .budget || inWork < part.budget.limit(of: part.members.count)
            if !waiting.isEmpty, mayBegin { return waiting }
            guard plant == .gate || isGateMet(part, in: jobs) else { return [] }
        }
        return []
    }
}
