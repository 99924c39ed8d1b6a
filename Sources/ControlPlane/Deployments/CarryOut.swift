public import Fleet
package import Rollout
package import ServerRecords

/// The names under which `Signals` wakes those who wait.
public enum SignalSubject {
    /// Work for an endpoint.
    public static func work(_ endpoint: EndpointID) -> String { "work:\(endpoint)" }
    /// Progress of a deployment.
    public static func deployment(_ deployment: DeploymentID) -> String {
        "deployment:\(deployment)"
    }
    /// Progress of a deployment in one of its jobs.
    static func job(_ job: JobID, of deployment: DeploymentID) -> String {
        "\(Self.deployment(deployment))/\(job)"
    }
}

extension UseCases {
    /// Stores a job after an event, and does what the event's actions ask for, all in the event's
    /// own transaction.
    ///
    /// - Returns: the subjects to wake once the transaction has been committed; earlier, whoever
    ///   wakes would not see it yet.
    package func carryOut(
        _ actions: [JobAction], of job: Job, actor: String, at now: Timestamp,
        in records: any Records
    ) throws -> Set<String> {
        try records.update(job)
        var wakes: Set = [SignalSubject.job(job.id, of: job.deployment)]
        for action in actions {
            switch action {
            case .audit(let sentence):
                try appendAudit(
                    "job.\(job.state.rawValue)", subject: job.id.text, sentence: sentence,
                    actor: actor,
                    tenant: job.tenant, in: records, at: now)
            case .jobEnded:
                wakes.formUnion(try jobEnded(job, actor: actor, at: now, in: records))
                if twinShelf.isMember(job.endpoint, of: job.tenant) {
                    wakes.insert(SignalSubject.decisions(of: job.tenant))
                    wakes.insert(SignalSubject.rings(of: job.tenant))
                }
                // Its end may let the endpoint's next job begin.
                wakes.insert(SignalSubject.work(job.endpoint))
            case .wakeEndpoint:
                wakes.insert(SignalSubject.work(job.endpoint))
            }
        }
        return wakes
    }

    /// The system of a job's endpoint, where files are told apart by it.
    static func platform(of job: Job, in records: any Records) throws -> String? {
        guard job.result?.outcomes.contains(where: { $0.sha256 != nil }) == true else {
            return nil
        }
        return try records.posture(of: job.endpoint, tenant: job.tenant)?.endpoint.platform
    }

    private func jobEnded(
        _ job: Job, actor: String, at now: Timestamp, in records: any Records
    ) throws -> Set<String> {
        // Whether a deployment that moves through rings has ended is for its rollout to say.
        if job.rolloutOrder != nil {
            let platform = try Self.platform(of: job, in: records)
            return try post(
                RolloutWords.ended(job, on: platform), about: job, at: now, in: records)
        }
        guard var deployment = try records.deployment(job.deployment, in: .tenant(job.tenant))
        else { return [] }
        // One open job is enough to know; counting all of them for each that ends would cost the
        // square of their number.
        let open = try records.jobs(
            JobQuery(
                scope: .tenant(deployment.tenant), deployment: deployment.id, openOnly: true,
                limit: 1)
        ).count
        let actions = try deployment.handle(.jobEnded(open: open), at: now)
        let wakes = try carryOut(actions, of: deployment, actor: actor, at: now, in: records)
        guard deployment.finishedAt != nil else { return wakes }
        return wakes.union(
            try clearWay(
                for: Set(job.updates.map(\.key)), of: job.tenant, besides: deployment.id,
                in: records, at: now))
    }

    /// Stores a deployment after an event, and does what the event's actions ask for.
    func carryOut(
        _ actions: [DeploymentAction], of deployment: Deployment, actor: String, at now: Timestamp,
        in records: any Records
    ) throws -> Set<String> {
        try records.update(deployment)
        var wakes: Set = [SignalSubject.deployment(deployment.id)]
        let open = JobQuery(
            scope: .tenant(deployment.tenant), deployment: deployment.id, openOnly: true,
            limit: Self.largestDeployment)
        for action in actions {
            switch action {
            case .audit(let sentence):
                try appendAudit(
                    "deployment.\(deployment.state.rawValue)", subject: deployment.id.text,
                    sentence: sentence, actor: actor, tenant: deployment.tenant, in: records,
                    at: now)
            case .cancelOpenJobs:
                for var job in try records.jobs(open) {
                    let actions = try job.handle(.cancelRequested, at: now)
                    wakes.formUnion(
                        try carryOut(actions, of: job, actor: actor, at: now, in: records))
                }
            case .wakeEndpoints:
                for job in try records.jobs(open) where job.state == .queued {
                    wakes.insert(SignalSubject.work(job.endpoint))
                }
            }
        }
        return wakes
    }

    /// The most endpoints of one deployment: its jobs are made in one transaction, which takes
    /// about a second for so many.
    package static let largestDeployment = 10_000
}
