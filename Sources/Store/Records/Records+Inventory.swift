import Fleet
import ServerRecords

extension StoreRecords: InventoryRecords {
    func inventorySize(_ digest: String, of tenant: TenantID) throws -> Int? {
        try rows(
            "SELECT package_count FROM inventory WHERE tenant_id = $1 AND digest = $2", tenant,
            digest
        ).first?.first()
    }

    func store(
        _ text: InventoryText, digest: String, of tenant: TenantID, at now: Timestamp
    ) throws -> Bool {
        try requireWriting()
        if try hasInventory(digest, of: tenant) { return false }
        let numbers = try intern(text).sorted()
        try change(
            """
            INSERT INTO inventory (tenant_id, digest, package_count, stored_at, body)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id, digest) DO NOTHING
            """, tenant, digest, numbers.count, now, VariableInteger.encode(rising: numbers))
        return true
    }

    func inventory(_ digest: String, of tenant: TenantID) throws -> Inventory? {
        let row = try rows(
            "SELECT body FROM inventory WHERE tenant_id = $1 AND digest = $2", tenant, digest
        ).first
        return try row.map { try inventory(body: $0.first()) }
    }

    func appendHistory(
        endpoint: EndpointID, of tenant: TenantID, digest: String, at: Timestamp
    ) throws {
        let latest = try inventoryHistory(of: endpoint, tenant: tenant, limit: 1).first
        if latest?.digest == digest { return }
        // History only goes forward: if the clock has gone back, the entry comes right after the
        // latest.
        let earliest = latest.map { Timestamp(milliseconds: $0.at.milliseconds + 1) } ?? at
        try change(
            "INSERT INTO inventory_history (tenant_id, endpoint_id, at, digest) VALUES ($1, $2, $3, $4)",
            tenant, endpoint, max(at, earliest), digest)
    }

    func inventory(of endpoint: EndpointID, tenant: TenantID, at: Timestamp) throws -> InventoryAt?
    {
        let row = try rows(
            """
            SELECT history.at, inventory.body FROM inventory_history AS history
            JOIN inventory ON inventory.tenant_id = history.tenant_id
                AND inventory.digest = history.digest
            WHERE history.tenant_id = $1 AND history.endpoint_id = $2 AND history.at <= $3
            ORDER BY history.at DESC LIMIT 1
            """, tenant, endpoint, at
        ).first
        guard var row = row?.reader else { return nil }
        return InventoryAt(since: try row.next(), inventory: try inventory(body: row.next()))
    }

    func inventoryHistory(
        of endpoint: EndpointID, tenant: TenantID, limit: Int
    ) throws -> [InventoryHistoryEntry] {
        try rows(
            """
            SELECT at, digest FROM inventory_history WHERE tenant_id = $1 AND endpoint_id = $2
            ORDER BY at DESC LIMIT $3
            """, tenant, endpoint, max(limit, 0)
        ).map { row in
            var row = row.reader
            return InventoryHistoryEntry(at: try row.next(), digest: try row.next())
        }
    }

    func store(_ posture: Posture, of endpoint: EndpointID, tenant: TenantID) throws {
        try requireWriting()
        let before: Int64?? = try rows(
            "SELECT update_set_id FROM endpoint WHERE tenant_id = $1 AND id = $2", tenant, endpoint
        ).first?.first()
        let set = try updateSet(of: posture.updates, tenant: tenant)
        let changed = try change(
            "UPDATE endpoint SET update_set_id = $3 WHERE tenant_id = $1 AND id = $2", tenant,
            endpoint, set)
        try requireOne(changed, "endpoint")
        try change(
            """
            INSERT INTO posture (tenant_id, endpoint_id, body) VALUES ($1, $2, $3)
            ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET body = excluded.body
            """, tenant, endpoint, StoredJSON.text(StoredPosture(posture)))
        if let before = before.flatMap({ $0 }), before != set {
            try dropIfUnused(set: before, tenant: tenant)
        }
    }

    func posture(of endpoint: EndpointID, tenant: TenantID) throws -> Posture? {
        let row = try rows(
            """
            SELECT posture.body, update_set.body FROM posture
            JOIN endpoint ON endpoint.tenant_id = posture.tenant_id
                AND endpoint.id = posture.endpoint_id
            JOIN update_set ON update_set.tenant_id = endpoint.tenant_id
                AND update_set.id = endpoint.update_set_id
            WHERE posture.tenant_id = $1 AND posture.endpoint_id = $2
            """, tenant, endpoint
        ).first
        guard var row = row?.reader else { return nil }
        let stored: StoredPosture = try StoredJSON.value(row.next())
        return stored.with(try updates(body: row.next()))
    }

    private func inventory(body: [UInt8]) throws -> Inventory {
        guard let numbers = VariableInteger.decode(rising: body) else {
            throw SQLFailure(.corrupt, "A stored inventory cannot be read.")
        }
        return Inventory(try packages(numbers))
    }
}
