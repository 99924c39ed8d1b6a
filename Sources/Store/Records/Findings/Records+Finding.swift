import Fleet
import ServerRecords

extension StoreRecords: FindingRecords {
    func store(_ footing: SoftwareFooting, of endpoint: EndpointID, tenant: TenantID) throws {
        let os = footing.os
        try change(
            """
            INSERT INTO endpoint_footing (tenant_id, endpoint_id, \(FootingColumns.list))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET os_id = excluded.os_id,
                os_version = excluded.os_version, os_name = excluded.os_name,
                os_codename = excluded.os_codename, os_like = excluded.os_like,
                kernel = excluded.kernel, replaced = excluded.replaced,
                time_zone = excluded.time_zone
            """, tenant, endpoint, os.id, os.versionId, os.name, os.codename,
            os.idLike.joined(separator: " "), footing.kernel,
            footing.replaced.joined(separator: "\n"), footing.timeZone)
    }

    func members(after: EndpointID?, limit: Int) throws -> [FleetMember] {
        var query = SQLText(Self.selectMembers)
        query.require("endpoint.retired_at IS NULL")
        if let after { query.require("endpoint.id > \(query.bind(after))") }
        query.add("ORDER BY endpoint.id LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map(Self.member)
    }

    func member(_ id: EndpointID) throws -> FleetMember? {
        var query = SQLText(Self.selectMembers)
        query.require("endpoint.retired_at IS NULL")
        query.require("endpoint.id = \(query.bind(id))")
        return try rows(query).first.map(Self.member)
    }

    func software(_ numbers: [Int64]) throws -> [Int64: Package] {
        var software: [Int64: Package] = [:]
        for chunk in chunks(of: numbers, Self.softwarePerStatement) {
            let places = SQLText.placeholders(rows: 1, columns: chunk.count)
            let found = try session.query(
                "SELECT id, \(SoftwareLine.columns) FROM software WHERE id IN \(places)",
                chunk.map(\.sql))
            for row in found {
                var row = row.reader
                let number: Int64 = try row.next()
                software[number] = try SoftwareLine.package(&row)
            }
        }
        return software
    }

    func knownFindings() throws -> [KnownFinding] {
        try rows("SELECT vulnerability, release_name, source, since FROM known_finding").map {
            row in
            var row = row.reader
            return KnownFinding(
                key: .init(
                    vulnerability: try row.next(), release: try row.next(), source: try row.next()),
                since: try row.next())
        }
    }

    func add(_ known: [KnownFinding]) throws {
        for chunk in chunks(of: known, Self.knownPerStatement) {
            try requireWriting()
            let places = SQLText.placeholders(rows: chunk.count, columns: 4)
            _ = try session.execute(
                """
                INSERT INTO known_finding (vulnerability, release_name, source, since)
                VALUES \(places) ON CONFLICT (vulnerability, release_name, source) DO NOTHING
                """,
                chunk.flatMap {
                    [$0.key.vulnerability.sql, $0.key.release.sql, $0.key.source.sql, $0.since.sql]
                })
        }
    }

    func findingStarts(of endpoints: [EndpointID]) throws -> [FindingStart] {
        try chunks(of: endpoints, Self.endpointsPerStatement).flatMap { chunk in
            let places = SQLText.placeholders(rows: 1, columns: chunk.count)
            return try session.query(
                """
                SELECT endpoint_id, vulnerability, at FROM finding_start
                WHERE endpoint_id IN \(places)
                """, chunk.map(\.sql)
            ).map { row in
                var row = row.reader
                return FindingStart(
                    endpoint: try row.next(), vulnerability: try row.next(), at: try row.next())
            }
        }
    }

    func change(_ change: FindingChange) throws {
        try end(change.ended)
        for vulnerability in change.gained {
            try self.change(
                """
                INSERT INTO finding_start (tenant_id, endpoint_id, vulnerability, at)
                VALUES ($1, $2, $3, $4)
                ON CONFLICT (tenant_id, endpoint_id, vulnerability) DO NOTHING
                """, change.tenant, change.endpoint, vulnerability, change.at)
        }
        for chunk in chunks(of: change.lost, Self.endpointsPerStatement) {
            try requireWriting()
            let places = chunk.indices.map { "$\($0 + 3)" }.joined(separator: ", ")
            _ = try session.execute(
                """
                DELETE FROM finding_start WHERE tenant_id = $1 AND endpoint_id = $2
                    AND vulnerability IN (\(places))
                """, [change.tenant.sql, change.endpoint.sql] + chunk.map(\.sql))
        }
    }

    /// How many rows one statement asks for or adds; both engines take several hundred values.
    private static let softwarePerStatement = 500
    private static let knownPerStatement = 100
    private static let endpointsPerStatement = 200

    private static let selectMembers = """
        SELECT endpoint.id, endpoint.tenant_id, endpoint.enrolled_at, inventory.digest,
            inventory.body, footing.judged_digest, judged.body, \(FootingColumns.qualified)
        FROM endpoint
        JOIN inventory ON inventory.tenant_id = endpoint.tenant_id
            AND inventory.digest = endpoint.inventory_digest
        LEFT JOIN endpoint_footing AS footing ON footing.tenant_id = endpoint.tenant_id
            AND footing.endpoint_id = endpoint.id
        LEFT JOIN inventory AS judged ON judged.tenant_id = endpoint.tenant_id
            AND judged.digest = footing.judged_digest
            AND footing.judged_digest <> endpoint.inventory_digest
        """

    private static func member(_ row: SQLRow) throws -> FleetMember {
        var row = row.reader
        let (id, tenant): (EndpointID, TenantID) = (try row.next(), try row.next())
        let (enrolledAt, digest): (Timestamp, String) = (try row.next(), try row.next())
        guard let software = VariableInteger.decode(rising: try row.next()) else {
            throw SQLFailure(.corrupt, "A stored inventory cannot be read.")
        }
        let (judgedDigest, judgedBody): (String?, [UInt8]?) = (try row.next(), try row.next())
        return FleetMember(
            id: id, tenant: tenant, enrolledAt: enrolledAt, inventoryDigest: digest,
            footing: try FootingColumns.footing(&row), software: software,
            judgedDigest: judgedDigest,
            judgedSoftware: judgedBody.flatMap { VariableInteger.decode(rising: $0) })
    }
}

/// How a footing stands in its table.
enum FootingColumns {
    /// The columns, in the order in which they are written and read.
    static let list =
        "os_id, os_version, os_name, os_codename, os_like, kernel, replaced, time_zone"

    /// The same, told apart from columns of other tables.
    static let qualified = list.split(separator: ", ").map { "footing.\($0)" }
        .joined(separator: ", ")

    /// Reads the columns of a row; `nil` where there is no footing.
    static func footing(_ row: inout SQLRowReader) throws -> SoftwareFooting? {
        let (id, version, name): (String?, String?, String?) = (
            try row.next(), try row.next(), try row.next()
        )
        let (codename, like): (String?, String?) = (try row.next(), try row.next())
        let (kernel, replaced): (String?, String?) = (try row.next(), try row.next())
        let zone: String? = try row.next()
        guard let id, let version, let name, let kernel, let zone else { return nil }
        let os = OperatingSystem(
            id: id, versionId: version, name: name, codename: codename,
            idLike: (like ?? "").split(separator: " ").map(String.init))
        return SoftwareFooting(
            os: os, kernel: kernel,
            replaced: (replaced ?? "").split(separator: "\n").map(String.init), timeZone: zone)
    }
}
