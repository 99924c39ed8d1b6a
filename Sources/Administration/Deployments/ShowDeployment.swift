public import ControlPlane
public import Fleet
public import Rollout
public import ServerRecords

/// A deployment as lists show it.
public struct DeploymentSummary: Hashable, Sendable, Codable {
    /// The deployment.
    public var deployment: Deployment
    /// How many of its jobs are in each state, by the state's name; states without a job are left
    /// out.
    public var jobs: [String: Int]

    /// A deployment with the counts of its jobs.
    public init(deployment: Deployment, counts: [Job.State: Int]) {
        self.deployment = deployment
        jobs = Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
    }

    /// How many jobs it has.
    public var total: Int { jobs.values.reduce(0, +) }
    /// How many of them have ended.
    public var ended: Int {
        jobs.reduce(0) { $0 + (Job.State(rawValue: $1.key)?.isTerminal == true ? $1.value : 0) }
    }
}

/// A deployment with its jobs.
public struct DeploymentDetail: Hashable, Sendable, Codable {
    /// The deployment and its counts.
    public var summary: DeploymentSummary
    /// Its tenant's name.
    public var tenantName: String
    /// Its jobs, those that need a look first.
    public var jobs: [JobSummary]
    /// How it stands on its way through rings; `nil` when it reaches all endpoints at once.
    public var rollout: RolloutStanding?
    /// What has happened to it as a whole, oldest first.
    public var timeline: [AuditEntry]?
}

/// One job with the log of its run.
public struct JobDetail: Hashable, Sendable, Codable {
    /// The job.
    public var summary: JobSummary
    /// The audit entries about it, oldest first.
    public var history: [AuditEntry]
}

/// A piece of a job's log.
public struct JobLogPage: Hashable, Sendable, Codable {
    /// The text.
    public var text: String
    /// Where the next piece begins.
    public var nextOffset: Int64
    /// Whether nothing will be added any more.
    public var isComplete: Bool
}

extension UseCases {
    /// Deployments, newest first.
    public func deployments(
        by principal: Principal, tenant: TenantID? = nil, before: DeploymentID? = nil,
        limit: Int = 50
    ) async throws -> [DeploymentSummary] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let rows = min(max(limit, 1), EndpointQuery.maximumPage)
        return try await ledger.read { records in
            try records.deployments(in: scope, before: before, limit: rows).map {
                DeploymentSummary(
                    deployment: $0, counts: try records.jobCounts(of: $0.id, tenant: $0.tenant))
            }
        }
    }

    /// One deployment with its jobs.
    public func deployment(
        _ id: DeploymentID, by principal: Principal
    ) async throws -> DeploymentDetail {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            guard let deployment = try records.deployment(id, in: principal.scope) else {
                throw Refusal.notFound("deployment")
            }
            let scope = Scope.tenant(deployment.tenant)
            let jobs = try records.jobs(
                JobQuery(scope: scope, deployment: id, limit: Self.largestDeployment))
            var summaries = try Self.summaries(of: jobs, in: scope, records: records)
            let grants = try self.jobGrants(of: jobs, in: records, at: now)
            for place in summaries.indices {
                summaries[place].grant = grants[summaries[place].job.id]
            }
            return DeploymentDetail(
                summary: DeploymentSummary(
                    deployment: deployment,
                    counts: try records.jobCounts(of: id, tenant: deployment.tenant)),
                tenantName: try records.tenants(in: scope).first?.name ?? "",
                jobs: summaries.sorted { ($0.rank, $0.endpointName) < ($1.rank, $1.endpointName) },
                rollout: try self.standing(of: deployment, records: records),
                timeline: try Self.timeline(of: deployment, records: records))
        }
    }

    /// One job.
    public func job(_ id: JobID, by principal: Principal) async throws -> JobDetail {
        try principal.require(.view)
        return try await ledger.read { records in
            guard let job = try records.job(id, in: principal.scope) else {
                throw Refusal.notFound("job")
            }
            let scope = Scope.tenant(job.tenant)
            guard let summary = try Self.summaries(of: [job], in: scope, records: records).first
            else {
                throw Refusal.notFound("job")
            }
            let history = try records.latestAuditEntries(
                in: scope, subject: id.text, before: nil, limit: Self.historyShown)
            return JobDetail(summary: summary, history: history.reversed())
        }
    }

    /// Jobs, newest first.
    public func jobs(
        by principal: Principal, tenant: TenantID? = nil, endpoint: EndpointID? = nil,
        deployment: DeploymentID? = nil, states: [Job.State] = [], limit: Int = 100
    ) async throws -> [JobSummary] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let query = JobQuery(
            scope: scope, deployment: deployment, endpoint: endpoint, states: states,
            limit: min(max(limit, 1), EndpointQuery.maximumPage))
        return try await ledger.read { records in
            try Self.summaries(of: try records.jobs(query), in: scope, records: records)
        }
    }

    /// A job's log from a byte on.
    public func jobLog(
        _ id: JobID, from offset: Int64, by principal: Principal
    ) async throws -> JobLogPage {
        try principal.require(.view)
        return try await ledger.read { records in
            guard let job = try records.job(id, in: principal.scope) else {
                throw Refusal.notFound("job")
            }
            let piece = try records.log(of: id, tenant: job.tenant, from: max(offset, 0))
            return JobLogPage(
                text: piece.text, nextOffset: piece.nextOffset, isComplete: job.state.isTerminal)
        }
    }
}

extension JobSummary {
    /// Failures first, then what is under way, then what waits, then what went well.
    var rank: Int {
        switch job.state {
        case .failed, .failedVerification, .expired: 0
        case .interrupted: 1
        case .running, .leased: 2
        case .pendingRestart: 3
        case .queued: 4
        case .cancelled: 5
        case .verified: 6
        }
    }
}
