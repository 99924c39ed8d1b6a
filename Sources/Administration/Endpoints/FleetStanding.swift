public import ControlPlane
public import Fleet
import Policy
public import ServerRecords

extension UseCases {
    /// What is decided about everything that is missing in the scope, as it was a few seconds ago
    /// at most; `nil` when there are too many endpoints to decide about at once.
    public func fleetStanding(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> FleetStanding? {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        let key = scope.tenant?.text ?? "provider"
        if let standing = decisionBoard.standing(key, at: now) { return standing }
        let standing = try await ledger.read { records in
            try self.fleetStanding(in: scope, at: now, records)
        }
        if let standing { decisionBoard.keep(standing, as: key) }
        return standing
    }

    private func fleetStanding(
        in scope: Scope, at now: Timestamp, _ records: any Records
    ) throws -> FleetStanding? {
        let freshSince = ComplianceRule.freshSince(at: now)
        let counts = try records.fleetCounts(in: scope, freshSince: freshSince)
        guard counts.total <= DecisionBoard.maximumEndpoints else { return nil }
        var standing = FleetStanding(at: now)
        var next: [NextKey: (endpoints: Set<EndpointID>, updates: Int)] = [:]
        for tenant in try records.tenants(in: scope) {
            var decisions = try EndpointDecisions(
                of: tenant.id, in: records, at: now, isForMany: true, showsRings: true, by: self)
            try eachEndpoint(of: tenant.id, in: records) { endpoint in
                let decided = try decisions.decide(endpoint)
                for decision in decided.decisions {
                    standing.add(decision)
                    guard decision.action == .install, !decision.reasonCode.isUnderWay,
                        let at = decision.nextAt, at > now
                    else { continue }
                    let key = NextKey(at: at, policy: decided.policyName?.text)
                    next[key, default: ([], 0)].endpoints.insert(endpoint.id)
                    next[key, default: ([], 0)].updates += 1
                }
            }
        }
        standing.next = next.map { key, value in
            FleetStanding.Next(
                at: key.at, policy: key.policy, endpoints: value.endpoints.count,
                updates: value.updates)
        }.sorted { ($0.at, $0.policy ?? "") < ($1.at, $1.policy ?? "") }
        return standing
    }

    private struct NextKey: Hashable {
        let at: Timestamp
        let policy: String?
    }
}

extension FleetStanding {
    fileprivate mutating func add(_ decision: Decision) {
        let key = MissingUpdateKey(
            name: decision.update.name, candidate: decision.update.candidate)
        var update = updates[key] ?? UpdateStanding()
        update.reasons[decision.reasonCode, default: 0] += 1
        let next = decision.reasonCode.isUnderWay ? nil : decision.nextAt
        update.nextAt = [update.nextAt, next].compactMap(\.self).min()
        update.dueAt = [update.dueAt, decision.dueAt].compactMap(\.self).min()
        updates[key] = update
    }
}
