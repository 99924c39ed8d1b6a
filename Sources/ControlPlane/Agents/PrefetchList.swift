public import AgentProtocol
import Fleet
import Policy
import Rollout
public import ServerRecords

extension UseCases {
    /// Which missing updates an endpoint may download ahead: what is prepared only, and what is
    /// approved and has to wait. The endpoint asks when its signed policies allow downloads, and
    /// judges each update by them once more.
    ///
    /// - Throws: `Refusal` when the endpoint is gone, what the store throws.
    public func prefetchList(
        _ request: PrefetchRequest, by agent: AgentPrincipal
    ) async throws -> PrefetchResponse {
        let now = effects.now()
        let most = max(0, min(request.atMost, PrefetchRequest.most))
        return try await ledger.read { records in
            let scope = Scope.tenant(agent.tenant)
            guard let endpoint = try records.endpoint(agent.endpoint, in: scope),
                endpoint.retiredAt == nil
            else { throw Self.endpointGone }
            let blocked = Set(try records.blockedVersions(in: scope).map { BlockedLine($0) })
            var decisions = try EndpointDecisions(
                of: agent.tenant, in: records, at: now, showsRings: true, by: self)
            // For one endpoint the fleet is not gone through.
            decisions.walksFleet = false
            let open = try decisions.decide(endpoint).decisions.filter {
                $0.mayBePrefetched && $0.update.prefetch?.state != .downloaded
                    && !blocked.contains(BlockedLine($0.update))
            }
            return PrefetchResponse(
                wishes: open.prefix(most).map {
                    PrefetchResponse.Wish(
                        update: LockedUpdate($0.update),
                        lane: ($0.lane ?? .routine).rawValue)
                })
        }
    }
}
