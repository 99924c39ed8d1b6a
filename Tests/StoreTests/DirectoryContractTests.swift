import Administration
import ControlPlane
import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `Tenants, sites and endpoints` {
    @Test(.requires(.postgreSQL)) func `a PostgreSQL server runs`() async throws {
        let address = try await PostgreSQLServer.shared.newDatabase()
        #expect(address.hasPrefix("postgresql://"))
    }

    @Test(arguments: Engine.present) func `tenants come back by name, and a scope sees its own`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (beta, alpha) = (samples.tenant("beta"), samples.tenant("Alpha"))
            try await ledger.write {
                try $0.insert(beta)
                try $0.insert(alpha)
            }
            #expect(try await ledger.read { try $0.tenants(in: .provider) } == [alpha, beta])
            #expect(try await ledger.read { try $0.tenants(in: .tenant(beta.id)) } == [beta])
        }
    }

    @Test(arguments: Engine.present) func `a name in use is told, and the transaction goes on`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let first = samples.tenant("Acme")
            let second = samples.tenant("Acme")
            let other = samples.tenant("Other")
            let (site, twin) = (samples.site(of: first.id), samples.site(of: first.id))
            let elsewhere = samples.site(of: other.id)
            try await ledger.write { records in
                try records.insert(first)
                #expect(throws: NameTaken(name: "Acme")) { try records.insert(second) }
                try records.insert(other)
                try records.insert(site)
                #expect(throws: NameTaken(name: site.name)) { try records.insert(twin) }
                try records.insert(elsewhere)
            }
            #expect(try await ledger.read { try $0.tenants(in: .provider) } == [first, other])
            #expect(try await ledger.read { try $0.sites(in: .provider) } == [site, elsewhere])
            #expect(try await ledger.read { try $0.sites(in: .tenant(other.id)) } == [elsewhere])
        }
    }

    @Test(arguments: Engine.present) func `another name is kept, and one in use is told`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (first, second) = (samples.tenant("Acme"), samples.tenant("Bolt"))
            let (site, other) = (samples.site(of: first.id), samples.site(of: second.id))
            try await ledger.write { records in
                try records.insert(first)
                try records.insert(second)
                try records.insert(site)
                try records.insert(other)
                var renamed = first
                renamed.name = "Acme & Sons"
                try records.update(renamed)
                #expect(try records.tenants(in: .tenant(first.id)) == [renamed])
                renamed.name = "Bolt"
                #expect(throws: NameTaken(name: "Bolt")) { try records.update(renamed) }
                var moved = site
                moved.name = "Hamburg"
                try records.update(moved)
                #expect(try records.sites(in: .tenant(first.id)) == [moved])
                // Another tenant may have a site of the same name.
                var twin = other
                twin.name = "Hamburg"
                try records.update(twin)
                #expect(try records.sites(in: .tenant(second.id)) == [twin])
            }
        }
    }

    @Test(arguments: Engine.present) func `only what is empty is taken away`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            var placed = try await samples.place(in: ledger)
            let (tenant, now) = (placed.tenant, Timestamp(seconds: 1_800_000_000))
            let site = samples.site(of: tenant.id)
            placed.endpoint.site = site.id
            let endpoint = placed.endpoint
            try await ledger.write { records in
                try records.insert(site)
                try records.update(endpoint)
                #expect(try records.remove(site.id, of: tenant.id, at: now) == ["endpoints"])
                #expect(try records.remove(tenant.id).prefix(2) == ["endpoints", "sites"])
                #expect(try records.sites(in: .tenant(tenant.id)) == [site])
                var retired = endpoint
                retired.retiredAt = now
                try records.update(retired)
                #expect(try records.remove(site.id, of: tenant.id, at: now) == [])
                #expect(try records.sites(in: .tenant(tenant.id)) == [])
                #expect(try records.endpoint(endpoint.id, in: .provider)?.site == nil)
                // A retired endpoint has a history, which is kept with its tenant.
                #expect(try records.remove(tenant.id) == ["endpoints"])
            }
            let empty = samples.tenant("Empty")
            try await ledger.write { records in
                try records.insert(empty)
                #expect(try records.remove(empty.id) == [])
                #expect(try records.tenants(in: .tenant(empty.id)) == [])
            }
        }
    }

    @Test(arguments: Engine.present) func `an endpoint comes back as it was stored`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            var placed = try await samples.place(in: ledger)
            let site = samples.site(of: placed.tenant.id)
            let (id, scope) = (placed.endpoint.id, placed.scope)
            #expect(try await ledger.read { try $0.endpoint(id, in: scope) } == placed.endpoint)
            placed.endpoint.site = site.id
            placed.endpoint.name = "Ünïcode ✓"
            placed.endpoint.machineFingerprint = "f1"
            placed.endpoint.lastSeenAt = samples.now
            placed.endpoint.scannedAt = Timestamp(milliseconds: -1)
            placed.endpoint.inventoryDigest = samples.hash()
            placed.endpoint.postureDigest = samples.hash()
            placed.endpoint.agentVersion = "0.1.0"
            placed.endpoint.bootId = "b1"
            placed.endpoint.scanRequestedAt = samples.now
            placed.endpoint.standing = Standing(
                osName: "Debian", packages: 1, missingSecurity: 2, missingTotal: 3,
                rebootRequired: true,
                restartsNeeded: 4, sourcesNotOk: 5)
            let changed = placed.endpoint
            try await ledger.write {
                try $0.insert(site)
                try $0.update(changed)
            }
            #expect(try await ledger.read { try $0.endpoint(id, in: .provider) } == changed)
            let key = changed.publicKey
            #expect(try await ledger.read { try $0.endpoint(withPublicKey: key) } == changed)
            #expect(try await ledger.read { try $0.endpoint(withPublicKey: [1]) } == nil)
        }
    }

    @Test(arguments: Engine.present)
    func `clones are found in their tenant while they are not retired`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (here, there) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            var clones = (0..<3).map { samples.endpoint(of: here.tenant.id, "clone-\($0)") }
            clones.append(samples.endpoint(of: there.tenant.id, "elsewhere"))
            for index in clones.indices { clones[index].machineFingerprint = "same" }
            clones[1].retiredAt = samples.now
            let all = clones
            try await ledger.write { records in for clone in all { try records.insert(clone) } }
            let found = try await ledger.read {
                try $0.endpoints(withMachineFingerprint: "same", of: here.tenant.id)
            }
            #expect(found == [all[0], all[2]])
        }
    }

    @Test(arguments: Engine.present)
    func `what is not there is not stored, and a foreign site is refused`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let here = try await samples.place(in: ledger)
            let there = try await samples.place(in: ledger)
            let stranger = samples.endpoint(of: here.tenant.id)
            let site = samples.site(of: there.tenant.id)
            try await ledger.write { try $0.insert(site) }
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.write { try $0.update(stranger) }
            }
            var moved = here.endpoint
            moved.site = site.id
            let foreign = moved
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.write { try $0.update(foreign) }
            }
            let id = here.endpoint.id
            #expect(try await ledger.read { try $0.endpoint(id, in: .provider) } == here.endpoint)
        }
    }

    @Test(arguments: Engine.present) func `settings are kept and replaced`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            #expect(try await ledger.read { try $0.setting("a") } == nil)
            try await ledger.write { try $0.setSetting("a", to: "1") }
            try await ledger.write { try $0.setSetting("a", to: "2") }
            #expect(try await ledger.read { try $0.setting("a") } == "2")
        }
    }
}
