public import ControlPlane
import Findings
public import Fleet
import Intelligence
public import Policy
public import Rollout
public import ServerRecords

/// One endpoint, with everything that its page shows but its packages.
public struct EndpointDetail: Hashable, Sendable, Codable {
    /// The row that lists show of it.
    public var item: EndpointListItem
    /// When it enrolled.
    public var enrolledAt: Timestamp
    /// The agent's version.
    public var agentVersion: String
    /// The digest of its inventory.
    public var inventoryDigest: String?
    /// When a scan was asked for that has not come yet.
    public var scanRequestedAt: Timestamp?
    /// Facts, sources, reboot and restarts; `nil` before the first scan.
    public var posture: Posture?
    /// What people say of it.
    public var traits: EndpointTraits
    /// The name of the policy that comes first for it; `nil` when none is known to apply.
    public var policy: String?
    /// The policies that apply or may apply, the nearest first.
    public var layers: [PolicyLayer]
    /// What does not fit together in its policies, one sentence each.
    public var problems: [String]
    /// Every missing update with its one decision, security first.
    public var decisions: [Decision]
    /// Its jobs, newest first.
    public var jobs: [JobSummary]
    /// What its missing updates close, and how urgent that is there; of those that close something.
    public var risks: [UpdateRisk]?
    /// The triage that has found traces of an attack: nothing is installed until it is cleared.
    public var heldBy: TriageID?
}

/// One policy's part in what holds for an endpoint.
public struct PolicyLayer: Hashable, Sendable, Codable {
    /// The policy's name.
    public var name: String
    /// Its level.
    public var level: PolicyLevel
    /// Whether it is known that it applies; of one that may apply only denials and freezes count.
    public var isCertain: Bool

    init(_ layer: EffectivePolicy.Layer) {
        name = layer.policy.name.text
        level = layer.placed.level
        isCertain = layer.isCertain
    }

    /// One policy's part.
    public init(name: String, level: PolicyLevel, isCertain: Bool) {
        self.name = name
        self.level = level
        self.isCertain = isCertain
    }
}

/// A job as lists show it.
public struct JobSummary: Hashable, Sendable, Codable {
    /// The job.
    public var job: Job
    /// Its endpoint's name.
    public var endpointName: String
    /// Its deployment's title.
    public var deploymentTitle: String
    /// How its signed approval stands; `nil` once it has begun, and where endpoints ask for none.
    public var grant: JobGrant?
    /// Where it stands in a word: its state, or `pendingReboot`.
    public var standing: String?

    /// A job as lists show it.
    public init(
        job: Job, endpointName: String, deploymentTitle: String, grant: JobGrant? = nil
    ) {
        self.grant = grant
        standing = job.standing
        self.job = job
        self.endpointName = endpointName
        self.deploymentTitle = deploymentTitle
    }
}

extension UseCases {
    /// One endpoint.
    public func endpoint(_ id: EndpointID, by principal: Principal) async throws -> EndpointDetail {
        try principal.require(.view)
        let now = effects.now()
        let freshSince = ComplianceRule.freshSince(at: now)
        let found = try await currentFindings(in: principal.scope)
        return try await ledger.read { records in
            guard let row = try records.endpoint(id, in: principal.scope) else {
                throw Refusal.notFound("endpoint")
            }
            let scope = Scope.tenant(row.tenant)
            let posture = try records.posture(of: id, tenant: row.tenant)
            let jobs = try records.jobs(
                JobQuery(scope: scope, endpoint: id, limit: DecidedEndpoint.jobsShown))
            let summaries = try Self.summaries(of: jobs, in: scope, records: records)
            var desk = try EndpointDecisions(
                of: row.tenant, in: records, at: now, showsRings: true, by: self)
            let decided = try desk.decide(row, posture: posture, jobs: jobs)
            let item = EndpointListItem(
                row, names: try DirectoryNames(scope: scope, records: records),
                freshSince: freshSince)
            let isWanted = Self.isScanWanted(
                requestedAt: row.scanRequestedAt, scannedAt: row.scannedAt)
            return EndpointDetail(
                item: item, enrolledAt: row.enrolledAt, agentVersion: row.agentVersion,
                inventoryDigest: row.inventoryDigest,
                scanRequestedAt: isWanted ? row.scanRequestedAt : nil, posture: posture,
                traits: decided.traits, policy: decided.policyName?.text,
                layers: decided.policy?.effective.layers.map(PolicyLayer.init) ?? [],
                problems: (decided.policy?.effective.problems.map(\.sentence) ?? [])
                    + (posture?.endpoint.ownUpdaters ?? []).map(\.sentence),
                decisions: decided.decisions, jobs: summaries,
                risks: found.risks(of: decided.updates.map(\.subject), on: id, at: now),
                heldBy: row.forensics?.heldBy)
        }
    }

    /// Jobs with the names that go with them.
    static func summaries(of jobs: [Job], in scope: Scope, records: any Records) throws
        -> [JobSummary]
    {
        var titles: [DeploymentID: String] = [:]
        var names: [EndpointID: String] = [:]
        return try jobs.map { job in
            if titles[job.deployment] == nil {
                titles[job.deployment] =
                    try records.deployment(job.deployment, in: scope)?.title ?? ""
            }
            if names[job.endpoint] == nil {
                names[job.endpoint] = try records.endpoint(job.endpoint, in: scope)?.name ?? ""
            }
            return JobSummary(
                job: job, endpointName: names[job.endpoint] ?? "",
                deploymentTitle: titles[job.deployment] ?? "")
        }
    }
}
