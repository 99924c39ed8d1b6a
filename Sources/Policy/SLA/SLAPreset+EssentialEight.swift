extension SLAPreset {
    /// How far an organisation has come with the Essential Eight.
    enum MaturityLevel: Int, Comparable {
        case one = 1
        case two
        case three

        static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// The rows of one maturity level. "Urgent" is critical by the vendor's word, or exploited.
    static func essentialEightFigures(_ level: MaturityLevel) -> [SLAFigure] {
        var figures =
            hasty("online service", [.onlineService], otherwise: .days(14))
            + hasty("internet-facing system", [.internetFacing], otherwise: .days(14))
        if level < .three {
            figures += [
                .fix("office suite, browser, mail, PDF or security software", .days(14)) {
                    $0.assetClass == .officeSuite
                },
                .fix("workstation or internal system", .months(1)) {
                    $0.assetClass == .internalSystem
                },
            ]
        } else {
            figures +=
                hasty(
                    "office suite, browser, mail, PDF or security software", [.officeSuite],
                    otherwise: .days(14))
                + hasty("workstation or internal system", [.internalSystem], otherwise: .months(1))
                + hasty("driver or firmware", [.driver, .firmware], otherwise: .months(1))
        }
        if level >= .two {
            figures.append(
                .fix("any other application", .months(1)) { $0.assetClass == .otherApplication })
        }
        return level < .three ? figures + [.rest("anything else", .outOfScope)] : figures
    }

    /// 48 hours when urgent, else longer.
    private static func hasty(
        _ scope: String, _ classes: Set<SLAAssetClass>, otherwise period: SLAPeriod
    ) -> [SLAFigure] {
        [
            .fix("\(scope), critical or exploited", .hours(48)) {
                classes.contains($0.assetClass) && $0.isUrgent
            },
            .fix(scope, period) { classes.contains($0.assetClass) },
        ]
    }
}
