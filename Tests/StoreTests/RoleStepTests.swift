import Fleet
import ServerRecords
import TestSupport
import Testing

@testable import Store

@Suite struct `A database from before there were more roles` {
    /// The first steps, as a server of the schema before has been through them.
    private static let formerSteps = 23

    @Test(arguments: Engine.present)
    func `keeps its people, tokens, sessions and audit log, and takes the new roles`(
        _ engine: Engine
    ) async throws {
        guard engine != .sqliteInMemory else { return }
        try await withLocation(engine) { location in
            var samples = Samples()
            let (tenant, now) = (samples.tenant(), samples.now)
            let user = samples.user("anna")
            let session = Session(
                secretHash: samples.hash(), user: user.id, createdAt: now,
                expiresAt: now.adding(seconds: 60))
            let token = APIToken(
                id: samples.id(), note: "n", tenant: nil, role: .viewer,
                secretHash: samples.hash(), createdBy: "user:anna", createdAt: now,
                expiresAt: now.adding(seconds: 60))
            var former = StoreOptions()
            former.steps = Array(Migrator.steps.prefix(Self.formerSteps))
            try await closing(SQLLedger.open(location, options: former)) { ledger in
                try await ledger.write { records in
                    try records.insert(tenant)
                    try records.insert(user)
                    try records.insert(session)
                    try records.save(token)
                }
                _ = try await ledger.store.write { records in
                    try records.change(
                        """
                        INSERT INTO audit_entry (chain, sequence, at, actor, action, subject,
                            sentence, previous_hash, hash)
                        VALUES ('provider', 1, 5, 'user:anna', 'a', 's', 'S.', 'p', 'h')
                        """)
                }
            }
            var vera = samples.user("vera", of: tenant.id)
            vera.role = .tenantViewer
            let viewer = vera
            try await closing(SQLLedger.open(location)) { ledger in
                try await ledger.write { try $0.insert(viewer) }
                let read = try await ledger.read { records in
                    (
                        try records.users(), try records.apiTokens(),
                        try records.session(secretHash: session.secretHash, at: now)?.session,
                        try records.auditEntries(of: "provider", after: 0, limit: 9)
                    )
                }
                #expect(read.0 == [user, viewer] && read.1 == [token] && read.2 == session)
                #expect(read.3.map(\.sentence) == ["S."] && read.3.map(\.role) == [nil])
            }
        }
    }
}
