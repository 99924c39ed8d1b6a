/// What a regime asks for: a closed list.
public enum SLAOutcome: String, Codable, Sendable, CaseIterable {
    /// It must be fixed by the due date.
    case remediateBy
    /// It must be fixed by the due date, or a dated plan must say what lowers the risk until then.
    case remediateOrPlanBy
    /// It may wait for the next upgrade of the system; there is no date.
    case onNextUpgrade
    /// The organisation sets the date itself, by its own ranking of risks.
    case byOwnRanking
    /// The regime covers it, and gives no date.
    case noDeadline
    /// The regime does not cover it.
    case outOfScope
    /// The fix must first be evaluated, by the due date; then the real clock starts.
    case evaluateBy
    /// There will be a date; what starts the clock has not happened yet.
    case notStarted
}

/// One row of a regime's table: for what, and how long.
public struct SLAFigure: Sendable {
    /// For what, in words.
    public let scope: String
    /// What is asked for.
    public let outcome: SLAOutcome
    /// How long there is; `nil` where there is no date, or CISA's catalogue has it.
    public let period: SLAPeriod?
    /// Whether the endpoint must be examined for traces of an attack before it is patched.
    public let needsForensics: Bool
    /// Whether the row is for a subject. Rows are tried in order, and the first one counts.
    let applies: @Sendable (SLASubject) -> Bool

    init(
        _ scope: String, _ outcome: SLAOutcome, _ period: SLAPeriod? = nil,
        needsForensics: Bool = false, when applies: @escaping @Sendable (SLASubject) -> Bool
    ) {
        self.scope = scope
        self.outcome = outcome
        self.period = period
        self.needsForensics = needsForensics
        self.applies = applies
    }

    /// A row with a due date.
    static func fix(
        _ scope: String, _ period: SLAPeriod, needsForensics: Bool = false,
        when applies: @escaping @Sendable (SLASubject) -> Bool
    ) -> SLAFigure {
        SLAFigure(
            scope, .remediateBy, period, needsForensics: needsForensics, when: applies)
    }

    /// The row for everything that no row before it is for.
    static func rest(_ scope: String, _ outcome: SLAOutcome) -> SLAFigure {
        SLAFigure(scope, outcome) { _ in true }
    }
}
