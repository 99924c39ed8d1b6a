import ServerRecords
import Administration
import ControlPlane
@testable import Fleet
import Store
import TestSupport
import Testing

@Suite struct `Inventories and their history` {
    @Test(arguments: Engine.present) func `an inventory is kept once for each tenant and digest`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (here, there) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            let inventory = samples.inventory(333)
            let (digest, now) = (samples.hash(), samples.now)
            for _ in 0..<2 {
                try await ledger.write {
                    _ = try $0.store(
                        InventoryText(inventory), digest: digest, of: here.tenant.id, at: now)
                }
            }
            #expect(try await ledger.read { try $0.hasInventory(digest, of: here.tenant.id) })
            #expect(
                try await ledger.read { try $0.inventory(digest, of: here.tenant.id) } == inventory)
            #expect(
                try await ledger.read { try $0.hasInventory(digest, of: there.tenant.id) } == false)
            #expect(try await ledger.read { try $0.inventory(digest, of: there.tenant.id) } == nil)
            #expect(try await ledger.read { try $0.inventory("other", of: here.tenant.id) } == nil)
        }
    }

    @Test(arguments: Engine.present, Seeds.all)
    func `inventories that share software come back as they were`(_ engine: Engine, _ seed: UInt64)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples(seed: seed)
            let tenant = try await samples.place(in: ledger).tenant.id
            var all = [(samples.hash(), Inventory([]))]
            for _ in 0..<12 {
                all.append((samples.hash(), samples.inventory(samples.number(1...260))))
            }
            let (stored, now) = (all, samples.now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (digest, inventory) in stored {
                    group.addTask {
                        try await ledger.write {
                            _ = try $0.store(
                                InventoryText(inventory), digest: digest, of: tenant, at: now)
                        }
                    }
                }
                try await group.waitForAll()
            }
            for (digest, inventory) in stored {
                #expect(
                    try await ledger.read { try $0.inventory(digest, of: tenant) } == inventory,
                    "seed \(seed)")
            }
        }
    }

    @Test(arguments: Engine.present) func `packages that differ in one field only are told apart`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = try await samples.place(in: ledger).tenant.id
            var base = samples.package("ab", "c")
            base.origin = nil
            var variants = [base]
            for change in [\Package.version, \.architecture, \.source, \.sourceVersion] {
                var variant = base
                variant[keyPath: change] = "x"
                variants.append(variant)
            }
            for module in ["c:1", "c:2"] {
                var variant = base
                variant.module = module
                variants.append(variant)
            }
            variants.append(
                Package(
                    manager: .apt, name: "a", version: "bc", architecture: "amd64", source: "ab",
                    sourceVersion: "c"))
            for (index, variant) in variants.enumerated() {
                let (digest, now) = ("d\(index)", samples.now)
                try await ledger.write {
                    _ = try $0.store(
                        InventoryText(Inventory([variant])), digest: digest, of: tenant, at: now)
                }
            }
            for (index, variant) in variants.enumerated() {
                let found = try await ledger.read { try $0.inventory("d\(index)", of: tenant) }
                #expect(found?.packages == [variant])
            }
        }
    }

    @Test(arguments: Engine.present) func `what was on an endpoint at an instant is one question`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, endpoint, start) = (placed.tenant.id, placed.endpoint.id, samples.now)
            let inventories = ["a": samples.inventory(3), "b": samples.inventory(4)]
            try await ledger.write { records in
                for (digest, inventory) in inventories {
                    try records.store(
                        InventoryText(inventory), digest: digest, of: tenant, at: start)
                }
            }
            for (digest, seconds) in [("a", 10), ("a", 20), ("b", 30), ("a", 40)] {
                let at = start.adding(seconds: Int64(seconds))
                try await ledger.write {
                    try $0.appendHistory(endpoint: endpoint, of: tenant, digest: digest, at: at)
                }
            }
            let history = try await ledger.read {
                try $0.inventoryHistory(of: endpoint, tenant: tenant, limit: 10)
            }
            #expect(history.map(\.digest) == ["a", "b", "a"])
            #expect(history.map { $0.at.seconds(since: start) } == [40, 30, 10])
            let latest = try await ledger.read {
                try $0.inventoryHistory(of: endpoint, tenant: tenant, limit: 1)
            }
            #expect(latest == [history[0]])
            for (seconds, digest, since) in [
                (10, "a", 10), (29, "a", 10), (30, "b", 30), (39, "b", 30), (999, "a", 40),
            ] {
                let at = start.adding(seconds: Int64(seconds))
                let was = try await ledger.read {
                    try $0.inventory(of: endpoint, tenant: tenant, at: at)
                }
                #expect(was?.inventory == inventories[digest], "after \(seconds) s")
                #expect(was?.since == start.adding(seconds: Int64(since)))
            }
            let before = start.adding(seconds: 9)
            #expect(
                try await ledger.read { try $0.inventory(of: endpoint, tenant: tenant, at: before) }
                    == nil)
        }
    }

    @Test(arguments: Engine.present) func `history goes forward even when the clock goes back`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, endpoint, start) = (placed.tenant.id, placed.endpoint.id, samples.now)
            let inventory = samples.inventory(2)
            for (digest, seconds) in [("a", 0), ("b", 0), ("c", -100)] {
                try await ledger.write {
                    _ = try $0.store(
                        InventoryText(inventory), digest: digest, of: tenant, at: start)
                    try $0.appendHistory(
                        endpoint: endpoint, of: tenant, digest: digest,
                        at: start.adding(seconds: Int64(seconds)))
                }
            }
            let history = try await ledger.read {
                try $0.inventoryHistory(of: endpoint, tenant: tenant, limit: 10)
            }
            #expect(history.map(\.digest) == ["c", "b", "a"])
        }
    }

    @Test(arguments: Engine.present)
    func `the longest package that the protocol takes is stored`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = try await samples.place(in: ledger).tenant.id
            // Digits at random, which no index can compress much.
            let fields = (0..<5).map { _ in (0..<8).map { _ in samples.hash() }.joined() }
            let package = Package(
                manager: .apt, name: fields[0], version: fields[1], architecture: fields[2],
                source: fields[3], sourceVersion: fields[4])
            let now = samples.now
            try await ledger.write {
                _ = try $0.store(
                    InventoryText(Inventory([package])), digest: "d", of: tenant, at: now)
            }
            let found = try await ledger.read { try $0.inventory("d", of: tenant) }
            #expect(found?.packages == [package])
        }
    }

    @Test(arguments: Engine.present)
    func `a package too long for a key is refused, and stores nothing`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = try await samples.place(in: ledger).tenant.id
            let long = samples.package("long", String(repeating: "9", count: 5000))
            let (nul, now) = (samples.package("nul\u{0}"), samples.now)
            for package in [long, nul] {
                await #expect(throws: Refusal.self) {
                    try await ledger.write {
                        _ = try $0.store(
                            InventoryText(Inventory([package])), digest: "d", of: tenant, at: now)
                    }
                }
            }
            #expect(try await ledger.read { try $0.hasInventory("d", of: tenant) } == false)
        }
    }

    @Test(arguments: Engine.present)
    func `software of a transaction that was undone is not taken for known`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = try await samples.place(in: ledger).tenant.id
            let (inventory, now) = (samples.inventory(70), samples.now)
            await #expect(throws: NameTaken.self) {
                try await ledger.write { records in
                    try records.store(InventoryText(inventory), digest: "d", of: tenant, at: now)
                    throw NameTaken(name: "undo")
                }
            }
            try await ledger.write {
                _ = try $0.store(InventoryText(inventory), digest: "d", of: tenant, at: now)
            }
            #expect(try await ledger.read { try $0.inventory("d", of: tenant) } == inventory)
        }
    }
}
