public import AgentProtocol
import Findings
import Fleet
import Policy
import Rollout
public import ServerRecords

extension UseCases {
    /// An agent asks for work and waits for it. It is given the oldest job that may be handed out;
    /// one that it has collected already comes first, in case the answer was lost.
    public func collectWork(
        _ request: WorkRequest, by agent: AgentPrincipal
    ) async throws -> WorkResponse {
        let wait = min(max(request.waitSeconds, 0), AgentWire.longestPoll)
        let end = effects.now().adding(seconds: wait)
        let subject = SignalSubject.work(agent.endpoint)
        while true {
            let version = signals.version(of: subject)
            let answer = try await handOut(to: agent)
            if answer.order != nil || answer.scanNow { return answer }
            let left = end.seconds(since: effects.now())
            guard left > 0, !Task.isCancelled, !signals.isClosed else { return answer }
            await signals.wait(for: subject, since: version, timeout: .seconds(left))
        }
    }

    private func handOut(to agent: AgentPrincipal) async throws -> WorkResponse {
        // Most looks find nothing, and a look costs no write.
        let (hasJob, scanNow) = try await ledger.read { records in
            guard let endpoint = try records.endpoint(agent.endpoint, in: .tenant(agent.tenant)),
                endpoint.retiredAt == nil
            else { throw Self.endpointGone }
            let isWanted = self.mustScan(
                endpoint.id, requestedAt: endpoint.scanRequestedAt,
                scannedAt: endpoint.scannedAt)
            // Where traces of an attack were found nothing is changed, whatever is due.
            guard endpoint.forensics?.heldBy == nil else { return (false, isWanted) }
            return (try self.nextJob(of: agent, in: records) != nil, isWanted)
        }
        guard hasJob else { return WorkResponse(order: nil, scanNow: scanNow) }
        let now = effects.now()
        let order = try await writeWaking { records, wakes in
            try self.collectNext(of: agent, at: now, in: records, waking: &wakes)
        }
        let news = order == nil ? nil : try await trustTag(of: agent.tenant, at: now)
        return WorkResponse(order: order, scanNow: scanNow, policyDigest: news)
    }

    /// The job that the endpoint may have now: the one that is under way, since a queued job is
    /// handed out only while nothing else of the endpoint is; else the oldest queued one whose
    /// deployment goes on.
    private func nextJob(of agent: AgentPrincipal, in records: any Records) throws -> Job? {
        var query = JobQuery(
            scope: .tenant(agent.tenant), endpoint: agent.endpoint, openOnly: true,
            states: [.leased, .running, .interrupted], oldestFirst: true,
            limit: Self.queuedLookedAt)
        // One that waits for its window is with its endpoint, and holds up no other.
        if let begun = try records.jobs(query).first(where: { !$0.waitsForWindow }) { return begun }
        query.states = [.queued]
        query.handedOutOnly = true
        query.limit = Self.queuedLookedAt
        let next = try records.jobs(query).first { try mayHandOut($0, in: records) }
        guard next != nil,
            try Self.clusterIsBusy(around: agent.endpoint, of: agent.tenant, in: records)
        else { return next }
        return nil
    }

    /// How many queued jobs of an endpoint are looked at for one whose approval is signed.
    private static let queuedLookedAt = 20

    private func collectNext(
        of agent: AgentPrincipal, at now: Timestamp, in records: any Records,
        waking wakes: inout Set<String>
    ) throws -> JobOrder? {
        let endpoint = try records.endpoint(agent.endpoint, in: .tenant(agent.tenant))
        guard endpoint?.forensics?.heldBy == nil,
            var job = try undeniedJob(of: agent, at: now, in: records, waking: &wakes)
        else { return nil }
        let grant = try handOutGrant(for: job, in: records, at: now, waking: &wakes)
        if case .waiting = grant { return nil }
        let actions = try job.handle(.collected, at: now)
        wakes.formUnion(
            try carryOut(
                actions, of: job, actor: job.endpoint.actorName, at: now, in: records))
        return JobOrder(
            job: job.id, deployment: job.deployment, endpoint: job.endpoint, updates: job.updates,
            issuedAt: now, deadline: job.deadline, aftercare: job.aftercare,
            grant: grant.text,
            expectedSeconds: try records.expectedSeconds(
                of: job.updates.map { WorkKey($0.key) }, on: job.endpoint, tenant: job.tenant),
            evidence: try endpoint.flatMap { endpoint in
                try findings.evidenceDemand(on: endpoint, at: now) {
                    try records.triages(
                        TriageQuery(in: .tenant(job.tenant), endpoint: endpoint.id))
                }
            })
    }

    /// The next job with nothing in it that has been denied since it was ordered. One that has is
    /// taken back here and now, whoever else is late to hear of the denial.
    private func undeniedJob(
        of agent: AgentPrincipal, at now: Timestamp, in records: any Records,
        waking wakes: inout Set<String>
    ) throws -> Job? {
        var judge: OrderJudge?
        for _ in 0..<Self.queuedLookedAt {
            guard let job = try nextJob(of: agent, in: records) else { return nil }
            guard job.canBeRecalled, !job.updates.isEmpty else { return job }
            var own =
                try judge
                ?? OrderJudge(of: agent.tenant, in: records, at: now, isForMany: false, by: self)
            let denied = try denied(job, by: &own, in: records)
            judge = own
            guard let recall = OrderRecall(job, denied) else { return job }
            try self.recall(
                [recall], of: agent.tenant, in: records, at: now, waking: &wakes)
            // Collected before: its endpoint learns of it at its next word about it.
            if try records.job(job.id, in: .tenant(agent.tenant))?.state.isTerminal != true {
                return nil
            }
        }
        return nil
    }

    /// What has been denied of an order since it was given.
    private func denied(
        _ job: Job, by judge: inout OrderJudge, in records: any Records
    ) throws -> [WaveLine: String] {
        if job.rolloutOrder != nil,
            let deployment = try records.deployment(job.deployment, in: .tenant(job.tenant)),
            let lost = try judge.lostPolicy(of: deployment)
        {
            return Dictionary(
                job.updates.map { (WaveLine($0), lost) }, uniquingKeysWith: { first, _ in first })
        }
        guard !judge.isSilent else { return [:] }
        return try judge.denied(
            of: job, try records.posture(of: job.endpoint, tenant: job.tenant))
    }
}
