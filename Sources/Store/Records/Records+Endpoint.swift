import Fleet
import ServerRecords

extension StoreRecords: EndpointRecords {
    /// The longest text that is searched for, in characters; SQLite refuses patterns of more than
    /// 50,000 bytes.
    static let longestSearch = 200

    func endpoint(_ id: EndpointID, in scope: Scope) throws -> EndpointRecord? {
        var query = SQLText("SELECT \(EndpointColumns.list) FROM endpoint")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map(EndpointColumns.record)
    }

    func insert(_ endpoint: EndpointRecord) throws {
        let standing = endpoint.standing
        try change(
            """
            INSERT INTO endpoint (
                tenant_id, id, site_id, name, name_key, public_key, machine_fingerprint, enrolled_at,
                retired_at, last_seen_at, scanned_at, inventory_digest, posture_digest,
                agent_version, boot_id, scan_requested_at, os_name, packages, missing_security,
                missing_total, reboot_required, restarts_needed, sources_not_ok)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $19, $20, $21, $22, $23)
            """,
            endpoint.tenant, endpoint.id, endpoint.site, endpoint.name,
            EndpointColumns.nameKey(endpoint.name),
            endpoint.publicKey, endpoint.machineFingerprint, endpoint.enrolledAt,
            endpoint.retiredAt, endpoint.lastSeenAt,
            endpoint.scannedAt, endpoint.inventoryDigest, endpoint.postureDigest,
            endpoint.agentVersion, endpoint.bootId, endpoint.scanRequestedAt, standing.osName,
            standing.packages, standing.missingSecurity, standing.missingTotal,
            standing.rebootRequired, standing.restartsNeeded,
            standing.sourcesNotOk)
    }

    func update(_ endpoint: EndpointRecord) throws {
        let standing = endpoint.standing
        let changed = try change(
            """
            UPDATE endpoint SET
                site_id = $3, name = $4, name_key = $5, public_key = $6, machine_fingerprint = $7,
                retired_at = $8, last_seen_at = $9, scanned_at = $10, inventory_digest = $11,
                posture_digest = $12, agent_version = $13, boot_id = $14, scan_requested_at = $15,
                os_name = $16, packages = $17, missing_security = $18, missing_total = $19,
                reboot_required = $20, restarts_needed = $21, sources_not_ok = $22
            WHERE tenant_id = $1 AND id = $2
            """,
            endpoint.tenant, endpoint.id, endpoint.site, endpoint.name,
            EndpointColumns.nameKey(endpoint.name),
            endpoint.publicKey, endpoint.machineFingerprint, endpoint.retiredAt,
            endpoint.lastSeenAt, endpoint.scannedAt,
            endpoint.inventoryDigest, endpoint.postureDigest, endpoint.agentVersion,
            endpoint.bootId,
            endpoint.scanRequestedAt, standing.osName, standing.packages, standing.missingSecurity,
            standing.missingTotal,
            standing.rebootRequired, standing.restartsNeeded, standing.sourcesNotOk)
        try requireOne(changed, "endpoint")
    }

    func endpoints(_ query: EndpointQuery) throws -> [EndpointRecord] {
        var text = SQLText("SELECT \(EndpointColumns.list) FROM endpoint")
        text.require(query)
        // Each order is one ascending pair, so that a page goes on after its last row with one
        // comparison.
        let key =
            switch query.order {
            case .name: "name_key"
            case .missingSecurity: "(-missing_security)"
            case .lastSeen: "coalesce(last_seen_at, 0)"
            }
        if let after = query.after {
            let place = text.bind(key: after.key, of: query.order)
            text.require("(\(key), id) > (\(place), \(text.bind(after.id)))")
        }
        text.add("ORDER BY \(key), id LIMIT \(text.bind(query.limit))")
        return try rows(text).map(EndpointColumns.record)
    }

    func countEndpoints(_ query: EndpointQuery) throws -> Int {
        var text = SQLText("SELECT count(*) FROM endpoint")
        text.require(query)
        return try rows(text).first?.first() ?? 0
    }

    func fleetCounts(in scope: Scope, freshSince: Timestamp) throws -> FleetCounts {
        var text = SQLText(
            "SELECT compliance, count(*), count(*) FILTER (WHERE reboot_required = 1),")
        text.add("count(*) FILTER (WHERE sources_not_ok > 0),")
        // A fresh scan whose sources are in order is unknown for one reason alone.
        let fresh = text.bind(freshSince)
        text.add("count(*) FILTER (WHERE sources_not_ok = 0 AND scanned_at >= \(fresh))")
        text.add("FROM (SELECT")
        text.add(CompliancePredicate.expression(freshSince: fresh))
        text.add("AS compliance, reboot_required, sources_not_ok, scanned_at FROM endpoint")
        text.require("retired_at IS NULL")
        text.require(scope)
        text.add(") AS judged GROUP BY compliance")
        var counts = FleetCounts()
        for row in try rows(text) {
            var row = row.reader
            let compliance: Compliance = try row.next()
            let number: Int = try row.next()
            switch compliance {
            case .compliant: counts.compliant = number
            case .nonCompliant: counts.nonCompliant = number
            case .unknown: counts.unknown = number
            }
            counts.total += number
            counts.rebootRequired += try row.next(Int.self)
            counts.sourceTrouble += try row.next(Int.self)
            let fresh: Int = try row.next()
            if compliance == .unknown { counts.beingJudged = fresh }
        }
        return counts
    }

    func endpoints(
        withMachineFingerprint fingerprint: String, of tenant: TenantID
    ) throws -> [EndpointRecord] {
        try rows(
            """
            SELECT \(EndpointColumns.list) FROM endpoint
            WHERE tenant_id = $1 AND machine_fingerprint = $2 AND retired_at IS NULL
                ORDER BY enrolled_at, id
            """, tenant, fingerprint
        ).map(EndpointColumns.record)
    }

    func endpoint(withPublicKey key: [UInt8]) throws -> EndpointRecord? {
        try rows("SELECT \(EndpointColumns.list) FROM endpoint WHERE public_key = $1", key)
            .first.map(EndpointColumns.record)
    }
}

extension SQLText {
    /// Narrows a statement over `endpoint` to what a query yields, its page aside.
    fileprivate mutating func require(_ query: EndpointQuery) {
        require(query.scope)
        if !query.includesRetired { require("retired_at IS NULL") }
        if query.rebootRequired { require("reboot_required = 1") }
        if query.sourceTrouble { require("sources_not_ok > 0") }
        if let search = query.search, !search.isEmpty {
            let part = EndpointColumns.nameKey(String(search.prefix(StoreRecords.longestSearch)))
            require("name_key LIKE \(bind(Self.containing(part))) ESCAPE '\\'")
        }
        if let compliance = query.compliance {
            let expression = CompliancePredicate.expression(freshSince: bind(query.freshSince))
            require("(\(expression)) = \(bind(compliance))")
        }
        if let missing = query.missing {
            require(
                """
                (tenant_id, update_set_id) IN (
                    SELECT member.tenant_id, member.set_id FROM update_item AS item
                    JOIN update_set_member AS member ON member.item_id = item.id
                    WHERE item.name = \(bind(missing.name))
                        AND item.candidate = \(bind(missing.candidate)))
                """)
        }
    }

    /// The key of a page's last row as the list's order stores it.
    fileprivate mutating func bind(key: String, of order: EndpointQuery.Order) -> String {
        switch order {
        case .name: bind(EndpointColumns.nameKey(key))
        case .missingSecurity: bind(-(Int64(key) ?? 0))
        case .lastSeen: bind(Int64(key) ?? 0)
        }
    }
}
