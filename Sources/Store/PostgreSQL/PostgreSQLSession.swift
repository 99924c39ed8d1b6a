import CLibPQ

/// A PostgreSQL connection as a session. Answers come in PostgreSQL's binary format, texts and
/// numbers go out as text.
final class PostgreSQLSession: SQLSession {
    /// How many statements are kept prepared: the records have about 100; more would be texts put
    /// together without end.
    private static let maximumPrepared = 500

    let handle: OpaquePointer
    private let sender: String
    private var names: [String: String] = [:]
    private var isFinished = false

    /// A session on a connection, which it ends in `finish`.
    init(_ handle: OpaquePointer, sender: String) {
        self.handle = handle
        self.sender = sender
    }

    /// Whether the server is gone.
    var isLost: Bool { isFinished || PQstatus(handle) == CONNECTION_BAD }

    /// What the library says about the connection itself.
    var connectionMessage: String {
        trimmed(PQerrorMessage(handle))
    }

    /// Ends the connection. The session is not used afterwards.
    func finish() {
        guard !isFinished else { return }
        isFinished = true
        PQfinish(handle)
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
        let result = try run(sql, values)
        return Int(String(cString: PQcmdTuples(result.pointer))) ?? 0
    }

    func query(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow] {
        try run(sql, values).rows()
    }

    func begin(_ kind: TransactionKind) throws {
        switch kind {
        case .read: _ = try execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [])
        case .write: _ = try execute("BEGIN ISOLATION LEVEL SERIALIZABLE", [])
        case .migration:
            _ = try execute("BEGIN", [])
            // Of several nodes that start at once, one migrates and the others wait. The number is
            // the one that marks SQLite files.
            _ = try query("SELECT pg_advisory_xact_lock(1349796473) IS NULL", [])
        }
    }

    func commit() throws {
        let result: PostgreSQLResult
        do {
            result = try run("COMMIT", [])
        } catch let failure as SQLFailure where failure.kind == .lostConnection {
            throw SQLFailure(.commitUnknown, failure.detail)
        }
        // The server answers ROLLBACK to the COMMIT of a transaction in which a statement has
        // failed.
        guard String(cString: PQcmdStatus(result.pointer)) == "COMMIT" else {
            throw SQLFailure(.other, "A statement failed, so the transaction was undone.")
        }
    }

    func announce(_ message: String) throws {
        _ = try query(
            "SELECT pg_notify($1, $2) IS NULL",
            [.text(PostgreSQLListener.channel), .text("\(sender) \(message)")])
    }

    func rollback() {
        guard !isLost, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        _ = try? execute("ROLLBACK", [])
    }

    // MARK: - Statements

    private func run(_ sql: String, _ values: [SQLValue]) throws -> PostgreSQLResult {
        let name = try prepared(sql)
        let arguments = try PostgreSQLArguments(values)
        let result = arguments.withPointers { pointers, lengths, formats in
            PQexecPrepared(handle, name, Int32(values.count), pointers, lengths, formats, 1)
        }
        return try checked(result)
    }

    private func prepared(_ sql: String) throws -> String {
        if let name = names[sql] { return name }
        if names.count >= Self.maximumPrepared {
            names = [:]
            _ = try checked(PQexec(handle, "DEALLOCATE ALL"))
        }
        let name = "s\(names.count)"
        _ = try checked(PQprepare(handle, name, sql, 0, nil))
        names[sql] = name
        return name
    }

    private func checked(_ pointer: OpaquePointer?) throws -> PostgreSQLResult {
        guard let pointer else {
            throw SQLFailure(isLost ? .lostConnection : .other, connectionMessage)
        }
        let result = PostgreSQLResult(pointer)
        switch PQresultStatus(pointer) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return result
        default: throw failure(result)
        }
    }

    private func failure(_ result: PostgreSQLResult) -> SQLFailure {
        let state = result.field(.sqlState)
        // The primary message only: the detail would repeat values, which may be secret.
        let words = result.field(.primaryMessage)
        let message = words.isEmpty ? connectionMessage : words
        let kind = isLost ? .lostConnection : SQLFailure.kind(sqlState: state)
        return SQLFailure(kind, state.isEmpty ? message : "\(message) (\(state))")
    }
}

extension SQLFailure {
    /// What a code of PostgreSQL's appendix A means for the caller.
    static func kind(sqlState: String) -> Kind {
        switch sqlState {
        case "40001", "40P01", "55P03": .conflict
        case "53100": .diskFull
        case "53300", "57P01", "57P02", "57P03": .lostConnection
        case "XX001", "XX002": .corrupt
        case "54000": .constraint  // an index entry that is too long
        default:
            switch sqlState.prefix(2) {
            case "08": .lostConnection
            case "22", "23": .constraint
            default: .other
            }
        }
    }
}

private func trimmed(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "" }
    return String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " ")
}
