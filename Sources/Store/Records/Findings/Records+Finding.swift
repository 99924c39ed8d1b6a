import Fleet
import ServerRecords

extension StoreRecords: FindingRecords {
    func store(_ footing: SoftwareFooting, of endpoint: EndpointID, tenant: TenantID) throws {
        let os = footing.os
        try change(
            """
            INSERT INTO endpoint_footing (tenant_id, endpoint_id, \(FootingColumns.list))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET os_id = excluded.os_id,
                os_version = excluded.os_version, os_name = excluded.os_name,
                os_codename = excluded.os_codename, os_like = excluded.os_like,
                kernel = excluded.kernel, replaced = excluded.replaced,
                time_zone = excluded.time_zone, channels = excluded.channels,
                foreign_packages = excluded.foreign_packages
            """, tenant, endpoint, os.id, os.versionId, os.name, os.codename,
            os.idLike.joined(separator: " "), footing.kernel,
            footing.replaced.joined(separator: "\n"), footing.timeZone,
            footing.channels.joined(separator: " "), FootingColumns.text(of: footing.foreign))
    }

    func members(after: EndpointID?, limit: Int, knowing: Set<String>) throws -> FleetPage {
        var query = SQLText(Self.selectMembers)
        query.require("endpoint.retired_at IS NULL AND endpoint.inventory_digest IS NOT NULL")
        if let after { query.require("endpoint.id > \(query.bind(after))") }
        query.add("ORDER BY endpoint.id LIMIT \(query.bind(max(limit, 0)))")
        return try page(of: try rows(query).map(Self.member), knowing: knowing)
    }

    func members(_ ids: [EndpointID]) throws -> FleetPage {
        let members = try chunks(of: ids, Self.endpointsPerStatement).flatMap { chunk in
            var query = SQLText(Self.selectMembers)
            query.require("endpoint.retired_at IS NULL AND endpoint.inventory_digest IS NOT NULL")
            let places = chunk.map { query.bind($0) }.joined(separator: ", ")
            query.require("endpoint.id IN (\(places))")
            query.add("ORDER BY endpoint.id")
            return try rows(query).map(Self.member)
        }
        return try page(of: members, knowing: [])
    }

    /// The endpoints with their inventories: the one that each has and the one that it was judged
    /// by, each distinct one once.
    private func page(of members: [FleetMember], knowing: Set<String>) throws -> FleetPage {
        var page = FleetPage(members: members)
        var wanted: [String: TenantID] = [:]
        for member in members {
            if let judged = member.judgedDigest { wanted[judged] = member.tenant }
        }
        // A tenant that has an inventory now is sure to keep it.
        for member in members { wanted[member.inventoryDigest] = member.tenant }
        for digest in knowing { wanted[digest] = nil }
        // Near each other in the table's own order, so that its pages are read once.
        let asked = wanted.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        for chunk in runs(of: asked, Self.inventoriesPerStatement) {
            let places = SQLText.placeholders(rows: chunk.count, columns: 2)
            // A join, from what is asked for to the table: see `StoreRecords+Interning`.
            let found = try session.query(
                """
                WITH asked (tenant_id, digest) AS (VALUES \(places))
                SELECT inventory.digest, inventory.body FROM asked CROSS JOIN inventory
                WHERE inventory.tenant_id = asked.tenant_id AND inventory.digest = asked.digest
                """, chunk.flatMap { [$0.value.sql, $0.key.sql] })
            for row in found {
                var row = row.reader
                let digest: String = try row.next()
                guard let software = VariableInteger.decode(rising: try row.next()) else {
                    throw SQLFailure(.corrupt, "A stored inventory cannot be read.")
                }
                page.inventories[digest] = software
            }
        }
        return page
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
    private static let inventoriesPerStatement = [200, 20, 1]

    private static let selectMembers = """
        SELECT endpoint.id, endpoint.tenant_id, endpoint.enrolled_at, endpoint.inventory_digest,
            footing.judged_digest, \(FootingColumns.qualified)
        FROM endpoint
        LEFT JOIN endpoint_footing AS footing ON footing.tenant_id = endpoint.tenant_id
            AND footing.endpoint_id = endpoint.id
        """

    private static func member(_ row: SQLRow) throws -> FleetMember {
        var row = row.reader
        let (id, tenant): (EndpointID, TenantID) = (try row.next(), try row.next())
        let (enrolledAt, digest): (Timestamp, String) = (try row.next(), try row.next())
        let judged: String? = try row.next()
        return FleetMember(
            id: id, tenant: tenant, enrolledAt: enrolledAt, inventoryDigest: digest,
            footing: try FootingColumns.footing(&row), judgedDigest: judged)
    }
}

/// How a footing stands in its table.
enum FootingColumns {
    /// The columns, in the order in which they are written and read.
    static let list =
        "os_id, os_version, os_name, os_codename, os_like, kernel, replaced, time_zone, "
        + "channels, foreign_packages"

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
        let (channels, foreign): (String?, String?) = (try row.next(), try row.next())
        guard let id, let version, let name, let kernel, let zone else { return nil }
        let os = OperatingSystem(
            id: id, versionId: version, name: name, codename: codename,
            idLike: (like ?? "").split(separator: " ").map(String.init))
        return SoftwareFooting(
            os: os, kernel: kernel,
            replaced: (replaced ?? "").split(separator: "\n").map(String.init), timeZone: zone,
            channels: (channels ?? "").split(separator: " ").map(String.init),
            foreign: self.foreign(in: foreign ?? ""))
    }

    /// Foreign packages, one source a line: the count, a blank, the source.
    static func text(of foreign: [ForeignPackages]) -> String {
        foreign.map { "\($0.packages) \($0.source)" }.joined(separator: "\n")
    }

    private static func foreign(in text: String) -> [ForeignPackages] {
        text.split(separator: "\n").compactMap { line in
            guard let blank = line.firstIndex(of: " "), let packages = Int(line[..<blank]) else {
                return nil
            }
            return ForeignPackages(
                source: String(line[line.index(after: blank)...]), packages: packages)
        }
    }
}
