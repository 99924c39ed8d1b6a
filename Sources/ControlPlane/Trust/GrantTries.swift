import Fleet
import Rollout
import ServerRecords
import Trust

/// In sealed mode an operator's grant covers some tries of each endpoint. Which one a job can use
/// is counted here as the endpoint counts it: it has the last word.
extension UseCases {
    /// The grant under the policies that hold which a job uses, signed or waiting; `nil` when every
    /// try of those that there are has been made, so that another must be asked for.
    func currentGrant(
        of job: Job, _ known: [KnownGrant], _ ground: GrantGround, in records: any Records
    ) throws -> KnownGrant? {
        let own = known.filter {
            $0.names(job.endpoint) && $0.grant.policyDigest == ground.policies.digest
        }
        guard let first = own.first else { return nil }
        if own.count == 1, first.isSigned == false { return first }
        let jobs = try records.jobs(
            JobQuery(
                scope: .tenant(job.tenant), deployment: job.deployment, endpoint: job.endpoint,
                limit: Self.largestPosture))
        return Self.grant(among: own, after: jobs.filter { $0.id != job.id })
    }

    /// The oldest grant with a try left after an endpoint's jobs of one deployment. A job that did
    /// all of it leaves nothing to try.
    static func grant(among grants: [KnownGrant], after jobs: [Job]) -> KnownGrant? {
        var rest = grants.sorted {
            ($0.stored.issuedAt, $0.stored.name) < ($1.stored.issuedAt, $1.stored.name)
        }[...]
        var made = 0
        let begun = jobs.compactMap { job in job.startedAt.map { (at: $0, job: job) } }
            .filter { $0.job.state != .cancelled }.sorted { $0.at < $1.at }
        for (start, job) in begun {
            guard let grant = rest.first else { return nil }
            // It was begun with a grant from before.
            guard start >= grant.stored.issuedAt else { continue }
            made += 1
            let isDone = job.state == .verified || job.state == .pendingRestart
            guard isDone || made >= grant.grant.tries ?? 1 else { continue }
            rest.removeFirst()
            made = 0
        }
        return rest.first
    }

    /// The endpoints that need no other grant: those whose grant, signed or waiting, has a try
    /// left.
    func coveredEndpoints(
        _ known: [KnownGrant], _ ground: GrantGround, _ wish: GrantWish, _ records: any Records
    ) throws -> Set<EndpointID> {
        let named = Set(known.flatMap { $0.grant.target.endpoints ?? [] })
        guard ground.root.body.mode == .sealed, !named.isEmpty else { return named }
        let jobs = try records.jobs(
            JobQuery(
                scope: .tenant(wish.tenant), deployment: wish.deployment,
                limit: Self.mostJobsCounted))
        let begun = Dictionary(grouping: jobs.filter { $0.state.isTerminal }, by: \.endpoint)
        return named.filter { endpoint in
            guard let ended = begun[endpoint] else { return true }
            return Self.grant(among: known.filter { $0.names(endpoint) }, after: ended) != nil
        }
    }

    /// How many of a deployment's newest jobs are looked at for tries: every endpoint's, three
    /// times.
    private static let mostJobsCounted = 3 * largestDeployment

    /// Whether a new job of a rollout has a grant, signed or waiting, or needs none.
    func isGranted(_ job: Job, in records: any Records) throws -> Bool {
        guard case .ground(let ground) = try grantTerms(of: job.tenant, in: records),
            ground.root.body.mode == .sealed
        else { return true }
        let known = try grants(of: job.deployment, tenant: job.tenant, in: records)
        return try currentGrant(of: job, known, ground, in: records) != nil
    }
}
