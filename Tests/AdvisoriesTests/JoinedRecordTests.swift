import Fleet
import Testing
import Versions

@testable import Advisories

/// What several feeds say of one vulnerability, in whatever order they come.
@Suite struct `Several records of one vulnerability` {
    private static let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    private static let points = SSVCPoints(
        exploitation: .proofOfConcept, automatable: true, technicalImpact: .total)

    private static func time(_ text: String) -> Timestamp? { Timestamp(text + "T00:00:00Z") }

    /// The CVE record: CISA's decision points, and no score.
    private static let assigned = VulnerabilityRecord(
        id: "CVE-2026-1", ssvc: points, modified: time("2026-01-02"))
    /// NVD's: a score, and nothing of CISA's.
    private static let rated = VulnerabilityRecord(
        id: "CVE-2026-1", publisher: .nvd, severity: .critical, cvss: [vector],
        modified: time("2026-02-01"))

    private func found(_ records: [FeedRecord]) throws -> [Finding] {
        report([.debian("CVE-2026-1", "bash", fixed: "9")] + records, [.deb("bash", "5")]).findings
    }

    @Test func `what CISA says and what NVD rates both count, in either order`() throws {
        for records in [[Self.assigned, Self.rated], [Self.rated, Self.assigned]] {
            let finding = try #require(try found(records.map(FeedRecord.vulnerability)).first)
            #expect(finding.assessment.risk.inputs.cvss == 9.8)
            #expect(finding.assessment.severity == .critical)
            #expect(finding.assessment.risk.inputs.ssvc == Self.points)
        }
    }

    @Test func `a later record without a score does not take the score away`() throws {
        var later = VulnerabilityRecord(id: "CVE-2026-1", modified: Self.time("2026-05-01"))
        later.title = "Overflow"
        let finding = try #require(
            try found([.vulnerability(Self.rated), .vulnerability(later)]).first)
        #expect(finding.assessment.risk.inputs.cvss == 9.8)
    }

    @Test func `the score of whoever assigned the name comes before NVD's`() throws {
        var own = Self.assigned
        own.cvss = ["CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"]
        for records in [[own, Self.rated], [Self.rated, own]] {
            let finding = try #require(try found(records.map(FeedRecord.vulnerability)).first)
            #expect(finding.assessment.risk.inputs.cvss == 1.8)
        }
    }

    private static let contradictions: [(String, Severity?, Severity)] = [
        (vector, .low, .critical), (vector, nil, .critical),
        ("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", .critical, .low),
        // Of version 2 there is no “critical”.
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", .low, .important),
        ("CVSS:9.9/AV:N", .moderate, .moderate), ("", .low, .low), ("", nil, .unrated),
    ]

    @Test(arguments: Self.contradictions)
    func `where the word of a record contradicts its vector, the vector counts`(
        _ vector: String, _ word: Severity?, _ severity: Severity
    ) throws {
        let record = VulnerabilityRecord(
            id: "CVE-2026-1", severity: word, cvss: vector.isEmpty ? [] : [vector])
        #expect(
            try found([.vulnerability(record)]).first?.assessment.severity == severity)
        // GitHub's and others' words on software that no distribution has built.
        let advisory = Advisory(
            id: "GHSA-1", source: .aggregator, vulnerabilities: ["GHSA-1"], severity: word,
            cvss: record.cvss,
            affected: [
                AffectedPackage(
                    scope: .ecosystem("PyPI"), order: .pep440, name: "anvil", counting: .binary,
                    ranges: [.before(fix: "2")])
            ])
        let row = SoftwareRow(ecosystem: "PyPI", order: .pep440, name: "anvil", version: "1")
        #expect(
            report([.advisory(advisory)], [row]).findings.first?.assessment.severity == severity)
    }

    @Test func `what the distribution says of its own build stands beside the score`() throws {
        let own = FeedRecord.debian("CVE-2026-1", "bash", fixed: "9", severity: .low)
        let finding = try #require(
            report([own, .vulnerability(Self.rated)], [.deb("bash", "5")]).findings.first)
        #expect(finding.assessment.severity == .low)
        #expect(finding.assessment.risk.inputs.cvss == 9.8)
    }

    @Test(arguments: [
        ("openSUSE-SU-2021:1234-1", "opensuse-su-2021:1234-1", true), ("CVE-1", "cve-1", true),
        ("GHSA-aaaa", "ghsa-AAAA", true), ("CVE-1", "CVE-2", false), ("CVE-1", "CVE-10", false),
        ("", "a", false),
    ])
    func `the letters of a name are written as people like`(
        _ name: String, _ other: String, _ isOne: Bool
    ) {
        #expect(FleetIndex.isOneName(name, other) == isOne)
    }

    @Test func `a title is that of its record, else of the nearest advisory about it alone`() {
        func advisory(
            _ title: String, _ source: AdvisorySource, _ names: [String] = ["CVE-2026-1"]
        ) -> FeedRecord {
            .advisory(
                Advisory(
                    id: title, source: source, vulnerabilities: names, title: title,
                    affected: [
                        AffectedPackage(
                            scope: .ecosystem("PyPI"), order: .pep440, name: "anvil",
                            counting: .binary, ranges: [.before(fix: "2")])
                    ]))
        }
        func title(_ records: [FeedRecord]) -> [String] {
            [records, records.reversed()].map { records in
                var builder = AdvisoryIndexBuilder()
                for record in records { builder.add(record) }
                return builder.build().title(of: "CVE-2026-1")
            }
        }
        let several = advisory("On several", .tracker, ["CVE-2026-1", "CVE-2026-2"])
        let near = [advisory("B", .tracker), advisory("A", .tracker), several]
        let far = [advisory("Gathered", .aggregator), advisory("A notice", .notices)]
        #expect(title([several]) == ["", ""])
        #expect(title(far) == ["A notice", "A notice"])
        #expect(title(near + far) == ["A", "A"])
        let own = VulnerabilityRecord(id: "CVE-2026-1", title: "Its own")
        #expect(title(near + [.vulnerability(own)]) == ["Its own", "Its own"])
    }

    @Test func `whether a name was taken back is what the latest record says`() throws {
        var gone = Self.assigned
        gone.isRejected = true
        gone.modified = Self.time("2026-03-01")
        let all = [Self.rated, gone, Self.assigned]
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] {
            #expect(try found(order.map { .vulnerability(all[$0]) }).isEmpty)
        }
        var back = Self.rated
        back.modified = Self.time("2026-04-01")
        for records in [[gone, back], [back, gone]] {
            #expect(try found(records.map(FeedRecord.vulnerability)).count == 1)
        }
    }

    @Test func `three copies of a record say the same in every order`() {
        var other = Self.assigned
        other.ssvc?.exploitation = .active
        other.modified = Self.time("2026-01-03")
        var bare = Self.assigned
        bare.ssvc = nil
        bare.modified = Self.time("2026-01-04")
        let all = [Self.assigned, other, bare]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let joined = VulnerabilityRecord.joined(order.map { all[$0] })
            #expect(joined?.ssvc?.exploitation == .active, "\(order)")
        }
    }

    @Test func `of two days' probabilities the later counts, in either order of files`() throws {
        let old = ExploitProbability(
            vulnerability: "CVE-2026-1", probability: 0.9, percentile: 0.9,
            scored: Self.time("2026-08-16"))
        let new = ExploitProbability(
            vulnerability: "CVE-2026-1", probability: 0.1, percentile: 0.5,
            scored: Self.time("2026-08-17"))
        let bare = ExploitProbability(
            vulnerability: "CVE-2026-1", probability: 0.99, percentile: 0.9)
        for entries in [[old, new], [new, old], [bare, new], [new, bare]] {
            let finding = try #require(
                try found(entries.map(FeedRecord.exploitProbability)).first)
            #expect(finding.assessment.risk.inputs.epss == 0.1)
            let index = AdvisoryIndex.empty.replacing(exploitProbabilities: entries).index
            #expect(index.exploitProbability("CVE-2026-1")?.probability == 0.1)
        }
    }

    @Test func `the same probability of another day changes nothing`() {
        var entry = ExploitProbability(
            vulnerability: "CVE-2026-1", probability: 0.9, percentile: 0.9,
            scored: Self.time("2026-08-16"))
        let index = AdvisoryIndex.empty.replacing(exploitProbabilities: [entry]).index
        entry.scored = Self.time("2026-08-17")
        #expect(index.replacing(exploitProbabilities: [entry]).changed.isEmpty)
        entry.percentile = 0.8
        #expect(index.replacing(exploitProbabilities: [entry]).changed == ["CVE-2026-1"])
        #expect(index.replacing(exploitProbabilities: []).changed == ["CVE-2026-1"])
    }

    @Test func `two copies of the catalogue are one, in either order`() throws {
        let day = try #require(Self.time("2026-08-16"))
        let one = KnownExploited(
            vulnerability: "CVE-2026-1", title: "A", added: day, due: day.adding(seconds: 86_400),
            isUsedByRansomware: true)
        let other = KnownExploited(
            vulnerability: "CVE-2026-1", title: "B", added: day.adding(seconds: 60), due: day)
        let joined = KnownExploited.joined(one, other)
        #expect(joined == KnownExploited.joined(other, one))
        #expect(joined.due == day)
        #expect(joined.isUsedByRansomware)
        #expect(joined.title == "A")
    }
}
