import Administration
import ControlPlane
@testable import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `What findings have been` {
    @Test(arguments: Engine.present)
    func `ended times are kept once, and found by span, scope and page`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let now = samples.now
            var places: [EndpointRecord] = []
            for _ in 0..<3 { places.append(try await samples.place(in: ledger).endpoint) }
            places.sort { $0.id < $1.id }
            func span(_ place: Int, _ from: Int64, _ to: Int64) -> FindingSpan {
                FindingSpan(
                    endpoint: places[place].id, tenant: places[place].tenant,
                    vulnerability: "CVE-2026-1", began: now.adding(seconds: from),
                    ended: now.adding(seconds: to), cause: place == 2 ? .retired : .scan)
            }
            let spans = [span(0, 0, 10), span(0, 20, 30), span(1, 5, 25), span(2, 40, 50)]
            try await ledger.write { try $0.end(spans) }
            // Another process tells the same a moment later.
            let again = [span(0, 1, 11), span(0, 20, 31), span(1, 5, 25)]
            try await ledger.write { try $0.end(again) }
            func found(
                _ from: Int64, _ to: Int64, _ scope: Scope = .provider, after: EndpointID? = nil,
                limit: Int = 9
            ) async throws -> (ids: [EndpointID], spans: [FindingSpan]) {
                let query = FindingSpanQuery(
                    scope: scope, vulnerability: "CVE-2026-1", from: now.adding(seconds: from),
                    to: now.adding(seconds: to))
                return try await ledger.read { records in
                    let ids = try records.endpoints(withSpans: query, after: after, limit: limit)
                    return (ids, try records.spans(query, of: ids))
                }
            }
            let all = try await found(0, 100)
            #expect(all.ids == places.map(\.id))
            #expect(Set(all.spans) == Set(spans))
            #expect(try await found(10, 20).spans == [spans[2]], "neither end belongs to it")
            #expect(try await found(30, 40).ids.isEmpty)
            #expect(try await found(0, 100, .tenant(places[2].tenant)).spans == [spans[3]])
            #expect(try await found(0, 100, limit: 2).ids == places.prefix(2).map(\.id))
            #expect(try await found(0, 100, after: places[1].id).ids == [places[2].id])
            let cut = now.adding(seconds: 26)
            #expect(try await ledger.write { try $0.purgeSpans(endedBefore: cut, limit: 1) } == 1)
            #expect(try await ledger.write { try $0.purgeSpans(endedBefore: cut, limit: 9) } == 1)
            #expect(Set(try await found(0, 100).spans) == [spans[1], spans[3]])
        }
    }

    @Test(arguments: Engine.present)
    func `an endpoint comes with the software by which it was judged last`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let (tenant, now) = (placed.tenant.id, samples.now)
            var endpoint = placed.endpoint
            let inventories = ["d": samples.inventory(3), "e": samples.inventory(4)]
            endpoint.inventoryDigest = "d"
            let first = endpoint
            let footing = SoftwareFooting(
                os: OperatingSystem(id: "debian", versionId: "12", name: "Debian"), kernel: "6",
                replaced: [])
            try await ledger.write { records in
                for (digest, inventory) in inventories {
                    _ = try records.store(
                        InventoryText(inventory), digest: digest, of: tenant, at: now)
                }
                try records.update(first)
                try records.store(footing, of: first.id, tenant: tenant)
            }
            let before = try await ledger.read { try $0.members([first.id]) }
            #expect(before.members.map(\.judgedDigest) == [nil])
            #expect(before.digests == ["d"])
            try await ledger.write { try $0.noteJudged("d", of: first.id, tenant: tenant) }
            let same = try await ledger.read { try $0.members([first.id]) }
            #expect(same.members.map(\.judgedDigest) == ["d"])
            #expect(Set(same.inventories.keys) == ["d"])
            endpoint.inventoryDigest = "e"
            let second = endpoint
            try await ledger.write { records in
                try records.update(second)
                try records.store(footing, of: first.id, tenant: tenant)
            }
            let after = try await ledger.read { try $0.members([first.id]) }
            #expect(after.members.map(\.judgedDigest) == ["d"])
            #expect(Set(after.inventories.keys) == ["d", "e"])
            #expect(after.inventories["d"] == same.inventories["d"])
            #expect(after.inventories["e"] != after.inventories["d"])
            let known = try await ledger.read {
                try $0.members(after: nil, limit: 9, knowing: ["e"])
            }
            #expect(Set(known.inventories.keys) == ["d"])
        }
    }

    @Test(arguments: Engine.present)
    func `an inventory that endpoints of several tenants share is read once`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let inventory = samples.inventory(5)
            var ids: [EndpointID] = []
            for _ in 0..<3 {
                let placed = try await samples.place(in: ledger)
                let (tenant, now) = (placed.tenant.id, samples.now)
                var endpoint = placed.endpoint
                endpoint.inventoryDigest = "d"
                let scanned = endpoint
                try await ledger.write { records in
                    _ = try records.store(
                        InventoryText(inventory), digest: "d", of: tenant, at: now)
                    try records.update(scanned)
                }
                ids.append(scanned.id)
            }
            let page = try await ledger.read {
                try $0.members(after: nil, limit: 9, knowing: [])
            }
            #expect(page.members.map(\.id) == ids.sorted())
            #expect(page.inventories.mapValues(\.count) == ["d": 5])
        }
    }
}
