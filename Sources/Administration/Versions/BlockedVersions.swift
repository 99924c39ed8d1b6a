public import ControlPlane
public import Fleet
import Rollout
public import ServerRecords

extension UseCases {
    /// The versions that nobody gets, by package.
    public func blockedVersions(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> [BlockedVersion] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { try $0.blockedVersions(in: scope) }
    }

    /// Lets a version go out again.
    public func unblock(
        _ version: VersionToUnblock, by principal: Principal
    ) async throws {
        try principal.require(.approve)
        let tenant = try await soleTenant(version.tenant, of: principal)
        let now = effects.now()
        try await writeWaking { records, wakes in
            guard
                try records.unblock(
                    version.manager, version.package, version: version.version, of: tenant)
            else { throw Refusal.notFound("blocked version") }
            try self.appendAudit(
                "version.unblocked", subject: version.package,
                sentence: "Unblocked \(version.package) \(version.version).",
                actor: principal.name, tenant: tenant, in: records, at: now)
            wakes = [SignalSubject.decisions(of: tenant)]
        }
    }

    /// The tenant that is named, or the only one in scope.
    private func soleTenant(
        _ named: TenantID?, of principal: Principal
    ) async throws -> TenantID {
        guard let scope = principal.scope.narrowed(to: named) else {
            throw Refusal.notFound("tenant")
        }
        let tenants = try await ledger.read { try $0.tenants(in: scope) }
        guard let tenant = tenants.first, tenants.count == 1 else {
            throw Refusal(
                .malformed, "E_TENANT_NEEDED", "There are \(tenants.count) tenants in scope.",
                nextStep: "Name the tenant.")
        }
        return tenant.id
    }
}

/// Which blocked version may go out again.
public struct VersionToUnblock: Hashable, Sendable, Codable {
    /// The tenant; may be left out where there is one only.
    public var tenant: TenantID?
    /// The package manager.
    public var manager: PackageManagerName
    /// The package.
    public var package: String
    /// The version.
    public var version: String

    /// A blocked version.
    public init(
        tenant: TenantID? = nil, manager: PackageManagerName = .apt, package: String,
        version: String
    ) {
        self.tenant = tenant
        self.manager = manager
        self.package = package
        self.version = version
    }
}
