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

    /// Blocks a version: nobody of the tenant gets it until a person unblocks it. Orders for it that
    /// have not begun are taken back.
    ///
    /// - Throws: `Refusal` `E_BLOCK` when it names no version or gives no reason,
    ///   `E_VERSION_BLOCKED` when it is blocked already, `E_TENANT_NEEDED`.
    public func block(
        _ version: VersionToBlock, by principal: Principal
    ) async throws -> BlockedVersion {
        try principal.require(.approve)
        let reason = try Self.checkedNote(version.reason)
        let words = [version.package, version.version]
        guard words.allSatisfy({ (1...Self.longestLabel).contains($0.count) }),
            reason.contains(where: { !$0.isWhitespace })
        else {
            throw Refusal(
                .malformed, "E_BLOCK",
                "A block names a package and a version, each with at most \(Self.longestLabel) "
                    + "characters, and says why.",
                nextStep: "Give the package, the version and a reason.")
        }
        let tenant = try await soleTenant(version.tenant, of: principal)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            let blocked = BlockedVersion(
                tenant: tenant, manager: version.manager ?? .apt,
                package: PlainText.line(version.package, atMost: Self.longestLabel),
                version: PlainText.line(version.version, atMost: Self.longestLabel),
                deployment: nil, reason: reason, by: principal.name, at: now)
            let known = try records.blockedVersions(in: .tenant(tenant)).first {
                ($0.manager, $0.package, $0.version)
                    == (blocked.manager, blocked.package, blocked.version)
            }
            if let known {
                throw Refusal(
                    .conflict, "E_VERSION_BLOCKED",
                    "\(known.package) \(known.version) is blocked already: \(known.reason)",
                    nextStep: "Nothing is to be done; or unblock it first.")
            }
            try records.block(blocked)
            try self.appendAudit(
                "version.blocked", subject: blocked.package,
                sentence: "Blocked \(blocked.package) \(blocked.version) until a person unblocks "
                    + "it: \(reason)",
                actor: principal.name, tenant: tenant, in: records, at: now)
            try self.decisionsChanged(
                for: tenant, by: principal.name, in: records, at: now, waking: &wakes)
            return blocked
        }
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
            wakes.formUnion(
                try self.clearWay(
                    forPackage: version.package, of: tenant, in: records, at: now))
            try self.decisionsChanged(
                for: tenant, by: principal.name, in: records, at: now, waking: &wakes)
        }
    }

    /// The tenant that is named, or the only one in scope.
    package func soleTenant(
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

/// A version that nobody is to get.
public struct VersionToBlock: Hashable, Sendable, Codable {
    /// The tenant; may be left out where there is one only.
    public var tenant: TenantID?
    /// The package manager; apt unless given.
    public var manager: PackageManagerName?
    /// The package.
    public var package: String
    /// The version.
    public var version: String
    /// Why.
    public var reason: String

    /// A version.
    public init(
        tenant: TenantID? = nil, manager: PackageManagerName? = nil, package: String,
        version: String, reason: String
    ) {
        self.tenant = tenant
        self.manager = manager
        self.package = package
        self.version = version
        self.reason = reason
    }
}
