/// One connection inside a transaction, as the records see it. What differs between the engines
/// stays behind it.
protocol SQLSession {
    /// Runs a statement that answers no rows.
    ///
    /// - Returns: How many rows it changed.
    /// - Throws: `SQLFailure`.
    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int
    /// Runs a statement and returns its rows.
    ///
    /// - Throws: `SQLFailure`.
    func query(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow]
    /// Begins a transaction.
    func begin(_ kind: TransactionKind) throws
    /// Makes it durable. Throws `SQLFailure` of the kind `commitUnknown` when the answer was lost.
    func commit() throws
    /// Sends a message to the other processes on the database when the transaction is committed.
    func announce(_ message: String) throws
    /// Undoes it. Does nothing when the engine has done so already.
    func rollback()
}

/// What a transaction may do.
enum TransactionKind: Sendable {
    /// Read one consistent snapshot.
    case read
    /// Read and write, as if no other transaction ran at the same time.
    case write
    /// Change the schema while no other process does.
    case migration
}

/// One connection, used by one thread. It connects when first used, and again after a loss.
protocol SQLConnection: AnyObject {
    /// Runs `body` with the connection's session.
    ///
    /// - Throws: what `body` throws, or `SQLFailure` when there is no connection to be had.
    func use<Answer>(_ body: (any SQLSession) throws -> Answer) throws -> Answer
    /// The text of the schema in the engine's own words.
    func dialect(_ schema: String) -> String
    /// Ends the connection.
    func close()
}

extension SQLSession {
    /// One process only: there is nobody to tell.
    func announce(_ message: String) throws {}

    /// Marks a place to which one closure of a group can be undone.
    func savepoint() throws { _ = try execute("SAVEPOINT unit", []) }
    /// Keeps what was written since the mark.
    func release() throws { _ = try execute("RELEASE SAVEPOINT unit", []) }
    /// Undoes what was written since the mark, and takes the mark away.
    func rollbackToSavepoint() throws {
        _ = try execute("ROLLBACK TO SAVEPOINT unit", [])
        try release()
    }
}
