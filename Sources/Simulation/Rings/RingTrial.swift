import Fleet
import Policy
import Rollout

/// One package that goes out through the rings of the world's policy: the product's own rollout
/// leads it. What is kept here is what a bystander would write down, to compare with.
struct RingTrial {
    /// The names of the rings, and who is in them, as the operator means it.
    struct Part {
        var members: [EndpointID]
        /// Where they stand among the world's endpoints.
        var places: [Int]
        /// How many of them may be in work at once.
        var limit: Int
    }

    let deployment: DeploymentID
    let package: String
    let version: String
    let parts: [Part]

    /// The endpoint's jobs, the latest last.
    func jobs(of endpoint: EndpointID, in jobs: SeenJobs) -> [Job] {
        jobs.all(of: deployment).filter { $0.endpoint == endpoint }
            .sorted { ($0.rolloutOrder ?? 0) < ($1.rolloutOrder ?? 0) }
    }

    /// Whether a canary keeps the next ring shut: it is at work, or its last word was a failure.
    /// One that has nothing to install, or has it, keeps nobody waiting.
    func isUnproven(
        _ endpoint: EndpointID, in all: SeenJobs, _ truth: SimulatedEndpoint.Truth
    ) -> Bool {
        if truth.hasHad(package, atLeast: version) { return false }
        // Without an order it misses nothing: its turn would have come before.
        guard let last = jobs(of: endpoint, in: all).last else { return false }
        if let result = last.result {
            let states = Set(result.outcomes.map(\.state))
            return !states.isSubset(of: [.verified, .skipped, .pendingRestart])
        }
        return last.state != .verified
    }
}
