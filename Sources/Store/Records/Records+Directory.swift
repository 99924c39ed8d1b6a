import Fleet
import Policy
import ServerRecords

extension StoreRecords: DirectoryRecords {
    func tenants(in scope: Scope) throws -> [Tenant] {
        var query = SQLText("SELECT id, name, created_at FROM tenant")
        query.require(scope, column: "id")
        query.add("ORDER BY name, id")
        return try rows(query).map { row in
            var row = row.reader
            return Tenant(id: try row.next(), name: try row.next(), createdAt: try row.next())
        }
    }

    func insert(_ tenant: Tenant) throws {
        let added = try change(
            """
            INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO NOTHING
            """, tenant.id, tenant.name, tenant.createdAt)
        if added == 0 { throw NameTaken(name: tenant.name) }
    }

    func sites(in scope: Scope) throws -> [Site] {
        var query = SQLText("SELECT id, tenant_id, name, created_at, time_zone FROM site")
        query.require(scope)
        query.add("ORDER BY tenant_id, name, id")
        return try rows(query).map { row in
            var row = row.reader
            return Site(
                id: try row.next(), tenant: try row.next(), name: try row.next(),
                createdAt: try row.next(), timeZone: try row.next())
        }
    }

    func insert(_ site: Site) throws {
        let added = try change(
            """
            INSERT INTO site (tenant_id, id, name, created_at, time_zone)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, name) DO NOTHING
            """, site.tenant, site.id, site.name, site.createdAt, site.timeZone)
        if added == 0 { throw NameTaken(name: site.name) }
    }

    func update(_ tenant: Tenant) throws {
        let changed = try change(
            """
            UPDATE tenant SET name = $2
            WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM tenant WHERE name = $2 AND id <> $1)
            """, tenant.id, tenant.name)
        if changed == 0 { throw NameTaken(name: tenant.name) }
    }

    func update(_ site: Site) throws {
        let changed = try change(
            """
            UPDATE site SET name = $3, time_zone = $4
            WHERE tenant_id = $1 AND id = $2 AND NOT EXISTS (
                SELECT 1 FROM site WHERE tenant_id = $1 AND name = $3 AND id <> $2)
            """, site.tenant, site.id, site.name, site.timeZone)
        if changed == 0 { throw NameTaken(name: site.name) }
    }

    /// The tables whose rows belong to a tenant, and what people call them.
    private static let belongings = [
        ("endpoint", "endpoints"), ("site", "sites"), ("policy", "policies"),
        ("endpoint_group", "groups"), ("approval", "approvals"),
        ("risk_exception", "exceptions"), ("approval_request", "requests"),
        ("deployment", "deployments"),
        ("person", "users"), ("api_token", "tokens"), ("enrolment_token", "enrolment tokens"),
        ("alert", "alerts"), ("inventory", "inventories"), ("update_set", "lists of updates"),
        ("blocked_version", "blocked versions"), ("scanner_import", "scanner reports"),
        ("emergency_run", "emergency runs"), ("triage", "triages"), ("evidence", "evidence"),
    ]

    func remove(_ tenant: TenantID) throws -> [String] {
        let held = try Self.belongings.filter { table, _ in
            try exists("SELECT 1 FROM \(table) WHERE tenant_id = $1 LIMIT 1", tenant)
        }
        guard held.isEmpty else { return held.map(\.1) }
        for table in [
            "exposure_day", "first_seen", "install_time", "saved_plan", "patch_bundle", "notice",
            "notice_contact", "verdict_feed", "own_verdict",
        ] {
            _ = try change("DELETE FROM \(table) WHERE tenant_id = $1", tenant)
        }
        _ = try change("DELETE FROM tenant WHERE id = $1", tenant)
        return []
    }

    func remove(_ site: SiteID, of tenant: TenantID, at now: Timestamp) throws -> [String] {
        var held: [String] = []
        if try exists(
            """
            SELECT 1 FROM endpoint
            WHERE tenant_id = $1 AND site_id = $2 AND retired_at IS NULL LIMIT 1
            """, tenant, site)
        {
            held.append("endpoints")
        }
        if try exists(
            """
            SELECT 1 FROM enrolment_token
            WHERE tenant_id = $1 AND site_id = $2 AND revoked_at IS NULL AND expires_at > $3
                AND uses < maximum_uses LIMIT 1
            """, tenant, site, now)
        {
            held.append("enrolment tokens")
        }
        if try policies(in: .tenant(tenant)).contains(where: {
            $0.place.level == .site && $0.place.part == site.text
        }) {
            held.append("policies")
        }
        guard held.isEmpty else { return held }
        for table in ["endpoint", "enrolment_token"] {
            _ = try change(
                "UPDATE \(table) SET site_id = NULL WHERE tenant_id = $1 AND site_id = $2", tenant,
                site)
        }
        _ = try change("DELETE FROM site WHERE tenant_id = $1 AND id = $2", tenant, site)
        return []
    }

    private func exists(_ sql: String, _ values: (any SQLConvertible)...) throws -> Bool {
        try !session.query(sql, values.map(\.sql)).isEmpty
    }
}
