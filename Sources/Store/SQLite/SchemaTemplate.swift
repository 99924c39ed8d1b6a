import GRDB
import Synchronization

/// A database in memory with this program's schema and nothing in it, from which others are copied:
/// a copy of its pages costs a small part of what making all tables anew does. Simulated worlds and
/// tests open thousands.
enum SchemaTemplate {
    private static let made = Mutex<DatabaseQueue?>(nil)

    /// Brings an empty database in memory to this program's schema.
    ///
    /// - Throws: as `Migrator.migrate()` does.
    static func fill(_ connection: SQLiteConnection) throws {
        let template = try made.withLock { made in
            let template = try made ?? make()
            made = template
            return template
        }
        try connection.take(template)
    }

    private static func make() throws -> DatabaseQueue {
        let connection = try SQLiteConnection(path: nil, role: .writer)
        try Migrator(connection: connection).migrate()
        return connection.released()
    }
}
