import Administration
import ControlPlane
@testable import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `A database in memory for one caller` {
    /// Stores an endpoint with an inventory and a job, and tells all that there is to see.
    private func fill(_ ledger: SQLLedger) async throws -> [String] {
        var samples = Samples()
        let placed = try await samples.place(in: ledger)
        let (inventory, digest, now) = (samples.inventory(20), samples.hash(), samples.now)
        let deployment = samples.deployment(of: placed.tenant.id)
        let job = samples.job(of: placed.endpoint, in: deployment)
        try await ledger.write { records in
            _ = try records.store(
                InventoryText(inventory), digest: digest, of: placed.tenant.id, at: now)
            try records.insert(deployment)
            try records.insert(job)
            try records.setSetting("a", to: "1")
        }
        return try await ledger.read { records in
            let tenants = try records.tenants(in: .provider)
            let jobs = try records.jobs(JobQuery(scope: .provider))
            let stored = try records.inventory(digest, of: placed.tenant.id)
            return [
                "\(tenants)", "\(jobs)", "\(stored == inventory)",
                "\(try records.setting("a") ?? "")",
            ]
        }
    }

    @Test func `what was cleared is empty, and is filled again as if it were new`() async throws {
        try await closing(SQLLedger.openForOneCaller()) { (ledger: SQLLedger) async throws in
            let first = try await fill(ledger)
            #expect(first[2] == "true")
            try await ledger.clear()
            #expect(try await ledger.read { try $0.tenants(in: .provider) }.isEmpty)
            #expect(try await ledger.read { try $0.jobs(JobQuery(scope: .provider)) }.isEmpty)
            #expect(try await ledger.read { try $0.setting("a") } == nil)
            #expect(try await fill(ledger) == first)
        }
    }

    @Test func `a closure that throws leaves nothing, and one that reads may not write`()
        async throws
    {
        try await closing(SQLLedger.openForOneCaller()) { (ledger: SQLLedger) async throws in
            struct Stop: Error {}
            await #expect(throws: Stop.self) {
                try await ledger.write { records in
                    try records.setSetting("a", to: "1")
                    throw Stop()
                }
            }
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.read { try $0.setSetting("a", to: "1") }
            }
            #expect(try await ledger.read { try $0.setting("a") } == nil)
        }
    }

    @Test func `after closing, callers are told so`() async throws {
        let ledger = try SQLLedger.openForOneCaller()
        await ledger.close()
        await #expect(throws: LedgerUnavailable.self) {
            try await ledger.read { try $0.setting("a") }
        }
    }

    @Test func `a file is never emptied`() async throws {
        try await withLedger(.sqliteFile) { (ledger: SQLLedger) async throws in
            try await ledger.write { try $0.setSetting("a", to: "1") }
            await #expect(throws: LedgerUnavailable.self) { try await ledger.clear() }
            #expect(try await ledger.read { try $0.setting("a") } == "1")
        }
    }
}
