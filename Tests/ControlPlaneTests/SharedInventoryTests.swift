import Intelligence
@testable import Findings
import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import ServerRecords
import TestSupport
import Testing
import Versions

/// Fleets of which many endpoints have the same, and packages from beside the system.
struct SharedInventoryTests {
    /// What each endpoint has, by its name.
    private func found(_ useCases: UseCases, _ house: House) async throws -> [String: Set<String>] {
        let page = try await useCases.findings(
            FindingFilter(), by: house.administrator)
        return Dictionary(grouping: page.items, by: \.endpointName).mapValues {
            Set($0.map { "\($0.vulnerability) \($0.state)" })
        }
    }

    /// Some have the same inventory and something else running, so that they do not have the same.
    @Test func `after a start, endpoints that share an inventory have what each had before`()
        async throws
    {
        let shelf = TestShelf()
        let records: [FeedRecord] = [
            .debian("CVE-2026-1", "openssl", fixed: "3.0.2"),
            .debian("CVE-2026-2", "bash", fixed: nil),
            .debian("CVE-2026-3", "zlib", fixed: "1.3"),
        ]
        let house = try await House.tracking(records, shelf: shelf)
        let images: [[String: String]] = [
            ["openssl": "3.0.1", "bash": "5.2"], ["openssl": "3.0.2", "zlib": "1.3"],
            ["zlib": "1.2"], [:],
        ]
        for number in 0..<24 {
            let endpoint = try await house.enrol("web-\(number)")
            let replaced = RebootSignal(kind: .coreFilesReplaced, detail: "openssl: updated")
            try await endpoint.report(
                images[number % images.count], reboot: number % 3 == 0 ? [replaced] : [])
        }
        try await house.useCases.buildFindings()
        let before = try await found(house.useCases, house)
        #expect(before["web-0"] == ["CVE-2026-1 fixAvailable", "CVE-2026-2 noFix"])
        #expect(before["web-9"] == ["CVE-2026-1 fixedPendingRestart"])
        #expect(before["web-5"] == nil)
        let again = UseCases(
            ledger: house.useCases.ledger, effects: house.useCases.effects,
            keys: house.useCases.keys, signals: Signals(), shelf: shelf)
        try await again.prepareFeeds()
        try await again.buildFindings()
        #expect(try await found(again, house) == before)
    }

    @Test func `what feeds say of a product is found in a package of winget`() async throws {
        let record = FeedRecord.advisory(
            Advisory(
                id: "CVE-2026-9", source: AdvisorySource(name: "nvd", authority: .aggregator),
                vulnerabilities: ["CVE-2026-9"],
                affected: [
                    AffectedPackage(
                        scope: .ecosystem("winget"), order: .winget, name: "mozilla:firefox",
                        counting: .source, ranges: [.before(fix: "130.0")])
                ]))
        let house = try await House.tracking([record])
        let endpoint = try await house.enrol("pc-1")
        func package(_ name: String) -> Package {
            Package(
                manager: .winget, name: name, version: "129.0.1", architecture: "x64", source: name,
                sourceVersion: "129.0.1")
        }
        try await endpoint.report(
            [:], others: ["Mozilla.Firefox", "Somebody.Firefox"].map(package))
        try await house.useCases.buildFindings()
        let items = try await house.useCases.findings(
            FindingFilter(), by: house.administrator
        ).items
        #expect(items.map(\.vulnerability) == ["CVE-2026-9"])
        #expect(items.first?.packages.map(\.name) == ["Mozilla.Firefox"])
        #expect(items.first?.packages.first?.fixedIn == "130.0")
        #expect(
            items.first?.reason
                == "An update mends it. The feeds call this product mozilla:firefox.")
    }
}
