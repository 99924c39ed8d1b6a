import Administration
import ControlPlane
import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `The audit log` {
    @Test(arguments: Engine.present)
    func `a chain is read in order, page after page, and its end is kept`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let entries = samples.auditEntries("provider", 7)
            #expect(try await ledger.write { try $0.lockAuditHead(of: "provider") } == nil)
            try await ledger.append(entries)
            var pages: [AuditEntry] = []
            for _ in 0..<4 {
                let after = pages.last?.sequence ?? 0
                pages += try await ledger.read {
                    try $0.auditEntries(of: "provider", after: after, limit: 2)
                }
            }
            #expect(pages == entries)
            let head = try await ledger.write { try $0.lockAuditHead(of: "provider") }
            #expect(
                head
                    == AuditHead(
                        chain: "provider", sequence: 7, hash: entries[6].hash, signature: "s7"))
        }
    }

    @Test(arguments: Engine.present) func `an entry that does not follow the end is refused`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let entries = samples.auditEntries("provider", 3)
            try await ledger.append([entries[0]])
            await #expect(throws: LedgerUnavailable.self) { try await ledger.append([entries[2]]) }
            await #expect(throws: LedgerUnavailable.self) { try await ledger.append([entries[0]]) }
            let forged = samples.auditEntries("provider", 2)
            await #expect(throws: LedgerUnavailable.self) { try await ledger.append([forged[1]]) }
            try await ledger.append([entries[1]])
            let all = try await ledger.read {
                try $0.auditEntries(of: "provider", after: 0, limit: 9)
            }
            #expect(all == Array(entries[0...1]))
        }
    }

    @Test(arguments: Engine.present)
    func `the latest entries of all chains come newest first, page after page`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant: TenantID = samples.id()
            let (own, provider) = (
                samples.auditEntries(tenant.text, 5), samples.auditEntries("provider", 4)
            )
            try await ledger.append(own)
            try await ledger.append(provider)
            for (scope, subject) in [
                (Scope.provider, nil), (.tenant(tenant), nil), (.provider, "subject1"),
            ] as [(Scope, String?)] {
                var pages: [AuditEntry] = []
                for _ in 0..<5 {
                    let before = pages.last.map {
                        AuditCursor(at: $0.at, chain: $0.chain, sequence: $0.sequence)
                    }
                    pages += try await ledger.read {
                        try $0.latestAuditEntries(
                            in: scope, subject: subject, before: before, limit: 2)
                    }
                }
                let all = scope == .provider ? own + provider : own
                let expected = all.filter { subject == nil || $0.subject == subject }
                    .sorted { ($0.at, $0.chain, $0.sequence) > ($1.at, $1.chain, $1.sequence) }
                #expect(pages == expected)
            }
            #expect(
                try await ledger.read { try $0.auditHeads(in: .tenant(tenant)) }.map(\.chain) == [
                    tenant.text
                ])
            #expect(
                try await ledger.read { try $0.auditHeads(in: .provider) }.map(\.chain) == [
                    "provider", tenant.text,
                ])
        }
    }
}

extension Ledger {
    /// Appends entries, each in a transaction of its own.
    func append(_ entries: [AuditEntry]) async throws {
        for entry in entries {
            try await write { records in
                _ = try records.lockAuditHead(of: entry.chain)
                let head = AuditHead(
                    chain: entry.chain, sequence: entry.sequence, hash: entry.hash,
                    signature: "s\(entry.sequence)")
                try records.append(entry, head: head)
            }
        }
    }
}
