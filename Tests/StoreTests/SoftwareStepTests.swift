import ControlPlane
@testable import Fleet
import ServerRecords
import TestSupport
import Testing

@testable import Store

@Suite struct `A database from before software had modules` {
    /// Two packages as a server of the schema before wrote them, and the inventory of both.
    private func writeFormer(
        _ location: DatabaseLocation, _ tenant: Tenant, _ package: Package, _ now: Timestamp
    ) async throws {
        var former = StoreOptions()
        former.steps = Array(Migrator.steps.prefix(20))
        try await closing(SQLLedger.open(location, options: former)) { ledger in
            try await ledger.write { try $0.insert(tenant) }
            try await ledger.store.write { records in
                for (number, name) in [(7, package.name), (9, "other")] {
                    try records.change(
                        """
                        INSERT INTO software
                            (id, manager, name, architecture, version, source, source_version)
                        VALUES ($1, $2, $3, $4, $5, $6, $7)
                        """, number, package.manager, name, package.architecture, package.version,
                        package.source, package.sourceVersion)
                }
                try records.change(
                    """
                    INSERT INTO inventory (tenant_id, digest, package_count, stored_at, body)
                    VALUES ($1, $2, $3, $4, $5)
                    """, tenant.id, "before", 2, now, VariableInteger.encode(rising: [7, 9]))
            }
        }
    }

    @Test(arguments: Engine.present)
    func `keeps its inventories, and takes the same packages in a module beside them`(
        _ engine: Engine
    ) async throws {
        guard engine != .sqliteInMemory else { return }
        try await withLocation(engine) { location in
            var samples = Samples()
            let (tenant, now) = (samples.tenant(), samples.now)
            let package = samples.package("nodejs")
            try await writeFormer(location, tenant, package, now)
            var other = package
            other.name = "other"
            let plain = Inventory([package, other])
            var modular = package
            modular.module = "nodejs:20"
            let labelled = Inventory([modular, other])
            try await closing(SQLLedger.open(location)) { ledger in
                let before = try await ledger.read { try $0.inventory("before", of: tenant.id) }
                #expect(before == plain)
                for (digest, inventory) in [("again", plain), ("labelled", labelled)] {
                    try await ledger.write {
                        _ = try $0.store(
                            InventoryText(inventory), digest: digest, of: tenant.id, at: now)
                    }
                    let after = try await ledger.read { try $0.inventory(digest, of: tenant.id) }
                    #expect(after == inventory)
                }
                // What was there is found again; only the package in its module is new.
                let numbers = try await ledger.store.read {
                    try $0.rows("SELECT id FROM software ORDER BY id").map { row in
                        try row.first() as Int64
                    }
                }
                #expect(numbers.count == 3)
                #expect(Array(numbers.prefix(2)) == [7, 9])
            }
        }
    }
}
