import Fleet
import Foundation
public import ServerRecords

/// The ledger over SQLite or PostgreSQL.
///
/// One thread writes, several read, each with its own connection; a caller never blocks a
/// cooperative thread. Whatever waits to be written shares one commit, and is answered after it.
public final class SQLLedger: Ledger {
    /// How a database is opened.
    public enum Access: Sendable {
        /// To read and write, as the one server of a SQLite file. The schema is brought up to date
        /// first.
        case sole
        /// To read only, beside a server that may be running.
        case readOnly
    }

    /// How many threads read: reads are short, and more than a few would only compete with the
    /// writer for two cores.
    private static let readers = 4

    private let location: DatabaseLocation
    private let writer: Lane?
    private let reader: Lane
    private let claim: SQLiteFileClaim?
    private let sender: String
    private let listener = SharedValue<PostgreSQLListener?>(nil)

    private init(
        location: DatabaseLocation, writer: Lane?, reader: Lane, claim: SQLiteFileClaim?,
        sender: String = ""
    ) {
        self.sender = sender
        self.location = location
        self.writer = writer
        self.reader = reader
        self.claim = claim
    }

    deinit {
        listener.get()?.close()
        writer?.close()
        reader.close()
    }

    /// Hands the subjects that other processes on the same database announce to `hear`, on a thread
    /// of its own, until the ledger is closed, and lets this process take part in whose the
    /// schedule is. Where there is one process only, nothing is ever heard.
    ///
    /// It is called once. A server that does not answer is asked again and again.
    public func listen(_ hear: @escaping @Sendable ([String]) -> Void) throws {
        guard case .postgresql(let address) = location, listener.get() == nil else { return }
        listener.set(try PostgreSQLListener(address, sender: sender, hear: hear))
    }

    /// Whether other processes may use the same database: SQLite's file is held by one.
    public var isShared: Bool {
        if case .postgresql = location { true } else { false }
    }

    /// Whether this process is the one of those on the same database that does what is to be done
    /// now and then. The only process always is; of several it is one that listens.
    public var holdsSchedule: Bool {
        guard case .postgresql = location else { return true }
        return listener.get()?.holdsSchedule ?? false
    }

    /// Opens a database and, when it is to be written, brings its schema up to date. It blocks the
    /// calling thread until it is done.
    ///
    /// - Throws: `LedgerUnavailable`: `newerSchema`, `corrupt`, `busy` when another process has a
    ///   SQLite file, `unreachable`.
    public static func open(
        _ location: DatabaseLocation, access: Access = .sole
    ) throws(LedgerUnavailable) -> SQLLedger {
        try open(location, access: access, options: StoreOptions())
    }

    /// The same, with what tests change.
    static func open(
        _ location: DatabaseLocation, access: Access = .sole, options: StoreOptions
    ) throws(LedgerUnavailable) -> SQLLedger {
        do {
            return try start(location, access, options)
        } catch let error as LedgerUnavailable {
            throw error
        } catch {
            throw (error as? SQLFailure)?.unavailable
                ?? LedgerUnavailable(reason: .other, detail: "\(error)")
        }
    }

    /// Opens an empty database in memory without threads of its own: each transaction runs on its
    /// caller's, and nothing runs beside it. For whoever makes one call after the other, many
    /// thousands of them, as simulated worlds do.
    ///
    /// - Throws: `LedgerUnavailable`.
    public static func openForOneCaller() throws(LedgerUnavailable) -> SQLLedger {
        do {
            let lane = Lane(on: try CallersRunner())
            return SQLLedger(location: .sqliteMemory, writer: lane, reader: lane, claim: nil)
        } catch {
            throw (error as? SQLFailure)?.unavailable
                ?? LedgerUnavailable(reason: .other, detail: "\(error)")
        }
    }

    /// Takes out all that the database holds, so that it is as when it was opened; what has been
    /// prepared for it stays, which is most of what opening another costs.
    ///
    /// - Throws: `LedgerUnavailable` when the database is not in memory.
    public func clear() async throws {
        guard case .sqliteMemory = location else {
            throw LedgerUnavailable(
                reason: .other, detail: "Only a database in memory is ever emptied.")
        }
        try await store.write { try $0.removeEverything() }
    }

    /// Runs a transaction that only reads, on one of the reading threads.
    ///
    /// - Throws: what the closure throws, or `LedgerUnavailable`.
    public func read<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer {
        try await store.read { try body($0) }
    }

    /// Runs a transaction that may write; it shares its commit with others that wait.
    ///
    /// - Throws: what the closure throws (nothing has been written then), or `LedgerUnavailable`.
    public func write<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer {
        try await store.write { try body($0) }
    }

    /// Reads and writes with what is the store's own and no port's.
    var store: StoreLanes { StoreLanes(reader: reader, writer: writer) }

    /// Finishes what waits, ends all connections, and gives the database free.
    public func close() async {
        let listener = listener.get()
        listener?.close()
        reader.close()
        await listener?.waitUntilEnded()
        await reader.waitUntilEnded()
        // The writer last: SQLite brings the journal back into the file when its last connection
        // closes, and of two that close in one instant neither is the last.
        writer?.close()
        await writer?.waitUntilEnded()
        claim?.release()
    }

    /// Copies the whole database, as it is at one instant, into a new file, while it is in use.
    ///
    /// - Throws: `LedgerUnavailable` when the file exists, cannot be written, or the database is
    ///   not a SQLite file.
    public func backup(to path: String) async throws {
        guard case .sqliteFile(let source) = location else {
            throw LedgerUnavailable(
                reason: .other,
                detail: "Only a SQLite file is copied so; use pg_dump for PostgreSQL.")
        }
        do {
            try await onOwnThread("patchbay-backup") { try SQLiteBackup.copy(source, to: path) }
        } catch {
            throw callerError(error)
        }
    }

    // MARK: - Starting

    private static func start(
        _ location: DatabaseLocation, _ access: Access, _ options: StoreOptions
    ) throws -> SQLLedger {
        switch location {
        case .sqliteMemory: return try startInMemory(options)
        case .sqliteFile(let path): return try startFile(path, access, options)
        case .postgresql(let address):
            let sender = String(UInt64.random(in: .min ... .max), radix: 36)
            return try startLanes(location, access, options, claim: nil, sender: sender) { _ in
                PostgreSQLConnection(address, sender: sender)
            }
        }
    }

    /// A database in memory belongs to its connection, so one thread both writes and reads.
    private static func startInMemory(_ options: StoreOptions) throws -> SQLLedger {
        let lane = Lane(waiting: options.maximumWaiting)
        try lane.start(
            "patchbay-writer",
            connect: {
                let connection = try SQLiteConnection(
                    path: nil, role: .writer, maximumPages: options.maximumPages)
                if options.steps == Migrator.steps, options.maximumPages == nil {
                    try SchemaTemplate.fill(connection)
                } else {
                    try Migrator(connection: connection, steps: options.steps).migrate()
                }
                return connection
            },
            serve: { queue, connection in
                TransactionRunner(connection: connection, interned: InternCache()).serveInGroups(
                    queue)
            })
        return SQLLedger(location: .sqliteMemory, writer: lane, reader: lane, claim: nil)
    }

    private static func startFile(
        _ path: String, _ access: Access, _ options: StoreOptions
    ) throws -> SQLLedger {
        if access == .readOnly, !FileManager.default.fileExists(atPath: path) {
            throw LedgerUnavailable(
                reason: .unreachable, detail: "There is no database at \(path).")
        }
        let claim = access == .sole ? try SQLiteFileClaim(path: path) : nil
        return try startLanes(.sqliteFile(path: path), access, options, claim: claim) { role in
            try SQLiteConnection(
                path: path, role: role, maximumPages: role == .writer ? options.maximumPages : nil)
        }
    }

    private static func startLanes(
        _ location: DatabaseLocation, _ access: Access, _ options: StoreOptions,
        claim: SQLiteFileClaim?, sender: String = "",
        connect: @escaping @Sendable (SQLiteConnection.Role) throws -> any SQLConnection
    ) throws -> SQLLedger {
        let interned = InternCache()
        let writer = access == .sole ? Lane(waiting: options.maximumWaiting) : nil
        try writer?.start(
            "patchbay-writer",
            connect: {
                let connection = try connect(.writer)
                try Migrator(connection: connection, steps: options.steps).migrate()
                return connection
            },
            serve: { queue, connection in
                TransactionRunner(connection: connection, interned: interned).serveInGroups(queue)
            })
        let reader = Lane(waiting: options.maximumWaiting)
        let ledger = SQLLedger(
            location: location, writer: writer, reader: reader, claim: claim, sender: sender)
        for number in 1...readers {
            try reader.start(
                "patchbay-reader-\(number)",
                connect: {
                    let connection = try connect(.reader)
                    if access == .readOnly {
                        try Migrator(connection: connection, steps: options.steps).check()
                    }
                    return connection
                },
                serve: { queue, connection in
                    TransactionRunner(connection: connection, interned: interned).serveOneByOne(
                        queue)
                })
        }
        return ledger
    }
}

/// What tests change about a store.
struct StoreOptions: Sendable {
    /// The steps of the schema.
    var steps = Migrator.steps
    /// The size a SQLite file may grow to, in pages; `nil` for as far as the disk goes.
    var maximumPages: Int?
    /// How much may wait in a lane.
    var maximumWaiting = Lane.maximumWaiting
}

/// The lanes of a ledger.
struct StoreLanes: Sendable {
    let reader: Lane
    let writer: Lane?

    /// Runs a transaction that only reads.
    func read<Answer: Sendable>(
        _ body: @escaping @Sendable (StoreRecords) throws -> Answer
    ) async throws -> Answer {
        try await reader.perform(.read, body)
    }

    /// Runs a transaction that may write.
    func write<Answer: Sendable>(
        _ body: @escaping @Sendable (StoreRecords) throws -> Answer
    ) async throws -> Answer {
        guard let writer else {
            throw SQLFailure(.readOnly, "The database was opened to read only.").unavailable
        }
        return try await writer.perform(.write, body)
    }
}
