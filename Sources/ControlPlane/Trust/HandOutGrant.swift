package import Fleet
import Policy
import Rollout
package import ServerRecords
import Trust

/// The grant that goes out with a job.
enum HandOutGrant: Sendable {
    /// The endpoint asks for none.
    case notNeeded
    /// The envelope's JSON.
    case ready(String)
    /// Somebody must sign first: the job is not handed out.
    case waiting

    /// The envelope's JSON.
    var text: String? {
        if case .ready(let text) = self { text } else { nil }
    }
}

extension UseCases {
    /// Whether a job may be handed out: nearly always it may, and then `handOutGrant` makes or
    /// finds its grant in a transaction that writes. It may not while its grant waits for people.
    func mayHandOut(_ job: Job, in records: any Records) throws -> Bool {
        let terms = try grantTerms(of: job.tenant, in: records)
        guard case .ground(let ground) = terms else { return terms.standing == .notNeeded }
        let known = try grants(of: job.deployment, tenant: job.tenant, in: records).filter {
            $0.names(job.endpoint)
        }
        guard ground.root.body.mode == .managed else {
            return try currentGrant(of: job, known, ground, in: records)?.isSigned == true
        }
        return known.isEmpty || known.contains(where: \.isSigned)
    }

    /// The grant of a job, made now where the server may make it.
    ///
    /// In managed mode each hand-out has a grant of its own, with a nonce of its own, for this
    /// endpoint and these updates: so that the policies may have changed since the ring was
    /// opened. In sealed mode it is the operators' document or none.
    func handOutGrant(
        for job: Job, in records: any Records, at now: Timestamp, waking wakes: inout Set<String>
    ) throws -> HandOutGrant {
        let terms = try grantTerms(of: job.tenant, in: records)
        guard case .ground(let ground) = terms else {
            return terms.standing == .notNeeded ? .notNeeded : .waiting
        }
        func all() throws -> [KnownGrant] {
            try grants(of: job.deployment, tenant: job.tenant, in: records).filter {
                $0.names(job.endpoint)
            }
        }
        // A grant under former policies will do, because a new one is made of it.
        func usable() throws -> KnownGrant? { try all().first(where: \.isSigned) }
        guard ground.root.body.mode == .managed else {
            let current = try currentGrant(of: job, all(), ground, in: records)
            guard let current, current.isSigned else { return .waiting }
            return .ready(current.stored.text)
        }
        if try usable() == nil {
            try requestGrants(of: job.deployment, tenant: job.tenant, in: records, at: now, &wakes)
        }
        guard let made = try usable() else { return .waiting }
        return .ready(try own(job, made, ground, at: now))
    }

    /// One job's own grant, out of that of its ring: as many keys sign it as have signed that one.
    private func own(
        _ job: Job, _ ring: KnownGrant, _ ground: GrantGround, at now: Timestamp
    ) throws -> String {
        var body = ring.grant
        body.target = .endpoints([job.endpoint])
        body.updates = job.updates.prefix(Grant.maximumUpdates).map {
            Grant.Update(
                $0.key, version: $0.to, sha256: $0.sha256, goesBack: $0.goesBack,
                replaces: $0.replaces, released: $0.released, returnsTo: $0.returnsTo)
        }.sorted { $0.package < $1.package }
        body.notAfter = max(job.deadline, body.notBefore.adding(seconds: 1))
        body.nonce = newNonce()
        body.tries = nil
        body.policyDigest = ground.policies.digest
        let issued = now.wholeSeconds
        let heading = DocumentHeading(
            name: "job-\(job.id)", version: 1, scope: .tenant(job.tenant), issuedAt: issued,
            expiresAt: max(body.notAfter, issued.adding(seconds: 1)))
        var envelope = try Self.believing { try SignedDocument(heading, body).envelope() }
        let count = try Self.believing { try Envelope(json: ring.stored.envelope) }.signatures.count
        for key in try trust.keys(of: .approval, in: ground.root).prefix(max(count, 1)) {
            try envelope.sign(with: key)
        }
        return String(decoding: envelope.json, as: UTF8.self)
    }

    /// Asks for the grants of a deployment: its rollout's lane, or the everyday one where people
    /// have approved by hand, and for each endpoint the ring that it is in. To be called in the
    /// transaction that makes the jobs; endpoints that have a grant, or wait for one, are left.
    package func requestGrants(
        of deployment: DeploymentID, tenant: TenantID, by actor: String = "system",
        in records: any Records, at now: Timestamp, _ wakes: inout Set<String>
    ) throws {
        guard case .ground = try grantTerms(of: tenant, in: records) else { return }
        let open = try records.jobs(
            JobQuery(
                scope: .tenant(tenant), deployment: deployment, openOnly: true,
                states: [.queued, .leased, .running, .interrupted], limit: Self.largestDeployment))
        guard let first = open.first else { return }
        let decisions = try EndpointDecisions(
            of: tenant, in: records, at: now, isForMany: open.count > 1, by: self)
        // Taking something back does not wait for the everyday window.
        let isRollback = first.updates.contains(where: \.isRollback)
        let led = try records.rollout(of: deployment, in: .tenant(tenant))
        let lane = led?.lane ?? (isRollback ? .emergency : .routine)
        var rings: [PolicyName?: [EndpointID: [LockedUpdate]]] = [:]
        for job in open {
            guard let endpoint = try records.endpoint(job.endpoint, in: .tenant(tenant)) else {
                continue
            }
            let facts = try records.posture(of: job.endpoint, tenant: tenant)?.endpoint
            let subject = try decisions.subject(endpoint, facts: facts)
            rings[decisions.ring(of: subject, lane: lane), default: [:]][job.endpoint] =
                job.updates
        }
        // A rollout reaches the endpoints of its later rings too, which have no jobs yet: by its jobs
        // alone the brake would count the canary.
        let jobs = try records.jobCounts(of: deployment, tenant: tenant).values.reduce(0, +)
        let reaches = max(led?.rollout.endpoints.count ?? 0, jobs)
        let fleet = try records.fleetCounts(in: .tenant(tenant), freshSince: now)
        for (ring, updates) in rings {
            try requestGrant(
                GrantWish(
                    tenant: tenant, deployment: deployment, lane: lane, ring: ring,
                    updates: updates, notBefore: first.createdAt, notAfter: first.deadline,
                    reaches: reaches, ofEndpoints: fleet.total, actor: actor),
                in: records, at: now, waking: &wakes)
        }
    }
}

extension EndpointDecisions {
    /// The ring that an endpoint is in by its own reckoning; `nil` where the lane has none.
    func ring(of subject: EndpointSubject, lane: Lane) -> PolicyName? {
        guard let effective = EffectivePolicy(of: placedPolicies, for: subject, at: now),
            let nearest = effective.nearest
        else { return nil }
        let rings = effective.rings(of: lane)
        return RingAssignment(rings, of: nearest.name).place(of: subject, at: now).ring.map {
            rings[$0].name
        }
    }
}
