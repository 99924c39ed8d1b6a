import CLibPQ

/// One connection to a PostgreSQL server. It is made when first used, and again when it has been
/// lost.
final class PostgreSQLConnection: SQLConnection {
    /// How long a server may take to answer while connecting, in seconds.
    private static let connectSeconds = "10"
    /// How long sent data may stay unconfirmed before the connection counts as lost, in
    /// milliseconds: a server that has vanished without a word is noticed after this long, not
    /// after the system's 15 minutes.
    private static let unconfirmedMilliseconds = "20000"

    private let address: PostgreSQLAddress
    private let sender: String
    private var session: PostgreSQLSession?

    /// A connection that has yet to be made.
    ///
    /// - Parameters:
    ///   - address: the server and the database.
    ///   - sender: marks what this connection announces, so that its own process need not listen to
    ///     it.
    init(_ address: PostgreSQLAddress, sender: String = "") {
        self.address = address
        self.sender = sender
    }

    deinit {
        close()
    }

    func use<Answer>(_ body: (any SQLSession) throws -> Answer) throws -> Answer {
        let session = try usableSession()
        defer { if session.isLost { close() } }
        return try body(session)
    }

    func dialect(_ schema: String) -> String {
        SchemaDialect.postgreSQL(schema)
    }

    func close() {
        session?.finish()
        session = nil
    }

    /// The session, connected if need be.
    func usableSession() throws -> PostgreSQLSession {
        if let session, !session.isLost { return session }
        close()
        let fresh = try connect()
        session = fresh
        return fresh
    }

    private func connect() throws -> PostgreSQLSession {
        // Later keywords win, so the address (expanded as dbname) may override the defaults that
        // stand before it.
        let settings: [(String, String)] = [
            ("connect_timeout", Self.connectSeconds),
            ("tcp_user_timeout", Self.unconfirmedMilliseconds),
            // A server that vanished while an answer is waited for is noticed within a minute.
            ("keepalives", "1"), ("keepalives_idle", "30"), ("keepalives_interval", "10"),
            ("keepalives_count", "3"), ("fallback_application_name", "patchbay"),
            ("dbname", address.uri),
            ("client_encoding", "UTF8"),
        ]
        let handle = withCStrings(settings.map(\.0)) { keywords in
            withCStrings(settings.map(\.1)) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let handle else {
            throw SQLFailure(.lostConnection, "There is no memory for a connection.")
        }
        // The C library would write the server's notices to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        let session = PostgreSQLSession(handle, sender: sender)
        guard PQstatus(handle) == CONNECTION_OK else {
            let words = address.redact(session.connectionMessage)
            session.finish()
            throw SQLFailure(.lostConnection, "PostgreSQL at \(address) does not answer: \(words)")
        }
        return session
    }
}

/// Calls `body` with the texts as C strings, and a null pointer after the last.
private func withCStrings<Answer>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Answer
) -> Answer {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for text in texts {
        starts.append(bytes.count)
        bytes.append(contentsOf: text.utf8.lazy.map { CChar(bitPattern: $0) })
        bytes.append(0)
    }
    return bytes.withUnsafeBufferPointer { buffer in
        var pointers = starts.map { start in buffer.baseAddress?.advanced(by: start) }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
