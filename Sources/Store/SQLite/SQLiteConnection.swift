import Foundation
import GRDB

/// One SQLite connection. GRDB runs an access on the calling thread, so the thread of the lane is
/// the one that blocks.
final class SQLiteConnection: SQLConnection {
    /// What a connection is for.
    enum Role {
        /// The one that writes.
        case writer
        /// One of those that only read.
        case reader
    }

    /// Marks a file as Patchbay's (PRAGMA application_id): "PtBy".
    private static let applicationID: Int64 = 0x5074_4279
    /// How long to wait for another connection's lock, in seconds: only a backup or a checkpoint
    /// holds one, and briefly.
    private static let busySeconds = 5.0
    /// After how many pages (4 KiB each) a commit writes the journal back into the file: 16 MiB, so
    /// that a burst is one write.
    private static let checkpointPages = 4096
    /// What a connection may keep of the file in memory, in KiB.
    private static let cacheKibibytes = 16 * 1024

    private let queue: DatabaseQueue
    private let statements = SQLiteStatements()

    /// Opens a file, or memory when `path` is `nil`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - role: What the connection is for.
    ///   - maximumPages: The size the file may grow to, in pages; for tests of a full disk.
    /// - Throws: `SQLFailure` when it cannot be opened, or is another program's.
    init(path: String?, role: Role, maximumPages: Int? = nil) throws {
        queue = try translatingErrors {
            let configuration = Self.configuration(role, isFile: path != nil, maximumPages)
            guard let path else { return try DatabaseQueue(configuration: configuration) }
            return try DatabaseQueue(path: path, configuration: configuration)
        }
    }

    private static func configuration(
        _ role: Role, isFile: Bool, _ maximumPages: Int?
    ) -> Configuration {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(busySeconds)
        configuration.prepareDatabase { database in
            let isWriter = role == .writer
            if isWriter, isFile { try Self.claim(database) }
            // A result that was answered as stored must survive a loss of power, so each commit
            // waits for the disk.
            var settings = [
                "synchronous = FULL", "temp_store = MEMORY", "cache_size = -\(cacheKibibytes)",
            ]
            if isFile, isWriter {
                settings =
                    ["journal_mode = WAL", "wal_autocheckpoint = \(checkpointPages)"] + settings
            }
            if !isWriter { settings.append("query_only = ON") }
            if let maximumPages { settings.append("max_page_count = \(maximumPages)") }
            for setting in settings { try database.execute(sql: "PRAGMA \(setting)") }
        }
        return configuration
    }

    /// Refuses a file that some other program keeps its data in, and marks a new one.
    private static func claim(_ database: Database) throws {
        let mark = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard mark != applicationID else { return }
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard mark == 0, tables == 0 else {
            throw SQLFailure(.corrupt, "The file is a database of another program.")
        }
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
    }

    func use<Answer>(_ body: (any SQLSession) throws -> Answer) throws -> Answer {
        try translatingErrors {
            try queue.writeWithoutTransaction { database in
                try body(SQLiteSession(database: database, statements: statements))
            }
        }
    }

    func dialect(_ schema: String) -> String { schema }

    func close() {
        queue.inDatabase { _ in statements.removeAll() }
        try? queue.close()
    }

    /// Takes over all that another database holds, in place of what this one does.
    func take(_ other: DatabaseQueue) throws {
        try translatingErrors { try other.backup(to: queue) }
    }

    /// The database, for whoever goes on with it without this connection.
    func released() -> DatabaseQueue {
        queue.inDatabase { _ in statements.removeAll() }
        return queue
    }

    /// Copies the whole database, as it is at one instant, while others go on reading and writing.
    func backup(to path: String) throws {
        try translatingErrors {
            let copy = try DatabaseQueue(path: path)
            try queue.backup(to: copy)
            let verdict = try copy.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            try copy.close()
            guard verdict == "ok" else {
                throw SQLFailure(.corrupt, "The copy is damaged: \(verdict ?? "no answer").")
            }
        }
    }
}
