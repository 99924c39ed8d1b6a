import Administration
import Advisories
import AdvisoryFormats
import AgentProtocol
import ControlPlane
import Fleet
import Intelligence
import ServerRecords
import TestSupport
import Testing
import Trust
import Versions

/// Modules on the server: as agents report them, over the store, to what is found.
struct ModuleTests {
    private static let fixes = ["18", "20"].map { stream in
        FeedRecord.advisory(
            Advisory(
                id: "RLSA-\(stream)", source: AdvisorySource(name: "rocky", authority: .notices),
                vulnerabilities: ["CVE-2026-\(stream)00"],
                affected: [
                    AffectedPackage(
                        scope: .release(ReleaseName(distribution: "rocky", release: "9")),
                        order: .rpm, name: "nodejs", counting: .binary,
                        ranges: [.before(fix: "1:\(stream).9-1.module+el9")],
                        module: ModuleStream(name: "nodejs", stream: stream))
                ]))
    }

    private static let system = OperatingSystem(
        id: "rocky", versionId: "9.5", name: "Rocky Linux 9.5 (Blue Onyx)", idLike: ["rhel"])

    private func package(_ module: String?) -> Package {
        Package(
            manager: .dnf, name: "nodejs", version: "1:18.2-1.module+el9", architecture: "x86_64",
            source: "nodejs", sourceVersion: "18.2-1.module+el9", module: module)
    }

    private func found(on endpoint: TestEndpoint, _ house: House) async throws -> [String] {
        try await house.useCases.buildFindings()
        return try await house.useCases.findings(
            of: endpoint.principal.endpoint, by: house.administrator
        ).items.map(\.vulnerability).sorted()
    }

    @Test func `what an endpoint tells of its modules decides which fixes are its own`()
        async throws
    {
        let shelf = TestShelf()
        shelf.publish("rocky", .init(format: .updateinfo, records: Self.fixes))
        let house = try await House(shelf: shelf)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "rocky", source: "https://feeds.example.org/rocky"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        let endpoint = try await house.enrol("app-1")
        // An agent of before modules were told: either stream may be meant.
        try await endpoint.report([:], others: [package(nil)], os: Self.system)
        #expect(try await found(on: endpoint, house) == ["CVE-2026-1800", "CVE-2026-2000"])
        // The agent is renewed, and nothing else changes: the other stream's fix is none.
        house.clock.advance(seconds: 60)
        try await endpoint.report([:], others: [package("nodejs:18")], os: Self.system)
        #expect(try await found(on: endpoint, house) == ["CVE-2026-1800"])
        let stored = try await house.useCases.packages(
            of: endpoint.principal.endpoint, by: house.administrator)
        #expect(stored.packages.map(\.module) == ["nodejs:18"])
        // A second endpoint with the same version of the other stream is told apart.
        let other = try await house.enrol("app-2")
        try await other.report([:], others: [package("nodejs:20")], os: Self.system)
        #expect(try await found(on: other, house) == ["CVE-2026-2000"])
        #expect(try await found(on: endpoint, house) == ["CVE-2026-1800"])
    }

    @Test func `a renewed agent tells modules as a change of what the server holds`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("app-1")
        try await endpoint.report([:], others: [package(nil)], os: Self.system)
        house.clock.advance(seconds: 60)
        let (base, next) = (Inventory([package(nil)]), Inventory([package("nodejs:18")]))
        let upload = ScanUpload(
            scannedAt: house.clock.now, inventoryDigest: Digest.sha256Hex(next.canonicalBytes),
            postureDigest: Digest.sha256Hex([1]),
            posture: Posture(
                endpoint: endpoint.facts(bootId: "boot-1"), sources: [], updates: [],
                reboot: RebootState(), restarts: []),
            delta: next.delta(from: base), baseDigest: Digest.sha256Hex(base.canonicalBytes))
        let answer = try await house.useCases.storeScan(upload, by: endpoint.principal)
        #expect(!answer.wantsFullInventory)
        let stored = try await house.useCases.packages(
            of: endpoint.principal.endpoint, by: house.administrator)
        #expect(stored.packages == [package("nodejs:18")])
    }
}
