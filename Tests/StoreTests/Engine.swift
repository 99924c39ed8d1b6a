import Administration
import ControlPlane
import Foundation
import ServerRecords
import Store
import TestSupport
import Testing

/// The databases that the contract holds for.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case sqliteInMemory
    case sqliteFile
    case postgreSQL

    var testDescription: String { rawValue }

    /// The engines of this machine. The test `a PostgreSQL server runs` tells when one is missing.
    static let present: [Engine] =
        Requirement.postgreSQL.missing() == nil ? allCases : [.sqliteInMemory, .sqliteFile]
}

/// Runs `body` with a new, empty ledger, and closes and removes it afterwards.
func withLedger<Answer>(
    _ engine: Engine, _ body: (SQLLedger) async throws -> Answer
) async throws -> Answer {
    switch engine {
    case .sqliteInMemory: return try await closing(SQLLedger.open(.sqliteMemory), body)
    case .sqliteFile:
        return try await withTemporaryFolder { folder in
            let file = folder.appending(path: "patchbay.sqlite")
            return try await closing(SQLLedger.open(.sqliteFile(path: file.path)), body)
        }
    case .postgreSQL:
        let address = try await PostgreSQLServer.shared.newDatabase()
        return try await closing(SQLLedger.open(DatabaseLocation(address)), body)
    }
}

/// Runs `body` and closes the ledger, whether or not it throws.
func closing<Answer>(
    _ ledger: SQLLedger, _ body: (SQLLedger) async throws -> Answer
) async throws -> Answer {
    do {
        let answer = try await body(ledger)
        await ledger.close()
        return answer
    } catch {
        await ledger.close()
        throw error
    }
}
