import Fleet
import Policy
import Rollout
import ServerRecords
import Trust

extension RolloutStep {
    /// Asks operators for an approval where the ring's does not cover an order: the tries that it
    /// covers have been made, or the policies were changed before the endpoint had its turn.
    mutating func requestGrant(for job: Job) throws {
        guard try !useCases.isGranted(job, in: records) else { return }
        try useCases.requestGrants(
            of: record.deployment, tenant: record.tenant, by: actor, in: records, at: now, &wakes)
    }

    /// Asks operators for the approval of a whole ring when it opens, so that they sign once and
    /// not for each endpoint that has its turn. In managed mode there is nobody to ask: grants are
    /// made when jobs are handed out.
    mutating func requestGrants(forRing ring: Int) throws {
        guard let root = try useCases.heldRoot(in: records), root.body.mode == .sealed else {
            return
        }
        // Who goes with an earlier ring than its own is approved as one of its own.
        var updates: [PolicyName: [EndpointID: [LockedUpdate]]] = [:]
        let name = record.rollout.plan.rings[ring].name
        for entry in record.rollout.endpoints where entry.ring == ring && !entry.hasLeft {
            let endpoint = entry.member.endpoint
            guard let posture = try records.posture(of: endpoint, tenant: record.tenant) else {
                continue
            }
            let contents = OrderContents(
                of: record.lines, missing: posture.updates, underWay: [], blocked: [],
                denied: try deniedLines(for: endpoint, posture), isBounded: record.isAutomatic)
            if case .order(let list) = contents {
                updates[entry.member.ownRing ?? name, default: [:]][endpoint] =
                    record.rollout.locked(
                        try dated(list, for: endpoint, posture), for: endpoint,
                        on: posture.endpoint)
            }
        }
        guard !updates.isEmpty else { return }
        let fleet = try records.fleetCounts(in: .tenant(record.tenant), freshSince: now)
        for (own, updates) in updates.sorted(by: { $0.key < $1.key }) {
            try useCases.requestGrant(
                GrantWish(
                    tenant: record.tenant, deployment: record.deployment, lane: record.lane,
                    ring: own, updates: updates, notBefore: now,
                    notAfter: deployment.deadline, reaches: record.rollout.endpoints.count,
                    ofEndpoints: fleet.total, actor: actor),
                in: records, at: now, waking: &wakes)
        }
    }
}
