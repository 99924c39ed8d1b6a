import ServerRecords
import Administration
import ControlPlane
@testable import Fleet
import Rollout
import TestSupport
import Testing

@testable import Store

@Suite struct `What is kept for a time only` {
    private static let start = Timestamp(seconds: 1_900_000_000)

    private func day(_ number: Int64) -> Timestamp { Self.start.adding(seconds: number * 86_400) }

    /// Stores an inventory of these packages and its line of history; returns its digest.
    private func see(
        _ packages: [Package], on endpoint: EndpointRecord, day: Int64, in ledger: SQLLedger,
        naming: Bool = true
    ) async throws -> String {
        let inventory = Inventory(packages)
        let digest = "digest-\(day)-\(packages.map(\.version).joined())"
        let at = self.day(day)
        try await ledger.write { records in
            try records.store(
                InventoryText(inventory), digest: digest, of: endpoint.tenant, at: at)
            guard naming else { return }
            try records.appendHistory(
                endpoint: endpoint.id, of: endpoint.tenant, digest: digest, at: at)
        }
        return digest
    }

    @Test(arguments: Engine.present)
    func `saved plans go once their time is over for long, and no other`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let plans = [1, 20].map { samples.plan("until day \($0)", placed.tenant, day($0)) }
            try await ledger.write { records in
                for plan in plans { try records.insert(plan, document: "{}") }
            }
            let cut = day(10)
            #expect(try await ledger.write { try $0.purgePlans(endedBefore: cut, limit: 9) } == 1)
            let left = try await ledger.read {
                try $0.plans(in: placed.scope, before: nil, limit: 9)
            }
            #expect(left.map(\.name) == ["until day 20"])
        }
    }

    @Test(arguments: Engine.present)
    func `history before a day goes, and what was in force on it stays`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let quiet = samples.endpoint(of: placed.tenant.id, "web-2")
            try await ledger.write { try $0.insert(quiet) }
            for day in [0, 10, 20, 30] as [Int64] {
                _ = try await see(
                    [samples.package("a", "\(day)")], on: placed.endpoint, day: day, in: ledger)
            }
            _ = try await see([samples.package("a", "old")], on: quiet, day: 1, in: ledger)
            let cut = day(25)
            #expect(try await ledger.write { try $0.purgeHistory(before: cut, limit: 1) } == 1)
            #expect(try await ledger.write { try $0.purgeHistory(before: cut, limit: 10) } == 1)
            #expect(try await ledger.write { try $0.purgeHistory(before: cut, limit: 10) } == 0)
            let tenant = placed.tenant.id
            let there = try await ledger.read {
                try $0.inventory(of: placed.endpoint.id, tenant: tenant, at: cut)
            }
            #expect(there?.inventory.packages.map(\.version) == ["20"])
            let other = try await ledger.read {
                try $0.inventory(of: quiet.id, tenant: tenant, at: cut)
            }
            #expect(other?.inventory.packages.map(\.version) == ["old"])
        }
    }

    @Test(arguments: Engine.present)
    func `inventories go when no history names them and they are a while old`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, endpoint) = (placed.tenant.id, placed.endpoint)
            let named = try await see([samples.package("a", "1")], on: endpoint, day: 0, in: ledger)
            let lone = try await see(
                [samples.package("a", "2")], on: endpoint, day: 0, in: ledger, naming: false)
            let fresh = try await see(
                [samples.package("a", "3")], on: endpoint, day: 9, in: ledger, naming: false)
            let cut = day(5)
            let removed = try await ledger.write {
                try $0.purgeUnnamedInventories(storedBefore: cut, limit: 10)
            }
            #expect(removed == 1)
            let left = try await ledger.read { records in
                try [named, lone, fresh].map { try records.hasInventory($0, of: tenant) }
            }
            #expect(left == [true, false, true])
        }
    }

    @Test(arguments: Engine.present)
    func `logs of ended jobs go, those of open and newer ones stay`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let deployment = samples.deployment(of: placed.tenant.id)
            var jobs = (0..<3).map { _ in samples.job(of: placed.endpoint, in: deployment) }
            // The first and the last have ended; the last was made after the cut.
            for index in [0, 2] { _ = try jobs[index].handle(.cancelRequested, at: samples.now) }
            let (stored, tenant) = (jobs, placed.tenant.id)
            try await ledger.write { records in
                try records.insert(deployment)
                for job in stored {
                    try records.insert(job)
                    for piece in 0..<3 {
                        try records.appendLog(
                            "log", at: Int64(piece) * 3, length: 3, to: job.id, of: tenant)
                    }
                }
            }
            let cut = stored[2].createdAt
            func purge() async throws -> Int {
                try await ledger.write { try $0.purgeJobLogs(ofJobsMadeBefore: cut, limit: 10) }
            }
            #expect(try await purge() == 1)
            #expect(try await purge() == 0)
            let lengths = try await ledger.read { records in
                try stored.map { try records.log(of: $0.id, tenant: tenant, from: 0).text.count }
            }
            #expect(lengths == [0, 9, 9])
            #expect(try await ledger.read { try $0.job(stored[0].id, in: .provider) } != nil)
        }
    }

    @Test(arguments: Engine.present) func `tokens go some time after their end`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant()
            var tokens = (0..<3).map { _ in samples.token(of: tenant.id) }
            tokens[1].revokedAt = tokens[1].createdAt
            let stored = tokens
            try await ledger.write { records in
                try records.insert(tenant)
                for token in stored { try records.save(token) }
            }
            func purge(_ before: Timestamp) async throws -> Int {
                try await ledger.write { try $0.purgeTokens(endedBefore: before, limit: 10) }
            }
            #expect(try await purge(stored[0].createdAt) == 0)
            #expect(try await purge(stored[2].createdAt) == 1)
            #expect(try await purge(stored[2].expiresAt.adding(seconds: 1)) == 2)
        }
    }

    // MARK: - Sweeping

    private func software(in ledger: SQLLedger) async throws -> Int {
        try await ledger.store.read {
            try $0.rows("SELECT count(*) FROM software").first?.first() ?? 0
        }
    }

    @Test(arguments: Engine.present)
    func `software that no inventory names is forgotten, and can come back`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, endpoint) = (placed.tenant.id, placed.endpoint)
            let kept = [samples.package("a", "1"), samples.package("b", "1")]
            let gone = (0..<300).map { samples.package("gone\($0)", "2") }
            _ = try await see(kept, on: endpoint, day: 0, in: ledger)
            _ = try await see(kept + gone, on: endpoint, day: 0, in: ledger, naming: false)
            try await ledger.write {
                _ = try $0.purgeUnnamedInventories(
                    storedBefore: Self.start.adding(seconds: 1), limit: 10)
            }
            #expect(try await software(in: ledger) == 302)
            #expect(try await ledger.sweep() == 300)
            #expect(try await ledger.sweep() == 0)
            // The same process has forgotten the numbers too, and gives new ones.
            let back = try await see(kept + gone, on: endpoint, day: 3, in: ledger)
            let read = try await ledger.read { try $0.inventory(back, of: tenant) }
            #expect(read == Inventory(kept + gone))
        }
    }

    @Test(arguments: Engine.present)
    func `what is named while the sweep goes on stays`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, endpoint) = (placed.tenant.id, placed.endpoint)
            let old = (0..<5).map { samples.package("pkg\($0)", "1") }
            _ = try await see(old, on: endpoint, day: 0, in: ledger, naming: false)
            try await ledger.write {
                _ = try $0.purgeUnnamedInventories(
                    storedBefore: Self.start.adding(seconds: 1), limit: 10)
            }
            let begun = try await ledger.store.read { try $0.unnamedSoftware() }
            #expect(begun.numbers.count == 5)
            // From the cache of numbers: nothing of it is looked up again.
            let digest = try await see(Array(old.prefix(2)), on: endpoint, day: 1, in: ledger)
            let removed = try await ledger.store.write { records in
                var sweep = begun
                return try records.remove(&sweep, limit: 100)
            }
            #expect(removed == 3)
            let read = try await ledger.read { try $0.inventory(digest, of: tenant) }
            #expect(read == Inventory(Array(old.prefix(2))))
        }
    }

    @Test(.requires(.postgreSQL))
    func `a process does not believe numbers that another one's sweep removed`() async throws {
        let location = try DatabaseLocation(try await PostgreSQLServer.shared.newDatabase())
        try await closing(SQLLedger.open(location)) { (first: SQLLedger) async throws in
            try await closing(SQLLedger.open(location)) { (second: SQLLedger) async throws in
                var samples = Samples()
                let placed = try await samples.place(in: first)
                let packages = (0..<5).map { samples.package("pkg\($0)", "1") }
                _ = try await see(
                    packages, on: placed.endpoint, day: 0, in: first, naming: false)
                try await second.write {
                    _ = try $0.purgeUnnamedInventories(
                        storedBefore: Self.start.adding(seconds: 1), limit: 10)
                }
                #expect(try await second.sweep() == 5)
                let digest = try await see(packages, on: placed.endpoint, day: 1, in: first)
                let tenant = placed.tenant.id
                let read = try await second.read { try $0.inventory(digest, of: tenant) }
                #expect(read == Inventory(packages))
            }
        }
    }

    @Test(arguments: Engine.present)
    func `updates that no list names are forgotten, and can come back`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, id) = (placed.tenant.id, placed.endpoint.id)
            for names in [["a", "b"], ["b", "c"], ["a", "b"]] {
                let posture = samples.posture(names.map { samples.update($0) })
                try await ledger.write { try $0.store(posture, of: id, tenant: tenant) }
                if names.contains("c") { #expect(try await ledger.sweep() == 1) }
            }
            let held = try await ledger.read { try $0.posture(of: id, tenant: tenant) }
            #expect(held?.updates.map(\.name) == ["a", "b"])
        }
    }
}
