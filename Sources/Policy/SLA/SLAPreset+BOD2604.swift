import Fleet

extension SLAPreset {
    /// A row of BOD 26-04's table: listed, exposed, automatable, total impact, and what follows.
    private typealias Row = (
        listed: Bool, exposed: Bool, automatable: Bool, total: Bool, days: Int?, forensics: Bool
    )

    /// All sixteen rows. Days are calendar days; none means "on the next upgrade".
    private static let bod2604Rows: [Row] = [
        (false, false, false, false, nil, false),
        (false, false, false, true, nil, false),
        (false, false, true, false, 60, false),
        (false, false, true, true, 60, false),
        (false, true, false, false, 60, false),
        (false, true, false, true, 14, false),
        (false, true, true, false, 14, false),
        (false, true, true, true, 3, false),
        (true, false, false, false, 14, false),
        (true, false, false, true, 14, false),
        (true, false, true, false, 14, false),
        (true, false, true, true, 3, true),
        (true, true, false, false, 14, false),
        (true, true, false, true, 3, true),
        (true, true, true, false, 3, false),
        (true, true, true, true, 3, true),
    ]

    static let bod2604Figures: [SLAFigure] = bod2604Rows.map { row in
        let words = [
            row.listed ? "listed" : "not listed", row.exposed ? "exposed" : "not exposed",
            row.automatable ? "automatable" : "not automatable",
            row.total ? "total impact" : "partial impact",
        ]
        return SLAFigure(
            words.joined(separator: ", "), row.days == nil ? .onNextUpgrade : .remediateBy,
            row.days.map(SLAPeriod.days), needsForensics: row.forensics
        ) {
            // Without data from Vulnrichment it counts as not automatable, and as total.
            $0.isKnownExploited == row.listed && $0.isExposed == row.exposed
                && ($0.isAutomatable ?? false) == row.automatable
                && (($0.impact ?? .total) == .total) == row.total
        }
    }
}
