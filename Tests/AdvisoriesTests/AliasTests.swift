import Fleet
import TestSupport
import Testing
import Versions

@testable import Advisories

/// One vulnerability under several names (OSV's `aliases`).
struct AliasTests {
    /// A record of a database on a package of PyPI.
    private func record(
        _ id: String, aliases: [String] = [], package: String = "requests"
    ) -> FeedRecord {
        let entries = ([id] + aliases).filter(AliasTable.isCVE)
        return .advisory(
            Advisory(
                id: id, source: .aggregator, aliases: aliases,
                vulnerabilities: entries.isEmpty ? [id] : entries,
                affected: [
                    AffectedPackage(
                        scope: .ecosystem("PyPI"), order: .pep440, name: package,
                        counting: .binary, ranges: [.before(fix: "2.0")])
                ]))
    }

    private func found(_ records: [FeedRecord]) -> [String] {
        let row = SoftwareRow(
            ecosystem: "PyPI", order: .pep440, name: "requests", version: "1.0")
        return report(records, [row]).findings.map(\.vulnerability).sorted()
    }

    @Test func `is one finding, whichever record names the other, in any order of records`() {
        let (one, other) = ("GHSA-aaaa-bbbb-cccc", "PYSEC-2026-7")
        let pairs = [
            [record(one, aliases: [other]), record(other)],
            [record(one), record(other, aliases: [one])],
            [record(one, aliases: [other]), record(other, aliases: [one])],
        ]
        for pair in pairs {
            #expect(found(pair) == [one])
            #expect(found(pair.reversed()) == [one])
        }
    }

    @Test(arguments: Seeds.all)
    func `goes by its CVE id where a record far away tells it`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let records = [
            record("PYSEC-2026-7", aliases: ["OTHER-1"]),
            record("OTHER-1", aliases: ["GHSA-aaaa-bbbb-cccc"]),
            record("GHSA-aaaa-bbbb-cccc", aliases: ["CVE-2026-1111"]),
            record("PYSEC-2026-8"),
        ]
        for _ in 0..<6 {
            #expect(
                found(records.shuffled(using: &random)) == ["CVE-2026-1111", "PYSEC-2026-8"],
                "seed \(seed)")
        }
    }

    @Test func `without GitHub's name goes by the least of its names`() {
        let records = [record("PYSEC-2026-7"), record("OTHER-9", aliases: ["PYSEC-2026-7"])]
        #expect(found(records) == ["OTHER-9"])
    }

    @Test func `names joined with two CVE ids stay what they are`() {
        let records = [
            record("GHSA-aaaa-bbbb-cccc", aliases: ["CVE-2026-1", "PYSEC-2026-7"]),
            record("OTHER-1", aliases: ["CVE-2026-2", "PYSEC-2026-7"]), record("PYSEC-2026-7"),
        ]
        #expect(found(records) == ["CVE-2026-1", "CVE-2026-2", "PYSEC-2026-7"])
    }

    @Test func `a row of a hundred thousand names is one vulnerability`() {
        var table = AliasTable()
        for number in 0..<100_000 { table.join("N-\(number)", "N-\(number + 1)") }
        let names = table.names()
        #expect(names.count == 100_000)
        #expect(Set(names.values) == ["N-0"])
    }
}
