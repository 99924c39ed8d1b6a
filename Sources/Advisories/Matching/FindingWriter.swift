import Fleet

/// Turns what the index says of rows into findings.
struct FindingWriter {
    let index: AdvisoryIndex
    let context: EndpointContext
    private let elsewhereReason: String
    private var assessments: [Key: Assessment] = [:]

    init(index: AdvisoryIndex, context: EndpointContext, platform: Platform) {
        self.index = index
        self.context = context
        elsewhereReason = Self.elsewhereReason(on: platform)
    }

    /// What an assessment depends on besides the endpoint.
    private struct Key: Hashable {
        var vulnerability: Int32
        var entry: Int32
    }

    /// Adds the findings of a row.
    ///
    /// With `mayRunOld`, a process still runs the package's old code. What the installed version
    /// itself mended then waits for a restart; what older updates mended is taken to be over, since
    /// the version that runs is not known.
    mutating func add(
        _ answer: RowAnswer, of row: SoftwareRow, mayRunOld: Bool, to findings: inout [Finding]
    ) {
        for match in answer.matches {
            switch match.verdict {
            case .affected(let fix) where fix >= 0 && !match.isDeclined:
                append(match, row, fix: fix, .fixAvailable, Self.fixReason, &findings)
            case .affected(let fix):
                append(
                    match, row, fix: match.isDeclined ? -1 : fix, .noFix,
                    match.isDeclined ? Self.declinedReason : Self.noFixReason, &findings)
            case .affectedFixElsewhere:
                append(match, row, fix: -1, .noFix, elsewhereReason, &findings)
            case .justFixed(let fix):
                guard mayRunOld else { continue }
                append(match, row, fix: fix, .fixedPendingRestart, Self.restartReason, &findings)
            }
        }
    }

    /// Adds the findings of a row that runs, where another one would run after a restart.
    mutating func add(
        _ answer: RowAnswer, of row: SoftwareRow, afterRestart: RowAnswer,
        to findings: inout [Finding]
    ) {
        let remaining = Set(
            afterRestart.matches.filter(\.isAffected).map(\.vulnerability))
        var rest = answer
        rest.matches.removeAll { match in
            guard match.isAffected, !remaining.contains(match.vulnerability) else { return false }
            let fix: Int32 =
                if case .affected(let fix) = match.verdict { fix } else { -1 }
            append(match, row, fix: fix, .fixedPendingRestart, Self.rebootReason, &findings)
            return true
        }
        add(rest, of: row, mayRunOld: false, to: &findings)
    }

    fileprivate static let fixReason = "An update mends it."
    private static let noFixReason = "The distribution has no fix yet."
    private static let noFixOfProductReason = "No version that mends it is known."
    private static let declinedReason = "The distribution will not mend it in this release."
    private static let restartReason =
        "The fix is installed, and a process still runs the code from before."
    private static let rebootReason =
        "The fix is installed, and the endpoint still runs an older kernel."

    /// Names what people know of channels of the distribution, where it has any.
    private static func elsewhereReason(on platform: Platform) -> String {
        let known =
            switch platform.releases.first?.distribution {
            case "debian": ", such as ELTS"
            case "rhel": ", such as extended update support"
            case "sles": ", such as LTSS"
            case "ubuntu": ", such as Ubuntu Pro"
            default: ""
            }
        return "The fix is in a channel that this endpoint does not receive\(known)."
    }

    private mutating func append(
        _ match: RowMatch, _ row: SoftwareRow, fix: Int32, _ state: Finding.State,
        _ reason: String, _ findings: inout [Finding]
    ) {
        let announcing = index.entries[Int(match.announcement ?? match.entry)].notice
        let notice = index.notices[Int(announcing)]
        let entry = index.entries[Int(match.entry)]
        findings.append(
            Finding(
                vulnerability: index.vulnerabilities[match.vulnerability], advisory: notice.id,
                source: notice.source.name, package: row.name, architecture: row.architecture,
                installed: row.version, fixedIn: fix >= 0 ? index.versions[fix] : nil,
                state: state, assessment: assessment(of: match),
                reason: Self.reason(reason, of: row, byProduct: entry.counting == .source)))
    }

    /// What comes from beside the distribution waits for no fix of the distribution's; what was found
    /// by a product's name says so, and how sure that is.
    private static func reason(
        _ reason: String, of row: SoftwareRow, byProduct isByProduct: Bool
    ) -> String {
        guard row.ecosystem != nil else { return reason }
        let words = reason == noFixReason ? noFixOfProductReason : reason
        guard isByProduct, let product = row.product else { return words }
        return "\(words) \(product.sentence)"
    }

    private mutating func assessment(of match: RowMatch) -> Assessment {
        let key = Key(vulnerability: match.vulnerability, entry: match.entry)
        if let known = assessments[key] { return known }
        let entry = index.entries[Int(match.entry)]
        let notice = index.notices[Int(entry.notice)]
        let name = index.vulnerabilities[match.vulnerability]
        let record = index.vulnerability(name)
        let exploited = index.knownExploited(name)
        let probability = index.exploitProbability(name)
        // Vectors of a notice on several vulnerabilities belong to one of them, and it does not
        // say to which.
        let vectors =
            (record?.cvss ?? []) + (notice.vulnerabilityCount == 1 ? notice.cvss : [])
        let score = BaseScore.first(of: vectors)
        var points = record?.ssvc
        if exploited != nil { points?.exploitation = .active }
        // What the distribution says is a judgement of its own. All other words are names of scores:
        // where they contradict the vector, the vector counts.
        let words = [entry.severity, notice.severity]
        let isJudgement = notice.source.authority != .aggregator
        let stated =
            (isJudgement ? words : []) + [score?.severity, record?.severity]
            + (isJudgement ? [] : words)
        let severity = stated.lazy.compactMap { $0 }.first { $0 != .unrated } ?? .unrated
        let risk = RiskScore(
            RiskInputs(
                cvss: score?.value, severity: severity, epss: probability?.probability,
                isKnownExploited: exploited != nil, ssvc: points, context: context))
        let assessment = Assessment(
            severity: severity, epssPercentile: probability?.percentile,
            knownExploited: exploited,
            decision: points.map { SSVCTree.decision($0, mission: context.criticality) },
            risk: risk)
        assessments[key] = assessment
        return assessment
    }
}

extension RowMatch {
    var isAffected: Bool {
        if case .justFixed = verdict { false } else { true }
    }
}

extension Finding {
    /// Whether there is nothing to say of it but that an update mends it.
    public var isPlainlyMended: Bool { reason == FindingWriter.fixReason }
}
