import ServerRecords

/// Brings a database to this program's schema, step by step, all steps in one transaction.
struct Migrator {
    /// The steps in order; the version of a schema is how many of them it has been through. A
    /// published step is never changed.
    static let steps: [String] = [
        Schema1.text, Schema2.text, Schema3.text, Schema4.text, Schema5.text,
        Schema6.text, Schema7.text, Schema8.text, Schema9.text, Schema10.text,
        Schema11.text, Schema12.text, Schema13.text, Schema14.text, Schema15.text,
        Schema16.text, Schema17.text, Schema18.text, Schema19.text, Schema20.text,
        Schema21.text, Schema22.text, Schema23.text, Schema24.text, Schema25.text,
        Schema26.text, Schema27.text, Schema28.text, Schema29.text, Schema30.text,
    ]

    let connection: any SQLConnection
    /// The steps of the program that runs; tests hand in others.
    var steps = Migrator.steps

    /// Brings the schema up to date.
    ///
    /// - Throws: `LedgerUnavailable` when the database is of a newer version, or cannot be used; it
    ///   is left as it was then.
    func migrate() throws {
        do {
            let problem = try connection.use { try migrate($0) }
            if let problem { throw problem }
        } catch {
            throw callerError(error)
        }
    }

    private func migrate(_ session: any SQLSession) throws -> LedgerUnavailable? {
        try session.begin(.migration)
        do {
            let table =
                "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY) STRICT"
            _ = try session.execute(connection.dialect(table), [])
            let version = try storedVersion(session)
            guard version <= steps.count else {
                session.rollback()
                return Self.newer(version, than: steps.count)
            }
            for (index, step) in steps.enumerated().dropFirst(version) {
                try apply(step, session)
                _ = try session.execute(
                    "INSERT INTO schema_version (version) VALUES ($1)", [.integer(Int64(index + 1))]
                )
            }
            try session.commit()
            return nil
        } catch {
            session.rollback()
            throw error
        }
    }

    /// Whether the schema is this program's; for a connection that must not change it.
    func check() throws {
        do {
            let version = try connection.use { session in
                try session.begin(.read)
                defer { session.rollback() }
                return try storedVersion(session)
            }
            if version > steps.count { throw Self.newer(version, than: steps.count) }
            if version < steps.count {
                throw LedgerUnavailable(
                    reason: .other,
                    detail:
                        "The database has schema \(version), and this program needs \(steps.count): "
                        + "start the server once, "
                        + "which brings it up to date.")
            }
        } catch {
            throw callerError(error)
        }
    }

    private func storedVersion(_ session: any SQLSession) throws -> Int {
        try session.query("SELECT coalesce(max(version), 0) FROM schema_version", [])
            .first?.first() ?? 0
    }

    private func apply(_ step: String, _ session: any SQLSession) throws {
        for statement in connection.dialect(step).split(separator: ";") {
            let text = statement.drop(while: \.isWhitespace)
            if !text.isEmpty { _ = try session.execute(String(text), []) }
        }
    }

    private static func newer(_ version: Int, than own: Int) -> LedgerUnavailable {
        LedgerUnavailable(
            reason: .newerSchema,
            detail:
                "The database has schema \(version), and this program knows schemas up to \(own): "
                + "run the newer Patchbay "
                + "that made it, or restore a backup from before that one.")
    }
}
