import Fleet

/// Update sets: what an endpoint misses is stored once for all that miss the same, so "which
/// endpoints miss X" is a join over distinct sets.
extension StoreRecords {
    /// The most bytes of one update's texts together, for the same reason as
    /// `SoftwareLine.maximumBytes`.
    static let maximumUpdateBytes = 2_000

    /// The tenant's set of exactly these updates in this order; it is made when there is none.
    func updateSet(of updates: [Update], tenant: TenantID) throws -> Int64 {
        let items = try self.items(updates)
        let body = VariableInteger.encode(items)
        let fingerprint = Self.fingerprint(body)
        // The fingerprint narrows the search, and the bytes decide: two different sets are never
        // taken for one.
        let known = try rows(
            """
            SELECT id FROM update_set WHERE tenant_id = $1 AND fingerprint = $2 AND body = $3
            ORDER BY id LIMIT 1
            """,
            tenant, fingerprint, body
        ).first
        if let known { return try known.first() }
        let made = try changeReturning(
            """
            INSERT INTO update_set (tenant_id, id, fingerprint, body)
            SELECT $1, (SELECT coalesce(max(id), 0) + 1 FROM update_set WHERE tenant_id = $1), $2,
                $3 RETURNING id
            """, tenant, fingerprint, body
        ).first
        guard let set: Int64 = try made?.first() else {
            throw SQLFailure(.other, "An update set was not stored.")
        }
        for item in Set(items).sorted() {
            try change(
                "INSERT INTO update_set_member (tenant_id, set_id, item_id) VALUES ($1, $2, $3)",
                tenant, set, item)
        }
        return set
    }

    /// Forgets a set that no endpoint has any more.
    func dropIfUnused(set: Int64, tenant: TenantID) throws {
        try change(
            """
            DELETE FROM update_set WHERE tenant_id = $1 AND id = $2
            AND NOT EXISTS (SELECT 1 FROM endpoint WHERE endpoint.tenant_id = $1
                AND endpoint.update_set_id = $2)
            """, tenant, set)
    }

    /// The updates of a set's body, in its order.
    func updates(body: [UInt8]) throws -> [Update] {
        guard let items = VariableInteger.decode(body)?.map({ Int64(bitPattern: $0) }) else {
            throw SQLFailure(.corrupt, "A stored list of updates cannot be read.")
        }
        var known: [Int64: Update] = [:]
        return try items.map { item in
            if let update = known[item] { return update }
            let row = try rows("SELECT \(UpdateColumns.list) FROM update_item WHERE id = $1", item)
                .first
            guard let row else {
                throw SQLFailure(.corrupt, "A list names an update that is not stored.")
            }
            let update = try UpdateColumns.update(row)
            known[item] = update
            return update
        }
    }

    /// The numbers of updates, in their order; new ones get one.
    private func items(_ updates: [Update]) throws -> [Int64] {
        let rows = updates.map(UpdateColumns.values)
        let keys = try rows.map(UpdateColumns.key)
        let known = try knownNumbers(of: keys)
        return try updates.indices.map { place in
            if let number = known[place] ?? staged.learned[keys[place]] { return number }
            let number = try item(rows[place])
            staged.learned[keys[place]] = number
            return number
        }
    }

    private func item(_ values: [SQLValue]) throws -> Int64 {
        if let known = try session.query(UpdateColumns.find, values).first {
            return try known.first()
        }
        if let made = try session.query(UpdateColumns.add, values).first { return try made.first() }
        // Another node added it at the same moment, and this transaction cannot see that yet.
        throw SQLFailure(.conflict, "An update was stored by somebody else at the same time.")
    }

    /// Fowler, Noll and Vo's hash (FNV-1a, 64 bits): the same on every node and in every version.
    private static func fingerprint(_ bytes: [UInt8]) -> Int64 {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return Int64(bitPattern: hash)
    }
}

/// How an update stands in its table.
enum UpdateColumns {
    /// The columns, in the order in which they are written and read.
    static let list =
        "manager, name, architecture, installed, candidate, classes, origin, installability, bytes, reason"

    /// Finds the number of an update.
    static let find = """
        SELECT id FROM update_item WHERE manager = $1 AND name = $2 AND architecture = $3
            AND installed = $4 AND candidate = $5
        AND classes = $6 AND origin = $7 AND installability = $8 AND bytes = $9 AND reason = $10
        """

    /// Adds an update and returns its number.
    static let add = """
        INSERT INTO update_item (\(list)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING RETURNING id
        """

    /// Stands for a size that is not known: no value would make every row differ from every other
    /// in a unique key.
    private static let unknownBytes: Int64 = -1
    /// Stands for no reason, likewise; a reason is never empty but for this.
    private static let noReason = ""

    /// The values of an update.
    static func values(_ update: Update) -> [SQLValue] {
        [
            update.manager.sql, update.name.sql, update.architecture.sql, update.installed.sql,
            update.candidate.sql, bits(update.classes).sql, update.origin.sql,
            update.installability.sql,
            (update.bytes ?? unknownBytes).sql, (update.reason ?? noReason).sql,
        ]
    }

    /// What the line of an update begins with in the cache's key; that of software begins with a
    /// package manager's name, which never holds it.
    private static let mark: UInt8 = 1

    /// The cache's key of an update's values.
    ///
    /// - Throws: `SQLFailure` when they are too long to be stored, or hold U+0000.
    static func key(_ values: [SQLValue]) throws -> InternKey {
        var line = [mark]
        for value in values {
            switch value {
            case .text(let text):
                // The end of a part must not stand within one.
                try refuseNul(text)
                line += text.utf8
            case .integer(let number): withUnsafeBytes(of: number) { line += $0 }
            case .null, .blob: break
            }
            line.append(0)
        }
        guard line.count <= StoreRecords.maximumUpdateBytes else {
            throw SQLFailure(
                .invalidValue,
                "An update's texts come to more than \(StoreRecords.maximumUpdateBytes) bytes.")
        }
        return line.withUnsafeBytes { InternKey($0) }
    }

    /// The update of a row.
    static func update(_ row: SQLRow) throws -> Update {
        var row = row.reader
        var update = Update(
            manager: try row.next(), name: try row.next(), architecture: try row.next(),
            installed: try row.next(), candidate: try row.next(), classes: classes(try row.next()),
            origin: try row.next(), installability: try row.next())
        let (bytes, reason): (Int64, String) = (try row.next(), try row.next())
        update.bytes = bytes == unknownBytes ? nil : bytes
        update.reason = reason == noReason ? nil : reason
        return update
    }

    /// Classes as bits: 1 security, 2 bugfix, 4 feature.
    static func bits(_ classes: [UpdateClass]) -> Int64 {
        classes.reduce(0) { $0 | bit($1) }
    }

    /// The classes of bits, in order.
    static func classes(_ bits: Int64) -> [UpdateClass] {
        UpdateClass.allCases.filter { bits & bit($0) != 0 }
    }

    /// The bit of a class.
    static func bit(_ updateClass: UpdateClass) -> Int64 {
        switch updateClass {
        case .security: 1
        case .bugfix: 2
        case .feature: 4
        }
    }
}

extension Installability: SQLConvertible {}
