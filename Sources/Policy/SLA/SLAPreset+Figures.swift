import Fleet

extension SLAPreset {
    /// The regime's whole table. The first row that is for a subject counts, and one always is.
    public var figures: [SLAFigure] {
        switch self {
        case .bod2604: Self.bod2604Figures
        case .kevLegacy: Self.kevLegacyFigures
        case .cisa1902: Self.cisa1902Figures
        case .pci401: Self.pci401Figures
        case .pci40: Self.pci40Figures
        case .e8ML1: Self.e8ML1Figures
        case .e8ML2: Self.e8ML2Figures
        case .e8ML3: Self.e8ML3Figures
        case .ce14: Self.ce14Figures
        case .cis7: Self.cis7Figures
        case .fedrampRevision5: Self.fedrampFigures
        case .nerc3535: Self.nercFigures
        case .hipaaNPRM: Self.hipaaFigures
        case .nist40r4: Self.nist40r4Figures
        }
    }

    private static let kevLegacyFigures: [SLAFigure] = [
        SLAFigure("listed, the catalogue gives a due date", .remediateBy) {
            $0.isKnownExploited && $0.catalogueDueAt != nil
        },
        .fix("listed, CVE identifier from before 2021", .months(6)) {
            // Identifiers have been given out since 1999; 2021 is the directive's own year.
            $0.isKnownExploited && ($0.cveYear ?? 2021) < 2021
        },
        .fix("listed, any other", .days(14)) { $0.isKnownExploited },
        .rest("not listed", .outOfScope),
    ]

    private static let cisa1902Figures: [SLAFigure] = [
        .fix("internet-facing, critical", .days(15)) { $0.isExposed && $0.rating == .critical },
        .fix("internet-facing, important", .days(30)) { $0.isExposed && $0.rating == .important },
        .rest("anything else", .outOfScope),
    ]

    private static let pci401Figures = pciFigures(worst: [.critical], words: "critical")
    private static let pci40Figures = pciFigures(
        worst: [.critical, .important], words: "critical or important")

    private static let e8ML1Figures = essentialEightFigures(.one)
    private static let e8ML2Figures = essentialEightFigures(.two)
    private static let e8ML3Figures = essentialEightFigures(.three)

    private static let cis7Figures: [SLAFigure] = [
        .fix("any vulnerability", .months(1)) { _ in true }
    ]
    private static let nist40r4Figures: [SLAFigure] = [.rest("any vulnerability", .noDeadline)]

    private static func pciFigures(worst: Set<Severity>, words: String) -> [SLAFigure] {
        [
            .fix(words, .days(30)) { worst.contains($0.rating) },
            .rest("anything else", .byOwnRanking),
        ]
    }

    private static let ce14Figures: [SLAFigure] = [
        .fix("critical or important", .days(14)) {
            $0.severity == .critical || $0.severity == .important
        },
        .fix("CVSS base score of 7.0 or more", .days(14)) { ($0.cvss ?? 0) >= 7.0 },
        .fix("no severity given", .days(14)) { $0.isWithoutRating },
        .rest("anything else", .outOfScope),
    ]

    private static let fedrampFigures: [SLAFigure] = [
        .fix("critical or important", .days(30)) { $0.rating <= .important },
        .fix("moderate", .days(90)) { $0.rating == .moderate },
        .fix("low", .days(180)) { _ in true },
    ]

    /// How long NERC CIP-007-6 gives for looking at a fix, and again for acting on it.
    static let nercPeriod = SLAPeriod.days(35)

    private static let nercFigures: [SLAFigure] = [
        SLAFigure("any security fix, once evaluated", .remediateOrPlanBy, nercPeriod) { _ in true }
    ]

    private static let hipaaFigures: [SLAFigure] = [
        .fix("critical", .days(15)) { $0.rating == .critical },
        .fix("important", .days(30)) { $0.rating == .important },
        .rest("anything else", .noDeadline),
    ]

    /// How long after a missed date there is for handing in a plan; `nil` where none is asked for.
    public var planPeriod: SLAPeriod? { self == .cisa1902 ? .workingDays(3) : nil }
}
