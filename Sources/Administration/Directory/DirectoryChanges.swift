public import ControlPlane
public import Fleet
public import ServerRecords

/// A tenant, and how much belongs to it.
public struct TenantDetail: Hashable, Sendable, Codable {
    /// The tenant.
    public var tenant: Tenant
    /// Its sites, by name.
    public var sites: [Site]
    /// How many endpoints it has, retired ones left out.
    public var endpoints: Int
    /// How many policies are written for it; the provider's are not counted.
    public var policies: Int
}

/// A site, and how many endpoints stand there.
public struct SiteDetail: Hashable, Sendable, Codable {
    /// The site.
    public var site: Site
    /// How many endpoints stand there, retired ones left out.
    public var endpoints: Int
}

/// One tenant or site: what is there, another name, and the end of it.
extension UseCases {
    /// One tenant.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND`.
    public func tenant(_ id: TenantID, by principal: Principal) async throws -> TenantDetail {
        try principal.require(.view)
        return try await ledger.read { records in
            let tenant = try Self.tenant(id, for: principal, records)
            let scope = Scope.tenant(id)
            return TenantDetail(
                tenant: tenant, sites: try records.sites(in: scope),
                endpoints: try records.countEndpoints(
                    EndpointQuery(scope: scope, freshSince: tenant.createdAt)),
                policies: try records.policies(in: scope).count)
        }
    }

    /// Gives a tenant another name.
    ///
    /// - Throws: `Refusal` `E_NAME`, `E_NAME_TAKEN`, `E_NOT_FOUND`, `E_FORBIDDEN` for anyone but
    ///   the provider.
    public func renameTenant(
        _ id: TenantID, to name: String, by principal: Principal
    ) async throws -> Tenant {
        try Self.requireProvider(principal, "renames", id)
        let name = try Self.checkedName(name)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            var tenant = try Self.tenant(id, for: principal, records)
            guard tenant.name != name else { return tenant }
            let former = tenant.name
            tenant.name = name
            try Self.reportingTakenNames { try records.update(tenant) }
            try self.appendAudit(
                "tenant.renamed", subject: id.text,
                sentence: "Renamed the tenant “\(former)” to “\(name)”.", actor: principal.name,
                tenant: id, in: records, at: now)
            // Conditions may ask for the name.
            try self.decisionsChanged(
                for: id, by: principal.name, in: records, at: now, waking: &wakes)
            return tenant
        }
    }

    /// Takes a tenant away that nothing belongs to. Its entries of the audit log stay.
    ///
    /// - Throws: `Refusal` `E_NOT_EMPTY` with what belongs to it, `E_NOT_FOUND`, `E_FORBIDDEN` for
    ///   anyone but the provider.
    public func deleteTenant(_ id: TenantID, by principal: Principal) async throws {
        try Self.requireProvider(principal, "deletes", id)
        let now = effects.now()
        try await ledger.write { records in
            let tenant = try Self.tenant(id, for: principal, records)
            try Self.requireEmpty(try records.remove(id), "tenant “\(tenant.name)”")
            try self.appendAudit(
                "tenant.deleted", subject: id.text,
                sentence: "Deleted the tenant “\(tenant.name)”, which was empty.",
                actor: principal.name, tenant: nil, in: records, at: now)
        }
    }

    /// One site.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND`.
    public func site(_ id: SiteID, by principal: Principal) async throws -> SiteDetail {
        try principal.require(.view)
        return try await ledger.read { records in
            let site = try Self.site(id, for: principal, records)
            var detail = SiteDetail(site: site, endpoints: 0)
            try self.eachEndpoint(of: site.tenant, in: records) { endpoint in
                if endpoint.site == id { detail.endpoints += 1 }
            }
            return detail
        }
    }

    /// Gives a site another name, another zone, or both.
    ///
    /// - Throws: `Refusal` `E_NAME`, `E_NAME_TAKEN`, `E_ZONE_UNKNOWN`, `E_NOT_FOUND`.
    public func updateSite(
        _ id: SiteID, to change: SiteChange, by principal: Principal
    ) async throws -> Site {
        try principal.require(.administer)
        let name = try change.name.map(Self.checkedName)
        let zone = try change.timeZone.map { $0.isEmpty ? nil : try checkedZone($0) }
        let now = effects.now()
        return try await writeWaking { records, wakes in
            var site = try Self.site(id, for: principal, records)
            let former = site
            site.name = name ?? former.name
            site.timeZone = zone ?? former.timeZone
            guard site != former else { return site }
            try Self.reportingTakenNames { try records.update(site) }
            if site.name != former.name {
                try self.appendAudit(
                    "site.renamed", subject: id.text,
                    sentence: "Renamed the site “\(former.name)” to “\(site.name)”.",
                    actor: principal.name, tenant: site.tenant, in: records, at: now)
            }
            if site.timeZone != former.timeZone {
                try self.appendAudit(
                    "site.zoneChanged", subject: id.text,
                    sentence: "The clocks of the site “\(site.name)” are those of "
                        + "\(site.timeZone ?? "each endpoint"); before, those of "
                        + "\(former.timeZone ?? "each endpoint").",
                    actor: principal.name, tenant: site.tenant, in: records, at: now)
            }
            try self.placementsChanged(
                of: site.tenant, by: principal.name, in: records, at: now, waking: &wakes)
            try self.decisionsChanged(
                for: site.tenant, by: principal.name, in: records, at: now, waking: &wakes)
            return site
        }
    }

    /// Takes a site away where nothing stands.
    ///
    /// - Throws: `Refusal` `E_NOT_EMPTY` with what is there, `E_NOT_FOUND`.
    public func deleteSite(_ id: SiteID, by principal: Principal) async throws {
        try principal.require(.administer)
        let now = effects.now()
        try await ledger.write { records in
            let site = try Self.site(id, for: principal, records)
            try Self.requireEmpty(
                try records.remove(id, of: site.tenant, at: now), "site “\(site.name)”")
            try self.appendAudit(
                "site.deleted", subject: id.text,
                sentence: "Deleted the site “\(site.name)”, where nothing stood.",
                actor: principal.name, tenant: site.tenant, in: records, at: now)
        }
    }

    private static func requireProvider(
        _ principal: Principal, _ verb: String, _ tenant: TenantID
    ) throws {
        try principal.require(.administer)
        guard principal.scope.includes(tenant) else { throw Refusal.notFound("tenant") }
        guard principal.scope == .provider else {
            throw Refusal(
                .forbidden, "E_FORBIDDEN", "Only the provider \(verb) tenants.",
                nextStep: "Ask your provider.")
        }
    }

    private static func requireEmpty(_ held: [String], _ whole: String) throws {
        guard !held.isEmpty else { return }
        throw Refusal(
            .conflict, "E_NOT_EMPTY",
            "The \(whole) is not empty: it has \(held.joined(separator: ", ")).",
            nextStep: "Move or remove them first; nothing was changed.")
    }

    private static func tenant(
        _ id: TenantID, for principal: Principal, _ records: any Records
    ) throws -> Tenant {
        guard principal.scope.includes(id),
            let tenant = try records.tenants(in: .tenant(id)).first
        else { throw Refusal.notFound("tenant") }
        return tenant
    }

    private static func site(
        _ id: SiteID, for principal: Principal, _ records: any Records
    ) throws -> Site {
        guard let site = try records.sites(in: principal.scope).first(where: { $0.id == id })
        else { throw Refusal.notFound("site") }
        return site
    }
}

/// What is to change about a site.
public struct SiteChange: Hashable, Sendable {
    /// Its new name; `nil` to leave it.
    public var name: String?
    /// The name of its zone, empty for none; `nil` to leave it.
    public var timeZone: String?

    /// A change.
    public init(name: String? = nil, timeZone: String? = nil) {
        self.name = name
        self.timeZone = timeZone
    }
}
