import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import Intelligence
import ServerRecords
import Testing
import Versions

/// What feeds say of Windows' applications is matched with nothing, and coverage says so.
struct UnmatchedProductTests {
    private static func record(_ cve: String, _ products: [String]) -> FeedRecord {
        .advisory(
            Advisory(
                id: cve, source: AdvisorySource(name: "msrc", authority: .tracker),
                vulnerabilities: [cve],
                affected: products.map {
                    AffectedPackage(
                        scope: .microsoft, order: .generic, name: $0, counting: .binary)
                }))
    }

    private func coverage(_ house: House, _ tenant: Tenant? = nil) async throws -> [Int]? {
        try await house.useCases.coverage(by: house.administrator, tenant: tenant?.id)
            .unmatchedProducts.map { [$0.products, $0.endpoints] }
    }

    @Test func `Microsoft's other products are counted where Windows runs`() async throws {
        let shelf = TestShelf()
        shelf.publish(
            "msrc",
            .init(
                format: .msrc,
                records: [
                    Self.record("CVE-2026-1", ["Anvil Server 2022", "Anvil 365"]),
                    Self.record("CVE-2026-2", ["Anvil 365"]),
                ]))
        let house = try await House(shelf: shelf)
        let debian = try await house.enrol("web-1")
        try await debian.report(["bash": "1"])
        _ = try await house.useCases.addFeed(
            NewFeed(name: "msrc", source: "https://feeds.example.org/msrc"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        try await house.settle()
        // Nobody runs Windows, so that nobody misses anything.
        #expect(try await coverage(house) == nil)
        let windows = try await house.enrol("pc-1")
        try await windows.report(
            [:],
            os: OperatingSystem(
                id: "windows", versionId: "10.0.20348.4529",
                name: "Microsoft Windows Server 2022 Standard"))
        try await house.settle()
        #expect(try await coverage(house) == [2, 1])
        let other = try await house.useCases.createTenant(name: "Other", by: house.administrator)
        #expect(try await coverage(house, other) == nil)
        for (endpoint, products) in [(debian, nil), (windows, 2)] {
            let found = try await house.useCases.findings(
                of: endpoint.principal.endpoint, by: house.administrator)
            #expect(found.unmatchedProducts == products)
        }
    }
}
