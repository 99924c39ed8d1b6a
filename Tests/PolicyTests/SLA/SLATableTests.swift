import Calendar
import Fleet
import Policy
import TestSupport
import Testing

/// Every row of every regime, written down once more as the sources state it.
@Suite struct `The figures of the deadline regimes` {
    private static let start = Timestamp.at("2026-07-01T10:30:00Z")
    private static let events = SLAEvents(
        release: start, listing: start, detection: start, evaluation: start)

    /// The due date as a span from the start: `3 d`, `48 h`, a date for months, or the outcome.
    private func answer(_ preset: SLAPreset, _ subject: SLASubject) -> String {
        let clock = preset.clock(for: subject, events: Self.events)
        guard let due = clock.dueAt else { return clock.outcome.rawValue }
        let seconds = due.seconds(since: Self.start)
        let span =
            seconds % 86_400 == 0 && seconds != 172_800
            ? "\(seconds / 86_400) d" : "\(seconds / 3600) h"
        return span + (clock.needsForensics ? " + forensics" : "")
    }

    @Test(arguments: [
        // In the catalogue, exposed, automatable, total impact.
        ("....", "onNextUpgrade"), ("...t", "onNextUpgrade"), ("..a.", "60 d"), ("..at", "60 d"),
        (".e..", "60 d"), (".e.t", "14 d"), (".ea.", "14 d"), (".eat", "3 d"), ("k...", "14 d"),
        ("k..t", "14 d"), ("k.a.", "14 d"), ("k.at", "3 d + forensics"), ("ke..", "14 d"),
        ("ke.t", "3 d + forensics"), ("kea.", "3 d"), ("keat", "3 d + forensics"),
    ])
    func `BOD 26-04, all sixteen rows`(_ row: String, _ expected: String) {
        let subject = SLASubject(
            isKnownExploited: row.contains("k"), isExposed: row.contains("e"),
            isAutomatable: row.contains("a"), impact: row.contains("t") ? .total : .partial)
        #expect(answer(.bod2604, subject) == expected)
    }

    /// Who looks for what demands forensics looks at what is listed only.
    @Test(arguments: SLAPreset.allCases)
    func `no regime demands forensics of what is not known to be exploited`(_ preset: SLAPreset) {
        for (exposed, automatable) in [(true, true), (true, false), (false, true)] {
            for impact in [TechnicalImpact.total, .partial] {
                let subject = SLASubject(
                    severity: .critical, isKnownExploited: false, hasExploit: true,
                    isExposed: exposed, isAutomatable: automatable, impact: impact)
                #expect(!preset.clock(for: subject, events: Self.events).needsForensics)
            }
        }
    }

    @Test func `without data from Vulnrichment it is not automatable, and total`() {
        #expect(answer(.bod2604, SLASubject()) == "onNextUpgrade")
        #expect(answer(.bod2604, SLASubject(isExposed: true)) == "14 d")
        #expect(answer(.bod2604, SLASubject(isExposed: true, isAutomatable: true)) == "3 d")
        #expect(answer(.bod2604, SLASubject(isExposed: true, impact: .partial)) == "60 d")
    }

    @Test(
        arguments: [
            (2019, nil, true, "184 d"), (2020, nil, true, "184 d"), (2021, nil, true, "14 d"),
            (nil, nil, true, "14 d"), (2019, "2026-07-22T00:00:00Z", true, "493 h"),
            (2026, "2026-07-04T10:30:00Z", true, "3 d"), (2019, nil, false, "outOfScope"),
        ] as [(Int?, String?, Bool, String)])
    func `BOD 22-01`(_ year: Int?, _ due: String?, _ listed: Bool, _ expected: String) {
        let subject = SLASubject(
            isKnownExploited: listed, cveYear: year, catalogueDueAt: due.map(Timestamp.at))
        #expect(answer(.kevLegacy, subject) == expected)
    }

    /// The presets whose rows ask for the vendor's rating alone; `-` is "not told".
    @Test(arguments: [
        (
            SLAPreset.pci401,
            ["30 d", "byOwnRanking", "byOwnRanking", "byOwnRanking", "byOwnRanking"]
        ),
        (.pci40, ["30 d", "30 d", "byOwnRanking", "byOwnRanking", "30 d"]),
        (.fedrampRevision5, ["30 d", "30 d", "90 d", "180 d", "30 d"]),
        (.hipaaNPRM, ["15 d", "30 d", "noDeadline", "noDeadline", "30 d"]),
        (.ce14, ["14 d", "14 d", "outOfScope", "outOfScope", "14 d"]),
        (.cis7, ["31 d", "31 d", "31 d", "31 d", "31 d"]),
        (.nerc3535, ["35 d", "35 d", "35 d", "35 d", "35 d"]),
        (.nist40r4, Array(repeating: "noDeadline", count: 5)),
    ])
    func `by severity`(_ preset: SLAPreset, _ expected: [String]) {
        #expect(
            Severity.allCases.map { answer(preset, SLASubject(severity: $0)) } == expected)
        // What nobody has rated is as bad as important.
        #expect(answer(preset, SLASubject()) == expected[4])
    }

    @Test(arguments: [
        (Severity.critical, true, "15 d"), (.important, true, "30 d"),
        (.moderate, true, "outOfScope"), (.low, true, "outOfScope"), (.unrated, true, "30 d"),
        (.critical, false, "outOfScope"),
    ])
    func `BOD 19-02`(_ severity: Severity, _ exposed: Bool, _ expected: String) {
        #expect(
            answer(.cisa1902, SLASubject(severity: severity, isExposed: exposed)) == expected)
    }

    @Test func `BOD 19-02 wants a plan three working days after a missed date`() {
        let friday = Timestamp.at("2026-07-03T10:00:00Z")
        let due = SLAPreset.cisa1902.planPeriod?.end(from: friday)
        #expect(due == .at("2026-07-08T10:00:00Z"))
        #expect(SLAPreset.allCases.filter { $0.planPeriod != nil } == [.cisa1902])
    }

    @Test(
        arguments: [
            (Severity?.none, 7.0, "14 d"), (nil, 6.9, "outOfScope"), (.moderate, 7.0, "14 d"),
            (.moderate, 6.9, "outOfScope"), (.low, 9.8, "14 d"), (.unrated, 5.0, "14 d"),
            (.unrated, nil, "14 d"), (.important, 2.0, "14 d"),
        ] as [(Severity?, Double?, String)])
    func `Cyber Essentials asks for the word, the score, or neither`(
        _ severity: Severity?, _ cvss: Double?, _ expected: String
    ) {
        #expect(answer(.ce14, SLASubject(severity: severity, cvss: cvss)) == expected)
    }

    /// Each class: not urgent, then urgent.
    @Test(arguments: [
        (SLAAssetClass.onlineService, ["14 d", "48 h", "14 d", "48 h", "14 d", "48 h"]),
        (.internetFacing, ["14 d", "48 h", "14 d", "48 h", "14 d", "48 h"]),
        (.officeSuite, ["14 d", "14 d", "14 d", "14 d", "14 d", "48 h"]),
        (.internalSystem, ["31 d", "31 d", "31 d", "31 d", "31 d", "48 h"]),
        (.driver, ["outOfScope", "outOfScope", "outOfScope", "outOfScope", "31 d", "48 h"]),
        (.firmware, ["outOfScope", "outOfScope", "outOfScope", "outOfScope", "31 d", "48 h"]),
        (.otherApplication, ["outOfScope", "outOfScope", "31 d", "31 d", "31 d", "31 d"]),
    ])
    func `Essential Eight, three levels`(_ assetClass: SLAAssetClass, _ expected: [String]) {
        let calm = SLASubject(severity: .important, assetClass: assetClass)
        let urgent = [
            SLASubject(severity: .critical, assetClass: assetClass),
            SLASubject(severity: .low, hasExploit: true, assetClass: assetClass),
            SLASubject(severity: .low, isKnownExploited: true, assetClass: assetClass),
            SLASubject(cvss: 9.0, assetClass: assetClass),
        ]
        for (index, preset) in [SLAPreset.e8ML1, .e8ML2, .e8ML3].enumerated() {
            #expect(answer(preset, calm) == expected[index * 2], "\(preset)")
            for subject in urgent {
                #expect(answer(preset, subject) == expected[index * 2 + 1], "\(preset) \(subject)")
            }
        }
    }

    @Test(arguments: [
        (Severity?.none, Double?.none, Severity.important), (nil, 9.0, .critical),
        (nil, 8.9, .important), (nil, 6.9, .moderate), (nil, 3.9, .low), (nil, 0.0, .low),
        (.unrated, 9.0, .critical), (.low, 9.8, .low),
    ])
    func `the vendor's word counts, else the score, else it is important`(
        _ severity: Severity?, _ cvss: Double?, _ expected: Severity
    ) {
        #expect(SLASubject(severity: severity, cvss: cvss).rating == expected)
    }

    @Test func `whatever is asked, exactly one row answers`() {
        for preset in SLAPreset.allCases {
            for severity in Severity.allCases {
                for assetClass in SLAAssetClass.allCases {
                    for bits in 0..<16 {
                        let subject = SLASubject(
                            severity: severity, isKnownExploited: bits & 1 != 0,
                            isExposed: bits & 2 != 0, isAutomatable: bits & 4 != 0,
                            impact: bits & 8 != 0 ? .total : .partial, assetClass: assetClass)
                        let clock = preset.clock(for: subject, events: Self.events)
                        #expect(preset.figures.contains { $0.scope == clock.figure })
                        #expect(clock.outcome != .notStarted && clock.outcome != .evaluateBy)
                    }
                }
            }
        }
    }

    @Test func `the table of all figures is what its golden file holds`() {
        let lines = SLAPreset.allCases.flatMap { preset in
            ["\(preset.rawValue), from \(preset.start.rawValue): \(preset.source)"]
                + preset.figures.map { figure in
                    let period = figure.period.map { " within \($0)" } ?? ""
                    let forensics = figure.needsForensics ? ", forensics" : ""
                    return "  \(figure.scope): \(figure.outcome.rawValue)\(period)\(forensics)"
                }
        }
        expectGolden(lines.joined(separator: "\n") + "\n", "sla-figures.txt")
    }
}

extension Timestamp {
    static func at(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(seconds: 0) }
}
