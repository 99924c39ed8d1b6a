public import ControlPlane
public import Fleet
public import Rollout
public import ServerRecords

/// What is new in a deployment.
public struct DeploymentProgress: Hashable, Sendable, Codable {
    /// The deployment.
    public var deployment: Deployment
    /// How many of its jobs are in each state, by the state's name.
    public var jobs: [String: Int]
    /// Jobs that changed.
    public var changed: [JobSummary]
    /// Whether `changed` holds all that changed; if not, whoever shows jobs asks for them.
    public var isComplete: Bool
    /// How it stands on its way through rings; `nil` when it reaches all endpoints at once.
    public var rollout: RolloutStanding?
}

extension UseCases {
    /// The most jobs of one piece of news, about 1 KB each.
    static let mostChangedJobs = 50

    /// How a deployment stands, and what is new in it since a version of its signal: what was known
    /// already, `nil` for nothing.
    ///
    /// It costs as much as there are changes: the counts come from an index.
    public func progress(
        of id: DeploymentID, since version: UInt64?, by principal: Principal
    ) async throws -> DeploymentProgress {
        try principal.require(.view)
        let parts = version.flatMap { signals.parts(of: SignalSubject.deployment(id), since: $0) }
        return try await ledger.read { records in
            guard let deployment = try records.deployment(id, in: principal.scope) else {
                throw Refusal.notFound("deployment")
            }
            let scope = Scope.tenant(deployment.tenant)
            let known = (parts ?? []).compactMap { JobID($0) }.sorted().prefix(Self.mostChangedJobs)
            // A part comes from another process, and is believed only where it fits.
            let changed = try known.compactMap { try records.job($0, in: scope) }
                .filter { $0.deployment == id }
            let counts = try records.jobCounts(of: id, tenant: deployment.tenant)
            return DeploymentProgress(
                deployment: deployment,
                jobs: DeploymentSummary(deployment: deployment, counts: counts).jobs,
                changed: try Self.summaries(of: changed, in: scope, records: records),
                isComplete: parts.map { $0.count <= Self.mostChangedJobs } ?? false,
                rollout: try self.standing(of: deployment, records: records))
        }
    }
}
