import Fleet
import Policy
import ServerRecords

extension StoreRecords: TraitRecords {
    func traits(of endpoint: EndpointID, tenant: TenantID) throws -> EndpointTraits? {
        try rows(
            """
            SELECT role, tags, criticality, exposed FROM endpoint_trait
            WHERE tenant_id = $1 AND endpoint_id = $2
            """, tenant, endpoint
        ).first.map { row in
            var row = row.reader
            return try Self.traits(&row)
        }
    }

    func traits(of tenant: TenantID) throws -> [EndpointID: EndpointTraits] {
        var all: [EndpointID: EndpointTraits] = [:]
        for row in try rows(
            """
            SELECT endpoint_id, role, tags, criticality, exposed FROM endpoint_trait
            WHERE tenant_id = $1
            """, tenant)
        {
            var row = row.reader
            all[try row.next()] = try Self.traits(&row)
        }
        return all
    }

    private static func traits(_ row: inout SQLRowReader) throws -> EndpointTraits {
        EndpointTraits(
            role: try row.next(), tags: try StoredJSON.value(row.next()),
            criticality: try row.next(), isExposed: try row.next())
    }

    func store(
        _ traits: EndpointTraits, of endpoint: EndpointID, tenant: TenantID, by person: String,
        at now: Timestamp
    ) throws {
        try change(
            """
            INSERT INTO endpoint_trait (tenant_id, endpoint_id, role, tags, criticality, exposed,
                said_by, said_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET role = excluded.role,
                tags = excluded.tags, criticality = excluded.criticality,
                exposed = excluded.exposed, said_by = excluded.said_by,
                said_at = excluded.said_at
            """, tenant, endpoint, traits.role, StoredJSON.text(traits.tags), traits.criticality,
            traits.isExposed, person, now)
    }

    func groups(in scope: Scope) throws -> [EndpointGroup] {
        var query = SQLText("SELECT body FROM endpoint_group")
        query.require(scope)
        query.add("ORDER BY tenant_id, name")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func store(_ group: EndpointGroup) throws {
        try change(
            """
            INSERT INTO endpoint_group (tenant_id, name, saved_at, body) VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id, name) DO UPDATE SET saved_at = excluded.saved_at,
                body = excluded.body
            """, group.tenant, group.name.text, group.savedAt, StoredJSON.text(group))
    }

    func deleteGroup(_ name: PolicyName, of tenant: TenantID) throws -> Bool {
        try change(
            "DELETE FROM endpoint_group WHERE tenant_id = $1 AND name = $2", tenant, name.text) > 0
    }
}

extension Criticality: SQLConvertible {}
