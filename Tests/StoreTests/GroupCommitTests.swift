import ServerRecords
import Administration
import ControlPlane
@testable import Fleet
import Foundation
@testable import Store
import TestSupport
import Testing

@Suite struct `Transactions that share a commit` {
    @Test(arguments: Engine.present, Seeds.all)
    func `a closure that throws leaves its neighbours, and only its own writes are undone`(
        _ engine: Engine, _ seed: UInt64
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples(seed: seed)
            let fails = (0..<200).map { _ in samples.chance(30) }
            let results = await withTaskGroup(of: (Int, Bool).self) { group in
                for index in fails.indices {
                    group.addTask {
                        let done: Void? = try? await ledger.write { records in
                            try records.setSetting("s\(index)", to: "written")
                            if fails[index] { throw NameTaken(name: "undo") }
                        }
                        return (index, done != nil)
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for index in fails.indices {
                #expect(results[index] == !fails[index], "seed \(seed), \(index)")
                let stored = try await ledger.read { try $0.setting("s\(index)") }
                #expect(stored == (fails[index] ? nil : "written"), "seed \(seed), \(index)")
            }
        }
    }

    @Test(arguments: Engine.present)
    func `a closure that breaks a constraint fails alone, with the database's words`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let orphan = samples.endpoint(of: samples.id())
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        if index % 3 == 0 {
                            await #expect(throws: LedgerUnavailable.self) {
                                try await ledger.write { try $0.insert(orphan) }
                            }
                        } else {
                            await #expect(throws: Never.self) {
                                try await ledger.write { try $0.setSetting("s\(index)", to: "1") }
                            }
                        }
                    }
                }
            }
            let stored = try await ledger.read { records in
                try (0..<60).count { try records.setting("s\($0)") != nil }
            }
            #expect(stored == 40)
        }
    }

    @Test(arguments: Engine.present)
    func `a closure that swallows a failure does not commit half of itself`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let orphan = samples.endpoint(of: samples.id())
            let body: @Sendable (any Records) throws -> Void = { records in
                try records.setSetting("before", to: "1")
                try? records.insert(orphan)
                try records.setSetting("after", to: "1")
            }
            // Here the failure comes last, so that nothing but the commit itself can notice it.
            let silent: @Sendable (any Records) throws -> Void = { records in
                try records.setSetting("silent", to: "1")
                try? records.insert(orphan)
            }
            let done: Void? = try? await ledger.write(body)
            let doneSilently: Void? = try? await ledger.write(silent)
            let settings = try await ledger.read {
                [try $0.setting("before"), try $0.setting("after"), try $0.setting("silent")]
            }
            let written: (Void?) -> String? = { $0 == nil ? nil : "1" }
            #expect(settings == [written(done), written(done), written(doneSilently)])
        }
    }

    @Test(arguments: Engine.present) func `a counter that many raise at once loses none`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<300 { group.addTask { try await ledger.write { try $0.raise("n") } } }
                try await group.waitForAll()
            }
            #expect(try await ledger.read { try $0.setting("n") } == "300")
        }
    }

    @Test(arguments: Engine.present) func `a transaction that reads cannot write`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.read { try $0.setSetting("a", to: "1") }
            }
            let stored = try await ledger.read { try $0.setting("a") }
            #expect(stored == nil)
        }
    }

    @Test(arguments: [Engine.sqliteFile] + Engine.present.filter { $0 == .postgreSQL })
    func `a read sees one moment, whatever is committed meanwhile`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            try await ledger.write { try $0.setSetting("a", to: "1") }
            let (begun, committed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let seen = ledger.read { (records: any Records) throws -> [String?] in
                let first = try records.setting("a")
                begun.signal()
                committed.wait()
                return [first, try records.setting("a")]
            }
            try await onOwnThread("wait") { begun.wait() }
            try await ledger.write { try $0.setSetting("a", to: "2") }
            committed.signal()
            let both = try await seen
            #expect(both == ["1", "1"])
            #expect(try await ledger.read { try $0.setting("a") } == "2")
        }
    }

    @Test func `a lane with too much waiting refuses at once, and does what it has taken`()
        async throws
    {
        let ledger = try SQLLedger.open(.sqliteMemory, options: StoreOptions(maximumWaiting: 5))
        try await closing(ledger) { (ledger: SQLLedger) async throws in
            let (begun, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let first: Void = ledger.write { _ in
                begun.signal()
                go.wait()
            }
            try await onOwnThread("wait") { begun.wait() }
            let refused = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<20 { group.addTask { await isRefused(ledger, "s\(index)") } }
                var refused = 0
                for await one in group where one {
                    refused += 1
                    // The refusals come before anything is done; after the last of them the writer
                    // may go on.
                    if refused == 15 { go.signal() }
                }
                return refused
            }
            try await first
            #expect(refused == 15)
            let stored = try await ledger.read { records in
                try (0..<20).count { try records.setting("s\($0)") != nil }
            }
            #expect(stored == 5)
        }
    }

    @Test func `after closing, callers are told so`() async throws {
        let ledger = try SQLLedger.open(.sqliteMemory)
        await ledger.close()
        await #expect(throws: LedgerUnavailable.self) {
            try await ledger.read { try $0.setting("a") }
        }
        await #expect(throws: LedgerUnavailable.self) {
            try await ledger.write { try $0.setSetting("a", to: "1") }
        }
    }
}

@Suite(.requires(.postgreSQL)) struct `Several nodes over one PostgreSQL` {
    @Test func `two nodes that raise one counter lose none`() async throws {
        let address = try DatabaseLocation(await PostgreSQLServer.shared.newDatabase())
        try await closing(SQLLedger.open(address)) { one in
            try await closing(SQLLedger.open(address)) { other in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<100 {
                        let ledger = index % 2 == 0 ? one : other
                        group.addTask { try await ledger.write { try $0.raise("n") } }
                    }
                    try await group.waitForAll()
                }
                #expect(try await one.read { try $0.setting("n") } == "100")
            }
        }
    }

    @Test func `two nodes that intern the same software at once agree on it`() async throws {
        let address = try DatabaseLocation(await PostgreSQLServer.shared.newDatabase())
        try await closing(SQLLedger.open(address)) { one in
            try await closing(SQLLedger.open(address)) { other in
                var samples = Samples()
                let placed = try await samples.place(in: one)
                let (tenant, now) = (placed.tenant.id, samples.now)
                let inventories = (0..<10).map { _ in samples.inventory(120) }
                let posture = samples.posture([samples.update("openssl"), samples.update("bash")])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, inventory) in inventories.enumerated() {
                        for (name, ledger) in [("a", one), ("b", other)] {
                            group.addTask {
                                try await ledger.write {
                                    _ = try $0.store(
                                        InventoryText(inventory), digest: "\(name)\(index)",
                                        of: tenant, at: now)
                                    try $0.store(posture, of: placed.endpoint.id, tenant: tenant)
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                for (index, inventory) in inventories.enumerated() {
                    #expect(
                        try await other.read { try $0.inventory("a\(index)", of: tenant) }
                            == inventory)
                    #expect(
                        try await one.read { try $0.inventory("b\(index)", of: tenant) }
                            == inventory)
                }
            }
        }
    }

    @Test func `nodes that start at once make the schema once`() async throws {
        let address = try DatabaseLocation(await PostgreSQLServer.shared.newDatabase())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let ledger = try await onOwnThread("open") { try SQLLedger.open(address) }
                    await ledger.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a server that drops its connections is found again`() async throws {
        let address = try DatabaseLocation(await PostgreSQLServer.shared.newDatabase())
        try await closing(SQLLedger.open(address)) { (ledger: SQLLedger) async throws in
            try await ledger.write { try $0.setSetting("a", to: "1") }
            try await PostgreSQLServer.shared.administer(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    + "WHERE datname = '\(address.databaseName)'"
            )
            #expect(try await ledger.read { try $0.setting("a") } == "1")
            try await ledger.write { try $0.setSetting("a", to: "2") }
            #expect(try await ledger.read { try $0.setting("a") } == "2")
        }
    }

    @Test func `a server that is not there is said to be so, without the password`() async throws {
        let address = try DatabaseLocation(
            "postgresql://anna:s3cret%21@127.0.0.1:1/none?connect_timeout=1")
        let error = try #require(throws: LedgerUnavailable.self) { try SQLLedger.open(address) }
        #expect(error.reason == .unreachable)
        #expect(!error.detail.contains("s3cret"))
        #expect(error.detail.contains("127.0.0.1"))
    }
}

/// Whether a write is refused because too much waits.
private func isRefused(_ ledger: some Ledger, _ name: String) async -> Bool {
    do {
        try await ledger.write { try $0.setSetting(name, to: "1") }
        return false
    } catch {
        #expect((error as? LedgerUnavailable)?.reason == .overloaded)
        return true
    }
}

extension SettingRecords {
    /// Adds one to a number.
    fileprivate func raise(_ name: String) throws {
        let number = Int(try setting(name) ?? "0") ?? 0
        try setSetting(name, to: String(number + 1))
    }
}

extension DatabaseLocation {
    fileprivate var databaseName: String {
        String(description.prefix { $0 != "?" }.split(separator: "/").last ?? "")
    }
}
