import Foundation

/// Copies a SQLite database into a new file.
enum SQLiteBackup {
    /// Copies `source`, which may be in use, as it is at one instant.
    ///
    /// - Throws: `SQLFailure` when there is a file at `path`, or it cannot be written. Nothing is
    ///   left there then.
    static func copy(_ source: String, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SQLFailure(.other, "\(path) exists already; name a new file.")
        }
        // Under another name until it is whole, so that a copy cut short is never taken for a
        // backup.
        let unfinished = path + ".part"
        try? FileManager.default.removeItem(atPath: unfinished)
        do {
            try SQLiteFile.makePrivate(unfinished)
            let connection = try SQLiteConnection(path: source, role: .reader)
            defer { connection.close() }
            try connection.backup(to: unfinished)
            try FileManager.default.moveItem(atPath: unfinished, toPath: path)
        } catch {
            try? FileManager.default.removeItem(atPath: unfinished)
            throw error as? SQLFailure
                ?? SQLFailure(.other, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
