import Administration
import AdvisoryFormats
import Advisories
import ControlPlane
import Fleet
import Intelligence
import ServerRecords
import TestSupport
import Testing
import Versions

/// Packages of languages, from a scan to a finding: OSV's records are read by their reader, and
/// joined in the fleet's index; what no feed speaks of is counted.
struct LanguagePackageTests {
    private static let world: [(manager: PackageManagerName, ecosystem: String, type: String)] = [
        (.pip, "PyPI", "ECOSYSTEM"), (.npm, "npm", "SEMVER"), (.gem, "RubyGems", "ECOSYSTEM"),
        (.cargo, "crates.io", "SEMVER"),
    ]

    private static func osv() -> String {
        let records = world.enumerated().map { place, each in
            """
            {"id": "MADE-2026-\(place)", "aliases": ["CVE-2026-700\(place)"],
            "modified": "2026-01-02T00:00:00Z", "schema_version": "1.6.0", "affected": [{"package":
            {"ecosystem": "\(each.ecosystem)", "name": "anvil"}, "ranges": [{"type": "\(each.type)",
            "events": [{"introduced": "0"}, {"fixed": "1.10.0"}]}]}]}
            """
        }
        return "[\(records.joined(separator: ","))]"
    }

    private static func package(_ manager: PackageManagerName, _ version: String) -> Package {
        Package(
            manager: manager, name: "anvil", version: version, architecture: "all",
            source: "anvil", sourceVersion: version)
    }

    @Test func `a package of a language is found by OSV's record of its world, and no other`()
        async throws
    {
        var records: [FeedRecord] = []
        _ = try FeedReader.read(ByteStream(Array(Self.osv().utf8)), name: "osv") {
            records.append($0)
        }
        let shelf = TestShelf()
        shelf.publish("osv", .init(format: .osv, records: records))
        let house = try await House(shelf: shelf)
        let endpoint = try await house.enrol("web-1")
        let old = Self.world.map { Self.package($0.manager, "1.9.0") }
        try await endpoint.report(["bash": "1"], others: old)
        try await house.settle()
        func coverage() async throws -> CoverageReport {
            try await house.useCases.coverage(by: house.administrator)
        }
        // No feed is there yet: nothing is covered, and that is said.
        #expect(try await coverage().packages == 5)
        #expect(try await coverage().endpoints == 1)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "osv", source: "https://feeds.example.org/osv"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        try await house.settle()
        func found() async throws -> [String] {
            try await house.useCases.findings(FindingFilter(), by: house.administrator).items
                .map(\.vulnerability).sorted()
        }
        #expect(
            try await found() == (0..<Self.world.count).map { "CVE-2026-700\($0)" })
        // What is left is the operating system's own.
        #expect(try await coverage().items.map(\.packages) == [1])
        let own = try await house.useCases.findings(
            of: endpoint.principal.endpoint, by: house.administrator)
        #expect(own.uncovered.map(\.packages) == [1] && !own.isCovered)
        house.clock.advance(seconds: 60)
        let mended = Self.world.map { Self.package($0.manager, "1.10.0") }
        try await endpoint.report(["bash": "1"], others: mended)
        try await house.settle()
        #expect(try await found().isEmpty)
    }

    @Test func `packages of other builders are not covered by the distribution's feed`()
        async throws
    {
        let shelf = TestShelf()
        shelf.publish(
            "tracker",
            .init(
                format: .debianTracker,
                records: [
                    .advisory(
                        Advisory(
                            id: "CVE-2026-1",
                            source: AdvisorySource(name: "debian-tracker", authority: .tracker),
                            vulnerabilities: ["CVE-2026-1"],
                            affected: [
                                AffectedPackage(
                                    scope: .release(
                                        ReleaseName(distribution: "debian", release: "12")),
                                    order: .deb, name: "bash", counting: .source)
                            ]))
                ]))
        let house = try await House(shelf: shelf)
        let endpoint = try await house.enrol("web-1")
        let foreign = [ForeignPackages(source: "Docker CE", packages: 2)]
        try await endpoint.report(["bash": "1"], foreign: foreign)
        try await house.settle()
        func items() async throws -> [UncoveredPackages] {
            try await house.useCases.coverage(by: house.administrator).items
        }
        // Nothing of the release is known: its packages are counted once, whoever built them.
        #expect(try await items().map(\.source) == ["debian 12"])
        _ = try await house.useCases.addFeed(
            NewFeed(name: "tracker", source: "https://feeds.example.org/tracker"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        try await house.settle()
        #expect(
            try await items() == [
                UncoveredPackages(source: "Docker CE", packages: 2, endpoints: 1)
            ])
        let own = try await house.useCases.findings(
            of: endpoint.principal.endpoint, by: house.administrator)
        #expect(own.isCovered && own.uncovered.map(\.source) == ["Docker CE"])
        #expect(own.uncovered.map(\.packages) == [2])
        house.clock.advance(seconds: 60)
        try await endpoint.report(["bash": "1"])
        try await house.settle()
        #expect(try await items().isEmpty)
    }
}
