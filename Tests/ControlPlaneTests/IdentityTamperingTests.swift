import Fleet
import Foundation
import TestSupport
import Testing
import Trust

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
@testable import Store

/// Somebody edits the database itself, beside the program: each edit is made to a fresh file, and
/// the check must notice.
@Suite struct `An audit log whose database was edited` {
    @Test(arguments: [
        (
            "UPDATE audit_entry SET sentence = 'Nothing.' WHERE chain = 'provider' AND sequence = 2",
            2
        ),
        ("UPDATE audit_entry SET at = at + 1 WHERE chain = 'provider' AND sequence = 3", 3),
        ("UPDATE audit_entry SET actor = 'user:eve' WHERE chain = 'provider' AND sequence = 1", 1),
        (
            "UPDATE audit_entry SET action = 'user.created' WHERE chain = 'provider' AND sequence = 4",
            4
        ),
        ("UPDATE audit_entry SET subject = '' WHERE chain = 'provider' AND sequence = 4", 4),
        ("DELETE FROM audit_entry WHERE chain = 'provider' AND sequence = 2", 2),
        ("DELETE FROM audit_entry WHERE chain = 'provider' AND sequence = 5", 5),
        ("DELETE FROM audit_entry WHERE chain = 'provider'", 1),
        ("UPDATE audit_head SET signature = 'AAAA' WHERE chain = 'provider'", 5),
        ("UPDATE audit_head SET sequence = 4 WHERE chain = 'provider'", 4),
        (
            """
            UPDATE audit_head SET sequence = 4, hash = (
                SELECT hash FROM audit_entry WHERE chain = 'provider' AND sequence = 4
            ) WHERE chain = 'provider'
            """, 4
        ),
        (
            """
            INSERT INTO audit_entry
                (chain, sequence, at, actor, action, subject, sentence, previous_hash, hash)
            SELECT chain, 6, at, actor, action, subject, sentence, hash, hash FROM audit_entry
            WHERE chain = 'provider' AND sequence = 5
            """, 6
        ),
    ])
    func `tells the entry`(edit: String, sequence: Int64) async throws {
        let verdict = try await verdict(after: [edit])
        #expect(verdict.firstBroken == .init(chain: "provider", sequence: sequence))
        #expect(!verdict.intact)
    }

    @Test func `tells a chain that is gone with all that belonged to it`() async throws {
        let verdict = try await verdict(after: [
            "DELETE FROM audit_entry WHERE chain <> 'provider'",
            "DELETE FROM audit_head WHERE chain <> 'provider'",
        ])
        #expect(verdict.firstBroken?.chain.hasPrefix("tnt_") == true)
        let other = try await self.verdict(after: [
            "DELETE FROM audit_entry WHERE chain = 'provider'",
            "DELETE FROM audit_head WHERE chain = 'provider'",
        ])
        #expect(other.firstBroken == .init(chain: "provider", sequence: 1))
    }

    @Test func `is found intact when nothing was edited`() async throws {
        let verdict = try await verdict(after: [])
        #expect(verdict.intact && verdict.entries == 6)
    }

    private func verdict(after edits: [String]) async throws -> AuditVerdict {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "patchbay.db").path
            let house = try await IdentityHouse(database: .sqliteFile(path: path))
            let (useCases, now) = (house.useCases, house.clock.now)
            try await house.ledger.write { records in
                for place in 2...5 {
                    try useCases.appendAudit(
                        "test.done", subject: "s\(place)", sentence: "Did \(place).",
                        actor: "system", tenant: nil,
                        in: records, at: now)
                }
            }
            await house.store.close()
            let connection = try SQLiteConnection(path: path, role: .writer)
            try connection.use { session in
                for edit in edits {
                    let changed = try session.execute(edit, [])
                    #expect(changed > 0, "\(edit)")
                }
            }
            connection.close()
            let again = try SQLLedger.open(.sqliteFile(path: path), access: .readOnly)
            let verdict = try await UseCases(
                ledger: again, effects: useCases.effects, keys: useCases.keys, signals: Signals()
            ).verifyAudit()
            await again.close()
            return verdict
        }
    }
}
