import Fleet
import Rollout
import ServerRecords

extension UseCases {
    /// Whether another member of one of the endpoint's clusters is in work, by whatever deployment:
    /// then its own order waits. Rollouts keep this law each for itself; this keeps it between
    /// them, and for what is approved without rings.
    static func clusterIsBusy(
        around endpoint: EndpointID, of tenant: TenantID, in records: any Records
    ) throws -> Bool {
        let own = try records.traits(of: endpoint, tenant: tenant)?.clusters ?? []
        guard !own.isEmpty else { return false }
        let others = try records.traits(of: tenant).filter {
            $0.key != endpoint && !own.isDisjoint(with: $0.value.clusters)
        }
        return try others.keys.sorted().contains { other in
            try !records.jobs(
                JobQuery(
                    scope: .tenant(tenant), endpoint: other, openOnly: true,
                    states: [.leased, .running, .interrupted, .pendingRestart], limit: 1)
            ).isEmpty
        }
    }
}

extension EndpointTraits {
    /// The clusters that its tags name.
    fileprivate var clusters: Set<String> {
        Set(tags.filter { $0.hasPrefix(RolloutOpening.clusterPrefix) })
    }
}
