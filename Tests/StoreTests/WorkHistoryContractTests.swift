import Fleet
import Policy
import ServerRecords
import Store
import Testing

/// How long installations took, on both engines.
@Suite struct `Install times in the store` {
    private static let nginx = PackageKey(manager: .apt, name: "nginx", architecture: "amd64")
    private static let bash = PackageKey(manager: .apt, name: "bash", architecture: "amd64")
    private static let keys = [nginx, bash].map { WorkKey($0) }

    @Test(arguments: Engine.present)
    func `are learned for each tenant's packages and each endpoint, from what was ordered only`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = (samples.tenant("Ours"), samples.tenant("Theirs"))
            let endpoint = samples.endpoint(of: ours.id)
            try await ledger.write { records in
                try records.insert(ours)
                try records.insert(theirs)
                try records.insert(endpoint)
                for seconds in [80, 120, 100, 110] as [Int64] {
                    try records.learn(
                        from: [
                            InstallRun(seconds: seconds, packages: [Self.nginx]),
                            InstallRun(seconds: 9, packages: [Self.bash]),
                        ], ordered: [WorkKey(Self.nginx)], on: endpoint.id, tenant: ours.id)
                }
            }
            let (known, other) = try await ledger.read { records in
                (
                    try records.workHistory(of: Self.keys, on: endpoint.id, tenant: ours.id),
                    try records.workHistory(of: Self.keys, on: nil, tenant: theirs.id)
                )
            }
            #expect(
                known.packages.mapValues(\.text)
                    == [WorkKey(Self.nginx): "80/1 120/1 100/1 110/1"])
            #expect(known.pace?.count == 1)
            #expect(other == WorkHistory())
        }
    }

    @Test(arguments: Engine.present)
    func `reboots are learned for one endpoint, beside its pace, and only what can be one`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant("Ours")
            let (slow, other) = (samples.endpoint(of: tenant.id), samples.endpoint(of: tenant.id))
            try await ledger.write { records in
                try records.insert(tenant)
                try records.insert(slow)
                try records.insert(other)
                for seconds in [900, -5, 0, 86_400, 910, 905] as [Int64] {
                    try records.learn(rebootSeconds: seconds, on: slow.id, tenant: tenant.id)
                    try records.learn(
                        from: [InstallRun(seconds: 80, packages: [Self.nginx])],
                        ordered: [WorkKey(Self.nginx)], on: slow.id, tenant: tenant.id)
                }
            }
            let (ours, theirs) = try await ledger.read { records in
                (
                    try records.workHistory(of: Self.keys, on: slow.id, tenant: tenant.id),
                    try records.workHistory(of: Self.keys, on: other.id, tenant: tenant.id)
                )
            }
            #expect(ours.reboots?.text == "900/1 910/1 905/1")
            #expect(ours.rebootReserveSeconds == 910 + 455)
            #expect(ours.pace?.count == 3)
            #expect(theirs.rebootReserveSeconds == WorkFigures.rebootReserveSeconds)
        }
    }

    @Test(arguments: Engine.present)
    func `do not keep a tenant that has nothing else`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant("Ours")
            let left = try await ledger.write { records in
                try records.insert(tenant)
                try records.store(
                    [WorkKey(Self.nginx): InstallSamples(text: "5/1")], tenant: tenant.id)
                return try records.remove(tenant.id)
            }
            #expect(left == [])
        }
    }

    @Test(arguments: Engine.present)
    func `the zone of a site is stored and changed`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant("Ours")
            var site = samples.site(of: tenant.id)
            let first = site
            site.timeZone = "Asia/Tokyo"
            let second = site
            let zones = try await ledger.write { records in
                try records.insert(tenant)
                try records.insert(first)
                let before = try records.sites(in: .tenant(tenant.id)).map(\.timeZone)
                try records.update(second)
                return before + (try records.sites(in: .tenant(tenant.id)).map(\.timeZone))
            }
            #expect(zones == [nil, "Asia/Tokyo"])
        }
    }
}
