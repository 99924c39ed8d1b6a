import ServerRecords

extension StoreRecords {
    /// What tells of the schema itself stays.
    private static let ownTables: Set = ["schema_version"]

    /// Takes every row out of a SQLite database, and forgets what is known of numbers, which begin
    /// at 1 again.
    func removeEverything() throws {
        var tables = try rows(
            """
            SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
            ORDER BY rowid DESC
            """
        ).map { try $0.first(as: String.self) }.filter { !Self.ownTables.contains($0) }
        // What others refer to goes after them: mostly it was made before them.
        while !tables.isEmpty {
            let kept = try tables.filter { try !removeAll(from: $0) }
            guard kept.count < tables.count else {
                throw SQLFailure(.constraint, "\(kept.joined(separator: ", ")) cannot be emptied.")
            }
            tables = kept
        }
        interned.forget()
    }

    /// Whether all rows of a table could be taken out.
    private func removeAll(from table: String) throws -> Bool {
        do {
            try change("DELETE FROM \(table)")
            return true
        } catch let failure as SQLFailure where failure.kind == .constraint {
            return false
        }
    }
}
