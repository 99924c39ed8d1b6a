public import ControlPlane
public import Fleet
public import ServerRecords

extension UseCases {
    /// The groups that the asker may see.
    public func groups(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> [EndpointGroup] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { try $0.groups(in: scope) }
    }
}
