import ServerRecords
import Synchronization

/// Runs closures on the threads of those who ask, one at a time: for a database in memory that is
/// not shared, where handing a closure to a thread and the answer back costs more than the closure.
final class CallersRunner: Sendable {
    private let runner: Mutex<TransactionRunner?>

    /// Opens an empty database.
    init() throws {
        let connection = try SQLiteConnection(path: nil, role: .writer)
        try SchemaTemplate.fill(connection)
        runner = Mutex(TransactionRunner(connection: connection, interned: InternCache()))
    }

    /// Runs a closure in a transaction.
    func perform<Answer: Sendable>(
        _ kind: TransactionKind, _ body: @escaping @Sendable (StoreRecords) throws -> Answer
    ) throws -> Answer {
        try runner.withLock { runner throws -> Answer in
            guard let runner else {
                throw LedgerUnavailable(
                    reason: .unreachable, detail: "The database has been closed.")
            }
            do {
                return try runner.runHere(kind, body)
            } catch {
                throw callerError(error)
            }
        }
    }

    /// Ends the connection.
    func close() {
        runner.withLock { runner in
            runner?.connection.close()
            runner = nil
        }
    }
}
