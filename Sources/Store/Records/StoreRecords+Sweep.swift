import Fleet
import ServerRecords

/// Software and updates are interned for all tenants together. What no inventory and no list of
/// updates names any more is swept out now and then.
///
/// Two things could go wrong, and do not. An inventory may be stored, naming old software, while
/// the sweep goes on: each transaction that removes software first looks at the inventories that
/// were not there when the sweep began. And a process may remember the number of what another has
/// removed: every removal counts up the sweeps in the database, and a number is believed only while
/// their count is the one that it was learned under. On PostgreSQL both rest on transactions being
/// serializable.
extension StoreRecords {
    /// The setting that counts removals.
    private static let sweeps = "sweeps"
    /// How much software is looked through at a time, in rows.
    private static let rowsPerRead = 10_000
    /// How many rows one statement removes.
    private static let rowsPerStatement = 100

    /// The numbers that are known and still good, `nil` where one is not.
    func knownNumbers(of keys: [InternKey]) throws -> [Int64?] {
        let sweeps = try rows("SELECT value FROM setting WHERE name = $1", Self.sweeps)
            .first?.first(as: String.self)
        staged.sweeps = sweeps
        return interned.numbers(of: keys, sweeps: sweeps)
    }

    /// What no inventory of this transaction's snapshot names.
    func unnamedSoftware() throws -> UnnamedSoftware {
        var sweep = UnnamedSoftware()
        let named = try numbers(inInventoriesNotIn: &sweep.inventories)
        var last: Int64 = 0
        while true {
            let page = try rows(
                "SELECT id FROM software WHERE id > $1 ORDER BY id LIMIT $2", last,
                Self.rowsPerRead
            ).map { try $0.first(as: Int64.self) }
            guard let end = page.last else { return sweep }
            sweep.numbers += page.filter { !named.contains($0) }
            last = end
        }
    }

    /// Removes a batch of it, but for what has been named since.
    ///
    /// - Returns: how many rows were removed.
    func remove(_ sweep: inout UnnamedSoftware, limit: Int) throws -> Int {
        try requireWriting()
        let named = try numbers(inInventoriesNotIn: &sweep.inventories)
        sweep.numbers.removeAll { named.contains($0) }
        let batch = Array(sweep.numbers.suffix(limit))
        sweep.numbers.removeLast(batch.count)
        guard !batch.isEmpty else { return 0 }
        try countSweep()
        var removed = 0
        for chunk in chunks(of: batch, Self.rowsPerStatement) {
            let places = SQLText.placeholders(rows: 1, columns: chunk.count)
            removed += try session.execute(
                "DELETE FROM software WHERE id IN \(places)", chunk.map(\.sql))
        }
        return removed
    }

    /// Removes updates that no endpoint's list names.
    func removeUnnamedUpdates(limit: Int) throws -> Int {
        let removed = try change(
            """
            DELETE FROM update_item WHERE id IN (SELECT item.id FROM update_item AS item
                WHERE NOT EXISTS (SELECT 1 FROM update_set_member AS member
                    WHERE member.item_id = item.id)
                LIMIT $1)
            """, max(limit, 0))
        if removed > 0 { try countSweep() }
        return removed
    }

    private func countSweep() throws {
        let count = try setting(Self.sweeps).flatMap { Int64($0) } ?? 0
        try setSetting(Self.sweeps, to: "\(count + 1)")
    }

    /// The numbers in the inventories that are not among `seen`, which holds them afterwards.
    private func numbers(inInventoriesNotIn seen: inout Set<InternKey>) throws -> Set<Int64> {
        var named: Set<Int64> = []
        for row in try rows("SELECT tenant_id, digest FROM inventory") {
            var row = row.reader
            let (tenant, digest): (String, String) = (try row.next(), try row.next())
            let key = Array("\(tenant) \(digest)".utf8).withUnsafeBytes { InternKey($0) }
            guard seen.insert(key).inserted else { continue }
            let body = try rows(
                "SELECT body FROM inventory WHERE tenant_id = $1 AND digest = $2", tenant, digest
            ).first
            guard let numbers = try body.flatMap({ VariableInteger.decode(rising: try $0.first()) })
            else { throw SQLFailure(.corrupt, "A stored inventory cannot be read.") }
            named.formUnion(numbers)
        }
        return named
    }
}

/// Software that nothing named at one instant, and the inventories that were there then.
struct UnnamedSoftware: Sendable {
    /// The numbers of the software that has not been removed yet.
    var numbers: [Int64] = []
    /// The inventories that were looked at.
    var inventories: Set<InternKey> = []
}

extension SQLLedger {
    /// The most rows that one transaction removes.
    private static let sweepBatch = 1000

    /// Forgets software and updates that no inventory and no list of updates names any more, in
    /// small transactions. It reads every inventory, so once a day is often enough.
    ///
    /// - Returns: how many were forgotten.
    /// - Throws: `LedgerUnavailable`.
    @discardableResult
    public func sweep() async throws -> Int {
        var left = try await store.read { try $0.unnamedSoftware() }
        var removed = 0
        while !left.numbers.isEmpty {
            try Task.checkCancellation()
            let now = left
            let (rest, count) = try await store.write { records in
                var rest = now
                let count = try records.remove(&rest, limit: Self.sweepBatch)
                return (rest, count)
            }
            left = rest
            removed += count
        }
        while true {
            try Task.checkCancellation()
            let count = try await store.write {
                try $0.removeUnnamedUpdates(limit: Self.sweepBatch)
            }
            removed += count
            if count == 0 { return removed }
        }
    }
}
