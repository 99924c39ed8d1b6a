import Administration
import AgentProtocol
import ControlPlane
import Fleet
import ServerRecords
import Testing
import Trust

@Suite struct `What an endpoint may store, and for how long it stays` {
    @Test func `a year on, what was in force still shows, and the audit log is whole`() async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let id = endpoint.principal.endpoint
        for version in 1...5 {
            try await endpoint.report(["bash": "\(version)"])
            house.clock.advance(seconds: 100 * 86_400)
        }
        let now = house.clock.now
        let counts = try await house.useCases.purge(Retention(historyDays: 450), at: now)
        #expect(counts.historyLines == 0)
        let later = try await house.useCases.purge(Retention(historyDays: 250), at: now)
        #expect(later.historyLines == 2)
        #expect(later.inventories == 2)
        let shown = try await house.useCases.packages(
            of: id, at: now.adding(seconds: -250 * 86_400), by: house.administrator)
        #expect(shown.packages.map(\.version) == ["3"])
        #expect(
            try await house.useCases.packages(of: id, by: house.administrator).packages.count == 1)
        #expect(try await house.useCases.verifyAudit().intact)
        #expect(
            try await house.useCases.purge(Retention(historyDays: 250), at: now) == PurgeCounts())
    }

    private func send(_ count: Int, _ mark: Int, from endpoint: TestEndpoint) async throws {
        let inventory = Inventory((0..<count).map { TestEndpoint.package("pkg\($0)", "\(mark)") })
        let bytes = inventory.canonicalBytes
        try await endpoint.house.useCases.storeInventory(
            bytes, digest: Digest.sha256Hex(bytes), by: endpoint.principal)
    }

    @Test func `an endpoint that invents inventories is told to wait, and others are not`()
        async throws
    {
        let house = try await House()
        let (hostile, other) = (try await house.enrol("ep1"), try await house.enrol("ep2"))
        let least = Int(InventoryQuota.leastCharge)
        let most = Int(InventoryQuota.packages) / least
        for mark in 0..<most { try await send(1, mark, from: hostile) }
        let refusal = try await #require(throws: Refusal.self) {
            try await send(1, most, from: hostile)
        }
        #expect(refusal.code == "E_INVENTORY_QUOTA" && refusal.kind == .tooMany)
        let wait = try #require(refusal.retryAfterSeconds)
        #expect(wait == InventoryQuota.leastCharge * 3600 / InventoryQuota.packagesPerHour)
        try await send(1, most, from: other)
        house.clock.advance(seconds: wait)
        try await send(1, most, from: hostile)
    }

    @Test func `an inventory that is known costs nothing, and two of the largest go in at once`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        for _ in 0..<300 { try await send(400, 1, from: endpoint) }
        house.clock.advance(seconds: 86_400)
        let half = Int(InventoryQuota.packages) / 2
        for mark in 2...3 { try await send(half, mark, from: endpoint) }
        await #expect(throws: Refusal.self) { try await send(400, 4, from: endpoint) }
    }
}
