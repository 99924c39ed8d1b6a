import Fleet
import Testing
import Versions

@testable import Advisories

struct LanguageMatchTests {
    private func isAffected(
        _ events: [AffectedRange.Event], versions: [String] = [], _ installed: String
    ) -> Bool {
        let record = FeedRecord.language(
            "CVE-1", "npm", .semver, "left-pad", events, versions: versions)
        let row = SoftwareRow(
            ecosystem: "npm", order: .semver, name: "left-pad", version: installed)
        return !report([record], [row]).findings.isEmpty
    }

    @Test(arguments: [
        ("0.9.0", false), ("1.0.0", true), ("1.4.9", true), ("1.5.0", false), ("2.0.0-rc.1", false),
        ("2.0.0", true), ("2.0.9", true), ("2.1.0", false),
    ])
    func `several ranges in one list of events, in any order`(_ version: String, _ expected: Bool) {
        let events: [AffectedRange.Event] = [
            .introduced("1.0.0"), .fixed("1.5.0"), .introduced("2.0.0"), .fixed("2.1.0"),
        ]
        #expect(isAffected(events, version) == expected)
        #expect(isAffected(events.reversed(), version) == expected)
    }

    @Test(arguments: [("1.0.0", true), ("1.2.3", true), ("1.2.4", false)])
    func `the last affected version is affected`(_ version: String, _ expected: Bool) {
        #expect(isAffected([.introduced("0"), .lastAffected("1.2.3")], version) == expected)
    }

    @Test func `no end means every version from the beginning on`() {
        #expect(isAffected([.introduced("1.0.0")], "99.0.0"))
        #expect(!isAffected([.introduced("1.0.0")], "0.9.0"))
    }

    @Test func `a limit ends what a range speaks of, and is no fix`() {
        let events: [AffectedRange.Event] = [
            .introduced("0"), .limit("1.5.0"), .fixed("2.0.0"),
        ]
        #expect(isAffected(events, "1.4.0"))
        #expect(!isAffected(events, "1.6.0"))
    }

    @Test func `a limit alone is no fix`() {
        let record = FeedRecord.language(
            "CVE-1", "npm", .semver, "left-pad", [.introduced("0"), .limit("1.5.0")])
        let row = SoftwareRow(
            ecosystem: "npm", order: .semver, name: "left-pad", version: "1.4.0")
        let found = report([record], [row])
        #expect(found.lines == ["CVE-1 left-pad noFix"])
        // No distribution has anything to do with it.
        #expect(found.findings.map(\.reason) == ["No version that mends it is known."])
    }

    @Test func `ranges that hold no version find nothing`() {
        let never: [AffectedRange.Event] = [.introduced("2.0.0"), .fixed("1.0.0"), .fixed("0.9.0")]
        #expect(!isAffected(never, "0.5.0"))
        #expect(!isAffected([.fixed("1.0.0")], "0.5.0"))
    }

    @Test(arguments: [
        ("hex", "Hex"), ("pub", "Pub"), ("swift", "SwiftURL"), ("bitnami", "Bitnami"),
    ])
    func `further worlds of OSV are matched by their order`(_ manager: String, _ world: String) {
        let known = PackageWorld(manager: manager)
        let record = FeedRecord.language(
            "CVE-1", world, .semver, "anvil", [.introduced("0"), .fixed("1.10.0")])
        let rows = ["1.9.0", "1.10.0"].map {
            SoftwareRow(ecosystem: known.ecosystem, order: known.order, name: "anvil", version: $0)
        }
        #expect(report([record], rows).lines == ["CVE-1 anvil fixAvailable 1.10.0"])
        #expect(PackageWorld.isKnown(world: world))
    }

    @Test func `a range with a bound that cannot be read makes the package unreadable`() {
        let record = FeedRecord.language(
            "CVE-1", "npm", .semver, "left-pad",
            [.introduced("0"), .fixed("not a version"), .introduced("2.0.0")])
        let row = SoftwareRow(
            ecosystem: "npm", order: .semver, name: "left-pad", version: "1.0.0")
        #expect(report([record], [row]).unreadable == ["left-pad"])
    }

    @Test func `versions named one by one count besides the ranges`() {
        let events: [AffectedRange.Event] = [.introduced("1.0.0"), .fixed("1.1.0")]
        #expect(isAffected(events, versions: ["0.5.0"], "0.5.0"))
        #expect(!isAffected(events, versions: ["0.5.0"], "0.5.1"))
        #expect(isAffected([], versions: ["3.0.0"], "3.0.0"))
        #expect(!isAffected([], versions: ["3.0.0"], "3.0.1"))
    }

    @Test(arguments: ["Zope.Interface", "zope_interface", "ZOPE--interface"])
    func `PyPI's names are one however they are written`(_ name: String) {
        let record = FeedRecord.language(
            "CVE-1", "PyPI", .pep440, "zope-interface", [.introduced("0"), .fixed("5")])
        let row = SoftwareRow(ecosystem: "PyPI", order: .pep440, name: name, version: "4.1")
        #expect(report([record], [row]).findings.count == 1)
    }

    @Test func `a package of the system is not one of a language by the same name`() {
        let record = FeedRecord.language("CVE-1", "PyPI", .pep440, "requests", [.introduced("0")])
        #expect(report([record], [.deb("requests", "1")]).lines.isEmpty)
        let debian = FeedRecord.debian("CVE-2", "requests")
        let row = SoftwareRow(ecosystem: "PyPI", order: .pep440, name: "requests", version: "1")
        #expect(report([debian], [row]).lines.isEmpty)
    }
}
