import Administration
import ControlPlane
import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `Postures and what is missing` {
    @Test(arguments: Engine.present) func `a posture comes back whole, its updates in their order`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, endpoint) = (placed.tenant.id, placed.endpoint.id)
            #expect(try await ledger.read { try $0.posture(of: endpoint, tenant: tenant) } == nil)
            let updates = [
                samples.update("zlib1g", classes: [.security, .feature]),
                samples.update("bash", classes: []),
                samples.update("curl", installability: .held), samples.update("bash", classes: []),
            ]
            for list in [updates, Array(updates.reversed()), []] {
                let posture = samples.posture(list)
                try await ledger.write { try $0.store(posture, of: endpoint, tenant: tenant) }
                #expect(
                    try await ledger.read { try $0.posture(of: endpoint, tenant: tenant) }
                        == posture)
            }
        }
    }

    @Test(arguments: Engine.present) func `which endpoints miss an update follows each new posture`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (here, there) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            let second = samples.endpoint(of: here.tenant.id, "web-2")
            let posture = samples.posture([samples.update("openssl"), samples.update("bash")])
            try await ledger.write { records in
                try records.insert(second)
                for endpoint in [here.endpoint, second, there.endpoint] {
                    try records.store(posture, of: endpoint.id, tenant: endpoint.tenant)
                }
            }
            let (freshSince, key) = (
                samples.now, MissingUpdateKey(name: "openssl", candidate: "2.0-1")
            )
            func missing(_ scope: Scope) async throws -> Set<EndpointID> {
                let query = EndpointQuery(scope: scope, missing: key, freshSince: freshSince)
                let found = try await ledger.read { try $0.endpoints(query) }
                #expect(try await ledger.read { try $0.countEndpoints(query) } == found.count)
                return Set(found.map(\.id))
            }
            #expect(
                try await missing(.provider) == [here.endpoint.id, second.id, there.endpoint.id])
            #expect(try await missing(here.scope) == [here.endpoint.id, second.id])
            let patched = samples.posture([samples.update("bash")])
            try await ledger.write { try $0.store(patched, of: second.id, tenant: second.tenant) }
            #expect(try await missing(here.scope) == [here.endpoint.id])
        }
    }

    @Test(arguments: Engine.present, Seeds.all)
    func `missing updates are counted as by hand`(_ engine: Engine, _ seed: UInt64) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples(seed: seed)
            let tenants = [samples.tenant(), samples.tenant()]
            var fleet: [(endpoint: EndpointRecord, updates: [Update])] = []
            for index in 0..<14 {
                var endpoint = samples.endpoint(of: tenants[samples.number(0...1)].id, "e\(index)")
                endpoint.retiredAt = samples.chance(15) ? samples.now : nil
                fleet.append((endpoint, samples.someUpdates()))
            }
            let stored = fleet.map { (endpoint: $0.endpoint, posture: samples.posture($0.updates)) }
            try await ledger.write { records in
                for tenant in tenants { try records.insert(tenant) }
                for (endpoint, posture) in stored {
                    try records.insert(endpoint)
                    try records.store(posture, of: endpoint.id, tenant: endpoint.tenant)
                }
            }
            for scope in [Scope.provider, .tenant(tenants[0].id)] {
                for (search, securityOnly) in [(nil, false), ("OPEN", false), (nil, true)]
                    as [(String?, Bool)]
                {
                    let found = try await ledger.read {
                        try $0.missingUpdates(
                            in: scope, search: search, securityOnly: securityOnly, limit: 100)
                    }
                    let seen = fleet.filter {
                        scope.includes($0.endpoint.tenant) && $0.endpoint.retiredAt == nil
                    }
                    let expected = countedByHand(seen.map(\.updates)).filter {
                        $0.name.contains(search?.lowercased() ?? "") || search == nil
                    }.filter { !securityOnly || $0.classes.contains(.security) }
                    #expect(found == expected, "seed \(seed), \(search ?? "all"), \(securityOnly)")
                }
                let steps = try await ledger.read { try $0.missingSteps(in: scope, limit: 1000) }
                let taken = fleet.filter {
                    scope.includes($0.endpoint.tenant) && $0.endpoint.retiredAt == nil
                }.flatMap(\.updates).map {
                    MissingStep(
                        manager: $0.manager, name: $0.name, installed: $0.installed,
                        candidate: $0.candidate)
                }
                #expect(steps.count == Set(taken).count && Set(steps) == Set(taken))
            }
        }
    }

    @Test(arguments: Engine.present) func `a list of missing updates is cut at its limit`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let posture = samples.posture(["a", "b", "c"].map { samples.update($0) })
            try await ledger.write {
                try $0.store(posture, of: placed.endpoint.id, tenant: placed.tenant.id)
            }
            let found = try await ledger.read {
                try $0.missingUpdates(in: .provider, search: nil, securityOnly: false, limit: 2)
            }
            #expect(found.map(\.name) == ["a", "b"])
        }
    }
}

extension Samples {
    /// Some of a few updates, one of them on two architectures.
    fileprivate mutating func someUpdates() -> [Update] {
        let all = [
            update("openssl"), update("openssl", architecture: "i386"), update("openssl", "2.0-2"),
            update("openssh-server", classes: [.bugfix], installability: .keptBack),
            update("bash", classes: [.security, .bugfix], installability: .held),
            update("vim", classes: []),
        ]
        return all.filter { _ in chance(50) }
    }
}

/// Security first, then what most endpoints miss, then by name.
private func countedByHand(_ endpoints: [[Update]]) -> [MissingUpdateCount] {
    var counts: [MissingUpdateKey: MissingUpdateCount] = [:]
    for updates in endpoints {
        for (key, same) in Dictionary(
            grouping: updates, by: { MissingUpdateKey(name: $0.name, candidate: $0.candidate) })
        {
            guard let first = same.first else { continue }
            var count =
                counts[key]
                ?? MissingUpdateCount(
                    manager: .apt, name: key.name, candidate: key.candidate, classes: first.classes,
                    origin: first.origin, endpoints: 0, installable: 0)
            count.endpoints += 1
            if same.contains(where: { $0.installability == .installable }) {
                count.installable += 1
            }
            counts[key] = count
        }
    }
    return counts.values.sorted {
        let (left, right) = (
            $0.classes.contains(.security) ? 0 : 1, $1.classes.contains(.security) ? 0 : 1
        )
        return (left, -$0.endpoints, $0.name, $0.candidate) < (
            right, -$1.endpoints, $1.name, $1.candidate
        )
    }
}
