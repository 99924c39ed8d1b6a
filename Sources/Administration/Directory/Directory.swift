public import ControlPlane
public import Fleet
public import ServerRecords

extension UseCases {
    /// The tenants that the asker may see, by name.
    public func tenants(by principal: Principal) async throws -> [Tenant] {
        try principal.require(.view)
        return try await ledger.read { try $0.tenants(in: principal.scope) }
    }

    /// Adds a tenant.
    public func createTenant(name: String, by principal: Principal) async throws -> Tenant {
        try principal.require(.administer)
        guard principal.scope == .provider else {
            throw Refusal(
                .forbidden, "E_FORBIDDEN", "Only the provider adds tenants.",
                nextStep: "Ask your provider.")
        }
        let now = effects.now()
        let tenant = Tenant(
            id: effects.newIdentifier(), name: try Self.checkedName(name), createdAt: now)
        try await writeWaking { records, wakes in
            try Self.reportingTakenNames { try records.insert(tenant) }
            try self.appendAudit(
                "tenant.created", subject: tenant.id.text,
                sentence: "Added the tenant “\(tenant.name)”.",
                actor: principal.name, tenant: tenant.id, in: records, at: now)
            // The provider's policies hold for it from the start.
            try self.publishPolicies(
                of: tenant.id, by: principal.name, in: records, at: now, waking: &wakes)
        }
        return tenant
    }

    /// The sites that the asker may see, by tenant and name.
    public func sites(by principal: Principal, tenant: TenantID? = nil) async throws -> [Site] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { try $0.sites(in: scope) }
    }

    /// Adds a site to a tenant.
    public func createSite(
        name: String, tenant: TenantID, timeZone: String? = nil, by principal: Principal
    ) async throws -> Site {
        try principal.require(.administer)
        guard principal.scope.includes(tenant) else { throw Refusal.notFound("tenant") }
        let now = effects.now()
        let site = Site(
            id: effects.newIdentifier(), tenant: tenant, name: try Self.checkedName(name),
            createdAt: now, timeZone: try timeZone.map(checkedZone))
        try await ledger.write { records in
            guard try !records.tenants(in: .tenant(tenant)).isEmpty else {
                throw Refusal.notFound("tenant")
            }
            try Self.reportingTakenNames { try records.insert(site) }
            try self.appendAudit(
                "site.created", subject: site.id.text, sentence: "Added the site “\(site.name)”.",
                actor: principal.name, tenant: tenant, in: records, at: now)
        }
        return site
    }

    /// The name of a zone whose rules this server knows.
    func checkedZone(_ name: String) throws -> String {
        guard effects.zoneRules(name) != nil else {
            throw Refusal(
                .malformed, "E_ZONE_UNKNOWN",
                "There is no time zone \(PlainText.line(name, atMost: 100)).",
                nextStep: "Use a name of the IANA database, such as Europe/Berlin.")
        }
        return name
    }

    /// A name for people: 1 to 100 characters, no control characters, no space at its ends.
    package static func checkedName(_ name: String) throws -> String {
        guard (1...100).contains(name.count),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
            name.first != " ", name.last != " "
        else {
            throw Refusal(
                .malformed, "E_NAME",
                "A name has 1 to 100 characters, no control characters and no space at its ends.",
                nextStep: "Choose another name.")
        }
        return name
    }

    package static func reportingTakenNames(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let taken as NameTaken {
            throw Refusal(
                .conflict, "E_NAME_TAKEN", "The name “\(taken.name)” is in use.",
                nextStep: "Choose another name.")
        }
    }
}
