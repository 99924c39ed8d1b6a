package import Fleet
package import ServerRecords

extension UseCases {
    /// What follows when decisions may have changed, in the transaction that changed them: the
    /// policies are published for endpoints, and whoever steers rollouts is woken.
    ///
    /// `tenant` is `nil` when it concerns all of them.
    package func decisionsChanged(
        for tenant: TenantID?, by actor: String, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws {
        decisionBoard.forget()
        for tenant in try tenant.map({ [$0] }) ?? records.tenants(in: .provider).map(\.id) {
            try publishPolicies(
                of: tenant, by: actor, in: records, at: now, waking: &wakes)
            wakes.insert(SignalSubject.decisions(of: tenant))
            wakes.insert(SignalSubject.rings(of: tenant))
            wakes.insert(SignalSubject.standings(of: tenant))
        }
    }
}

extension SignalSubject {
    /// The decisions for a tenant's endpoints may have changed.
    package static func decisions(of tenant: TenantID) -> String { "decisions:\(tenant)" }
    /// Who is in which ring of a tenant's policies, or what rings have shown, may have changed.
    package static func rings(of tenant: TenantID) -> String { "rings:\(tenant)" }
}
