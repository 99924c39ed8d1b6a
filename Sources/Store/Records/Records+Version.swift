import Fleet
import ServerRecords

extension StoreRecords: VersionRecords {
    func noteFirstSeen(of tenant: TenantID, at now: Timestamp) throws -> Int {
        // From the distinct lists of updates, so that it costs the same for ten endpoints that miss
        // the same as for one.
        try change(
            """
            INSERT INTO first_seen (tenant_id, manager, package, origin, version, first_seen_at)
            SELECT DISTINCT held.tenant_id, item.manager, item.name, item.origin, item.candidate,
                CAST($2 AS BIGINT)
            FROM (SELECT DISTINCT tenant_id, update_set_id FROM endpoint
                WHERE tenant_id = $1 AND retired_at IS NULL AND update_set_id IS NOT NULL) AS held
            JOIN update_set_member AS member ON member.tenant_id = held.tenant_id
                AND member.set_id = held.update_set_id
            JOIN update_item AS item ON item.id = member.item_id
            WHERE NOT EXISTS (SELECT 1 FROM first_seen AS seen
                WHERE seen.tenant_id = held.tenant_id AND seen.manager = item.manager
                    AND seen.package = item.name AND seen.origin = item.origin
                    AND seen.version = item.candidate)
            ON CONFLICT DO NOTHING
            """, tenant, now)
    }

    func firstSeen(of tenant: TenantID, packages: Set<String>) throws -> [FirstSeenVersion] {
        try chunks(of: packages.sorted(), Self.packagesPerStatement).flatMap { chunk in
            var query = SQLText(
                "SELECT manager, package, origin, version, first_seen_at FROM first_seen")
            query.require("tenant_id = \(query.bind(tenant))")
            let names = chunk.map { query.bind($0) }.joined(separator: ", ")
            query.require("package IN (\(names))")
            query.add("ORDER BY package, manager, origin, version")
            return try rows(query).map { row in
                var row = row.reader
                return FirstSeenVersion(
                    manager: try row.next(), package: try row.next(), origin: try row.next(),
                    version: try row.next(), firstSeenAt: try row.next())
            }
        }
    }

    /// How many packages one statement asks for.
    private static let packagesPerStatement = 200

    func block(_ version: BlockedVersion) throws {
        try change(
            """
            INSERT INTO blocked_version (tenant_id, manager, package, version, deployment_id,
                reason, blocked_by, blocked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
            """, version.tenant, version.manager, version.package, version.version,
            version.deployment, version.reason, version.by, version.at)
    }

    func unblock(
        _ manager: PackageManagerName, _ package: String, version: String, of tenant: TenantID
    ) throws -> Bool {
        try change(
            """
            DELETE FROM blocked_version WHERE tenant_id = $1 AND manager = $2 AND package = $3
                AND version = $4
            """, tenant, manager, package, version) > 0
    }

    func blockedVersions(in scope: Scope) throws -> [BlockedVersion] {
        var query = SQLText(
            """
            SELECT tenant_id, manager, package, version, deployment_id, reason, blocked_by,
                blocked_at FROM blocked_version
            """)
        query.require(scope)
        query.add("ORDER BY tenant_id, manager, package, version")
        return try rows(query).map { row in
            var row = row.reader
            return BlockedVersion(
                tenant: try row.next(), manager: try row.next(), package: try row.next(),
                version: try row.next(), deployment: try row.next(), reason: try row.next(),
                by: try row.next(), at: try row.next())
        }
    }

    func presence(of tenant: TenantID) throws -> [EndpointID: Timestamp?] {
        var seen: [EndpointID: Timestamp?] = [:]
        for row in try rows(
            "SELECT id, last_seen_at FROM endpoint WHERE tenant_id = $1 AND retired_at IS NULL",
            tenant)
        {
            var row = row.reader
            let id: EndpointID = try row.next()
            seen[id] = .some(try row.next())
        }
        return seen
    }
}
