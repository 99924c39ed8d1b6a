import Fleet
import Foundation
import ServerRecords

/// Every port of the ledger over one open transaction. Each port is fulfilled in a file of its own;
/// the SQL is the same for both engines.
struct StoreRecords {
    /// The connection, inside the transaction.
    let session: any SQLSession
    /// Whether the transaction may write.
    let mayWrite: Bool
    /// What is known of interned numbers.
    let interned: InternCache
    /// What this transaction has learned of it, to be shared after the commit.
    let staged = StagedNumbers()

    /// The rows of a query.
    func rows(_ sql: String, _ values: (any SQLConvertible)...) throws -> [SQLRow] {
        try session.query(sql, values.map(\.sql))
    }

    /// The rows of a query put together from parts.
    func rows(_ query: SQLText) throws -> [SQLRow] {
        try session.query(query.text, query.values)
    }

    /// Runs a statement that changes rows.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    func change(_ sql: String, _ values: (any SQLConvertible)...) throws -> Int {
        try requireWriting()
        return try session.execute(sql, values.map(\.sql))
    }

    /// Runs a statement put together from parts that changes rows.
    @discardableResult
    func change(_ query: SQLText) throws -> Int {
        try requireWriting()
        return try session.execute(query.text, query.values)
    }

    /// Runs a statement that changes rows and returns some of their columns.
    func changeReturning(_ sql: String, _ values: (any SQLConvertible)...) throws -> [SQLRow] {
        try requireWriting()
        return try session.query(sql, values.map(\.sql))
    }

    /// Refuses to write in a transaction that only reads, on either engine alike.
    func requireWriting() throws {
        if !mayWrite {
            throw SQLFailure(.readOnly, "A transaction that only reads was asked to write.")
        }
    }

    /// Holds a statement to having changed one row: a use case stores only what it has loaded.
    func requireOne(_ changed: Int, _ what: String) throws {
        guard changed == 1 else { throw SQLFailure(.constraint, "There is no \(what) to store.") }
    }
}

extension SQLText {
    /// Narrows a query to what the scope may see.
    mutating func require(_ scope: Scope, column: String = "tenant_id") {
        if case .tenant(let tenant) = scope { require("\(column) = \(bind(tenant))") }
    }
}

/// Values as JSON text.
enum StoredJSON {
    /// The value as text.
    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// The value that the text holds.
    static func value<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws
        -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw SQLFailure(.corrupt, "A stored \(type) cannot be read.")
        }
    }
}
