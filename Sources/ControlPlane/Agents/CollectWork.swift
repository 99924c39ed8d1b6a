public import AgentProtocol
import Fleet
import Rollout

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
        let query = JobQuery(
            scope: .tenant(agent.tenant), endpoint: agent.endpoint,
            states: [.leased, .running, .interrupted, .queued], oldestFirst: true,
            limit: Self.jobsLookedAt)
        // Most looks find nothing, and a look costs no write.
        let (hasJobs, scanNow) = try await ledger.read { records in
            guard let endpoint = try records.endpoint(agent.endpoint, in: .tenant(agent.tenant)),
                endpoint.retiredAt == nil
            else { throw Self.endpointGone }
            let isWanted = Self.isScanWanted(
                requestedAt: endpoint.scanRequestedAt, scannedAt: endpoint.scannedAt)
            return (try !records.jobs(query).isEmpty, isWanted)
        }
        guard hasJobs else { return WorkResponse(order: nil, scanNow: scanNow) }
        let now = effects.now()
        let collected = try await ledger.write { records in
            try self.collectNext(query, at: now, in: records)
        }
        signals.notify(all: collected?.wakes ?? [])
        return WorkResponse(order: collected?.order, scanNow: scanNow)
    }

    /// How many open jobs of one endpoint are looked at for one that may be handed out; the rest
    /// have their turn later.
    static let jobsLookedAt = 50

    private func collectNext(
        _ query: JobQuery, at now: Timestamp, in records: any Records
    ) throws -> (order: JobOrder, wakes: Set<String>)? {
        let jobs = try records.jobs(query)
        let begun = jobs.filter { $0.state != .queued }
        for var job in begun + jobs.filter({ $0.state == .queued }) {
            // A queued job is handed out only while nothing else of the endpoint is under way, and
            // its deployment goes on.
            if job.state == .queued {
                guard begun.isEmpty,
                    let deployment = try records.deployment(job.deployment, in: query.scope),
                    deployment.handsOutJobs
                else { continue }
            }
            let actions = try job.handle(.collected, at: now)
            let wakes = try carryOut(
                actions, of: job, actor: "endpoint:\(job.endpoint)", at: now, in: records)
            let order = JobOrder(
                job: job.id, deployment: job.deployment, endpoint: job.endpoint,
                updates: job.updates,
                issuedAt: now, deadline: job.deadline)
            return (order, wakes)
        }
        return nil
    }
}
