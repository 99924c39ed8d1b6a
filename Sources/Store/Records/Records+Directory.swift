import Fleet
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
        var query = SQLText("SELECT id, tenant_id, name, created_at FROM site")
        query.require(scope)
        query.add("ORDER BY tenant_id, name, id")
        return try rows(query).map { row in
            var row = row.reader
            return Site(
                id: try row.next(), tenant: try row.next(), name: try row.next(),
                createdAt: try row.next())
        }
    }

    func insert(_ site: Site) throws {
        let added = try change(
            """
            INSERT INTO site (tenant_id, id, name, created_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id, name) DO NOTHING
            """, site.tenant, site.id, site.name, site.createdAt)
        if added == 0 { throw NameTaken(name: site.name) }
    }
}
