public import Fleet
public import Policy
public import Rollout

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
    /// Every missing update with its one decision, security first.
    public var decisions: [Decision]
    /// Its jobs, newest first.
    public var jobs: [JobSummary]
}

/// A job as lists show it.
public struct JobSummary: Hashable, Sendable, Codable {
    /// The job.
    public var job: Job
    /// Its endpoint's name.
    public var endpointName: String
    /// Its deployment's title.
    public var deploymentTitle: String

    /// A job as lists show it.
    public init(job: Job, endpointName: String, deploymentTitle: String) {
        self.job = job
        self.endpointName = endpointName
        self.deploymentTitle = deploymentTitle
    }
}

extension UseCases {
    /// How many of an endpoint's jobs its page shows.
    static let jobsShown = 50

    /// One endpoint.
    public func endpoint(_ id: EndpointID, by principal: Principal) async throws -> EndpointDetail {
        try principal.require(.view)
        let now = effects.now()
        let freshSince = ComplianceRule.freshSince(at: now)
        return try await ledger.read { records in
            guard let row = try records.endpoint(id, in: principal.scope) else {
                throw Refusal.notFound("endpoint")
            }
            let scope = Scope.tenant(row.tenant)
            let posture = try records.posture(of: id, tenant: row.tenant)
            let jobs = try records.jobs(JobQuery(scope: scope, endpoint: id, limit: Self.jobsShown))
            let summaries = try Self.summaries(of: jobs, in: scope, records: records)
            let item = EndpointListItem(
                row, names: try DirectoryNames(scope: scope, records: records),
                freshSince: freshSince)
            let isWanted = Self.isScanWanted(
                requestedAt: row.scanRequestedAt, scannedAt: row.scannedAt)
            return EndpointDetail(
                item: item, enrolledAt: row.enrolledAt, agentVersion: row.agentVersion,
                inventoryDigest: row.inventoryDigest,
                scanRequestedAt: isWanted ? row.scanRequestedAt : nil, posture: posture,
                decisions: try Self.decisions(
                    on: posture?.updates ?? [], jobs: summaries, scope: scope,
                    isSilent: (row.scannedAt ?? Timestamp(milliseconds: .min)) < freshSince,
                    at: now, records: records),
                jobs: summaries)
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

    private static func decisions(
        on updates: [Update], jobs: [JobSummary], scope: Scope, isSilent: Bool,
        at now: Timestamp, records: any Records
    ) throws -> [Decision] {
        var standing: [PackageKey: DecisionContext.JobStanding] = [:]
        var failures: [LockedUpdateKey: String] = [:]
        // Newest first: what is found first stands.
        for summary in jobs {
            let job = summary.job
            if let stage = try stage(of: job, scope: scope, records: records) {
                for update in job.updates where standing[update.key] == nil {
                    standing[update.key] = DecisionContext.JobStanding(
                        stage: stage, sentence: job.sentence, deployment: summary.deploymentTitle,
                        deadline: job.deadline)
                }
            }
            for outcome in job.result?.outcomes ?? []
            where outcome.state == .failed || outcome.state == .failedVerification {
                let key = LockedUpdateKey(key: outcome.update.key, version: outcome.update.to)
                failures[key] = failures[key] ?? outcome.sentence
            }
        }
        let decided = updates.map { update in
            let failure = failures[LockedUpdateKey(key: update.key, version: update.candidate)]
            return Decision.decide(
                UpdateSubject(update: update), under: nil,
                in: DecisionContext(
                    job: standing[update.key],
                    failure: failure.map { DecisionContext.FailureStanding(sentence: $0) },
                    isSilent: isSilent),
                at: now)
        }
        return decided.sorted {
            ($0.update.classes.first ?? .feature, $0.update.name)
                < ($1.update.classes.first ?? .feature, $1.update.name)
        }
    }

    private struct LockedUpdateKey: Hashable {
        let key: PackageKey
        let version: String
    }

    private static func stage(
        of job: Job, scope: Scope, records: any Records
    ) throws -> DecisionContext.JobStanding.Stage? {
        switch job.state {
        case .queued:
            try records.deployment(job.deployment, in: scope)?.handsOutJobs == true
                ? .queued : .halted
        case .leased, .running: .working
        case .interrupted: .interrupted
        case .pendingRestart: .pendingRestart
        case .verified, .failedVerification, .failed, .cancelled, .expired: nil
        }
    }
}
