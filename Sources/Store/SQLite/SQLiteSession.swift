import Foundation
import GRDB

/// A SQLite connection inside one of GRDB's accesses.
struct SQLiteSession: SQLSession {
    let database: Database
    let texts: PlaceholderTexts

    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
        try translatingErrors {
            let statement = try prepared(sql, values)
            try statement.execute()
            return database.changesCount
        }
    }

    func query(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow] {
        try translatingErrors {
            let statement = try prepared(sql, values)
            let columns = statement.columnCount
            var rows: [SQLRow] = []
            let cursor = try Row.fetchCursor(statement)
            while let row = try cursor.next() {
                rows.append(SQLRow(values: (0..<columns).map { Self.value(row, $0) }))
            }
            return rows
        }
    }

    func begin(_ kind: TransactionKind) throws {
        switch kind {
        case .read: _ = try execute("BEGIN DEFERRED TRANSACTION", [])
        case .write, .migration: _ = try execute("BEGIN IMMEDIATE TRANSACTION", [])
        }
    }

    func commit() throws {
        _ = try execute("COMMIT TRANSACTION", [])
    }

    func rollback() {
        // After a full disk or a read error SQLite has rolled back by itself.
        guard database.isInsideTransaction else { return }
        _ = try? execute("ROLLBACK TRANSACTION", [])
    }

    private func prepared(_ sql: String, _ values: [SQLValue]) throws -> Statement {
        // Most statements of a small transaction only mark its beginning and end.
        guard !values.isEmpty else { return try database.cachedStatement(sql: sql) }
        let statement = try database.cachedStatement(sql: texts.numbered(sql))
        statement.setUncheckedArguments(StatementArguments(try values.map(Self.argument)))
        return statement
    }

    private static func argument(_ value: SQLValue) throws -> DatabaseValue {
        switch value {
        case .null: return .null
        case .integer(let number): return number.databaseValue
        case .text(let text):
            try refuseNul(text)
            return text.databaseValue
        case .blob(let bytes): return Data(bytes).databaseValue
        }
    }

    private static func value(_ row: Row, _ column: Int) -> SQLValue {
        let stored: DatabaseValue = row[column]
        return switch stored.storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .string(let text): .text(text)
        case .blob(let data): .blob([UInt8](data))
        case .double(let number): .integer(Int64(number))
        }
    }
}

/// Statements in SQLite's words: `?1` instead of `$1`, which SQLite would number by first
/// appearance.
final class PlaceholderTexts {
    private var numbered: [String: String] = [:]

    /// The statement in SQLite's words.
    func numbered(_ sql: String) -> String {
        if let known = numbered[sql] { return known }
        let text = sql.replacing(#/\$(\d+)/#) { "?\($0.output.1)" }
        numbered[sql] = text
        return text
    }
}

/// Refuses a text with U+0000: PostgreSQL cannot store it, and both engines should say the same.
func refuseNul(_ text: String) throws {
    if text.utf8.contains(0) {
        throw SQLFailure(
            .invalidValue, "A text holds the character U+0000, which cannot be stored.")
    }
}

/// Runs `body` and tells GRDB's errors apart by what to do about them.
func translatingErrors<Answer>(_ body: () throws -> Answer) throws -> Answer {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw SQLFailure(error)
    }
}

extension SQLFailure {
    /// The failure behind one of SQLite's result codes (sqlite.org/rescode.html). The statement and
    /// its values stay out of it.
    init(_ error: DatabaseError) {
        let kind: Kind =
            switch error.resultCode {
            case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH: .constraint
            case .SQLITE_FULL: .diskFull
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: .corrupt
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CANTOPEN: .lostConnection
            default: .other
            }
        self.init(kind, error.message ?? "SQLite answers with code \(error.resultCode.rawValue).")
    }
}
