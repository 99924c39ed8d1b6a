import GRDB

/// A SQLite connection inside one of GRDB's accesses.
struct SQLiteSession: SQLSession {
    let database: Database
    let statements: SQLiteStatements

    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
        _ = try query(sql, values)
        return database.changesCount
    }

    func query(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow] {
        try statements.statement(sql, in: database).run(values, in: database)
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
}

extension SQLFailure {
    /// A text with U+0000: PostgreSQL cannot store it, and both engines should say the same.
    static let nulInText = SQLFailure(
        .invalidValue, "A text holds the character U+0000, which cannot be stored.")
}

/// Refuses a text with U+0000.
func refuseNul(_ text: String) throws {
    if text.utf8.contains(0) { throw SQLFailure.nulInText }
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
        // The extended code tells one I/O error from the other (sqlite.org/rescode.html).
        let code = "SQLite code \(error.extendedResultCode.rawValue)"
        self.init(kind, error.message.map { "\($0) (\(code))" } ?? "\(code).")
    }
}
