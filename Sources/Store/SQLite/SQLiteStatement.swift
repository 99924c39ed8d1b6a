import Foundation
import GRDB
import GRDBSQLite

/// A prepared statement, bound and stepped by SQLite's own functions (sqlite.org/c3ref/intro.html):
/// GRDB's arguments look types up at run time, which cost more than most of our statements.
struct SQLiteStatement {
    /// GRDB prepares it and takes it away again.
    private let owner: Statement
    private var pointer: OpaquePointer { owner.sqliteStatement }

    /// Prepares a statement for a connection.
    init(_ sql: String, in database: Database) throws {
        owner = try translatingErrors { try database.makeStatement(sql: sql) }
    }

    /// Runs it to its end.
    ///
    /// - Returns: Its rows.
    func run(_ values: [SQLValue], in database: Database) throws -> [SQLRow] {
        // Also gives free what the statement locks, whatever it ended with.
        defer { sqlite3_reset(pointer) }
        var place: Int32 = 0
        for value in values {
            place += 1
            try check(bind(value, at: place), in: database)
        }
        let columns = sqlite3_column_count(pointer)
        var rows: [SQLRow] = []
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_ROW: rows.append(row(columns))
            case SQLITE_DONE: return rows
            case let code: throw Self.failure(code, in: database)
            }
        }
    }

    private func row(_ columns: Int32) -> SQLRow {
        var values: [SQLValue] = []
        values.reserveCapacity(Int(columns))
        var column: Int32 = 0
        while column < columns {
            values.append(value(column))
            column += 1
        }
        return SQLRow(values: values)
    }

    // MARK: - Values

    /// Tells SQLite to keep a copy (SQLITE_TRANSIENT, a macro that Swift does not see).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func bind(_ value: SQLValue, at place: Int32) throws -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(pointer, place)
        case .integer(let number): return sqlite3_bind_int64(pointer, place, number)
        case .text(var text): return try text.withUTF8 { try bind($0, at: place) }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { bytes in
                // Without an address SQLite would take it for NULL.
                guard let address = bytes.baseAddress, !bytes.isEmpty else {
                    return sqlite3_bind_zeroblob(pointer, place, 0)
                }
                return sqlite3_bind_blob64(
                    pointer, place, address, UInt64(bytes.count), Self.copied)
            }
        }
    }

    private func bind(_ text: UnsafeBufferPointer<UInt8>, at place: Int32) throws -> Int32 {
        guard let address = text.baseAddress, !text.isEmpty else {
            return sqlite3_bind_text(pointer, place, "", 0, Self.copied)
        }
        if memchr(address, 0, text.count) != nil { throw SQLFailure.nulInText }
        return address.withMemoryRebound(to: CChar.self, capacity: text.count) {
            sqlite3_bind_text64(
                pointer, place, $0, UInt64(text.count), Self.copied, UInt8(SQLITE_UTF8))
        }
    }

    private func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(pointer, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(pointer, column))
        case SQLITE_FLOAT: .integer(Int64(sqlite3_column_double(pointer, column)))
        case SQLITE_TEXT: .text(String(decoding: bytes(column), as: UTF8.self))
        case SQLITE_BLOB: .blob(Array(bytes(column)))
        default: .null
        }
    }

    /// The bytes of a text or blob, good until the next step.
    private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        // The address comes first: asking for it may change the length.
        let address = sqlite3_column_blob(pointer, column)
        let count = Int(sqlite3_column_bytes(pointer, column))
        return UnsafeRawBufferPointer(start: address, count: address == nil ? 0 : count)
    }

    // MARK: - Failures

    private func check(_ code: Int32, in database: Database) throws {
        if code != SQLITE_OK { throw Self.failure(code, in: database) }
    }

    private static func failure(_ code: Int32, in database: Database) -> SQLFailure {
        SQLFailure(
            DatabaseError(
                resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage
            ))
    }
}

/// The statements of one connection, prepared once each.
final class SQLiteStatements {
    /// How many are kept: the records have about 150; more would be texts put together without end.
    private static let maximumPrepared = 500

    private var prepared: [String: SQLiteStatement] = [:]

    /// The statement with this text, in which `$1` stands for the first value.
    func statement(_ sql: String, in database: Database) throws -> SQLiteStatement {
        if let known = prepared[sql] { return known }
        let statement = try SQLiteStatement(Self.numbered(sql), in: database)
        if prepared.count >= Self.maximumPrepared { prepared.removeAll() }
        prepared[sql] = statement
        return statement
    }

    /// The text with `?1` for `$1`, which SQLite would number by its first appearance.
    private static func numbered(_ sql: String) -> String {
        let (dollar, question) = (UInt8(ascii: "$"), UInt8(ascii: "?"))
        var bytes = Array(sql.utf8)
        var place = 0
        while place + 1 < bytes.count {
            if bytes[place] == dollar, bytes[place + 1] >= 0x30, bytes[place + 1] <= 0x39 {
                bytes[place] = question
            }
            place += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Takes all away, before the connection ends.
    func removeAll() {
        prepared.removeAll()
    }
}
