public import Fleet

/// A vulnerability in a package of an endpoint.
public struct Finding: Hashable, Sendable {
    /// What can be done about it.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// An update mends it.
        case fixAvailable
        /// No update that the endpoint could have mends it (yet).
        case noFix
        /// The update is installed, and the old code still runs.
        case fixedPendingRestart
    }

    /// The vulnerability, a CVE id where there is one.
    public var vulnerability: String
    /// The advisory that says so.
    public var advisory: String
    /// Who published the advisory.
    public var source: String
    /// The installed package.
    public var package: String
    /// Its architecture; empty when not known.
    public var architecture: String
    /// The installed version (of the package, also where the source package is what counts).
    public var installed: String
    /// The version that mends it, of the source package where the distribution counts by source;
    /// `nil` when there is none.
    public var fixedIn: String?
    /// What can be done about it.
    public var state: State
    /// What is known of the vulnerability, whichever of the endpoint's packages has it.
    public var assessment: Assessment
    /// One plain sentence about the state.
    public var reason: String
}

/// How bad a vulnerability is on an endpoint, and what says so. Findings of several packages share
/// it: an endpoint may have ten thousand findings of a few hundred vulnerabilities.
public final class Assessment: Hashable, Sendable {
    /// How bad it is: the distribution's own word first.
    public let severity: Severity
    /// EPSS percentile, 0 to 1.
    public let epssPercentile: Double?
    /// The catalogue's entry, when it is known to be exploited.
    public let knownExploited: KnownExploited?
    /// What CISA's tree says to do; `nil` where CISA has not looked.
    public let decision: SSVCDecision?
    /// How urgent it is, with the inputs: CVSS, EPSS, KEV, SSVC, the endpoint's context.
    public let risk: RiskScore

    init(
        severity: Severity, epssPercentile: Double?, knownExploited: KnownExploited?,
        decision: SSVCDecision?, risk: RiskScore
    ) {
        self.severity = severity
        self.epssPercentile = epssPercentile
        self.knownExploited = knownExploited
        self.decision = decision
        self.risk = risk
    }

    /// The same vulnerability on an endpoint of which more is known: only what the endpoint's
    /// exposure and criticality change is computed again.
    public func placed(in context: EndpointContext) -> Assessment {
        guard context != risk.inputs.context else { return self }
        var inputs = risk.inputs
        inputs.context = context
        return Assessment(
            severity: severity, epssPercentile: epssPercentile, knownExploited: knownExploited,
            decision: inputs.ssvc.map { SSVCTree.decision($0, mission: context.criticality) },
            risk: RiskScore(inputs))
    }

    /// Whether two say the same.
    public static func == (a: Assessment, b: Assessment) -> Bool {
        a === b
            || (a.severity == b.severity && a.epssPercentile == b.epssPercentile
                && a.knownExploited == b.knownExploited && a.decision == b.decision
                && a.risk == b.risk)
    }

    /// Feeds what two are compared by.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(severity)
        hasher.combine(knownExploited)
        hasher.combine(risk)
    }
}

extension [Finding] {
    /// The findings from the riskiest down; then by vulnerability, package, architecture and
    /// version. Findings are large and many: their places are put in order, and each is moved once.
    func inOrder() -> [Finding] {
        let ranks = Dictionary(
            uniqueKeysWithValues: Set(map(\.vulnerability)).sorted().enumerated()
                .map { ($0.element, $0.offset) })
        // Scores have one decimal and lie between 0 and 100, so that 1000 steps tell them apart.
        let keys = enumerated().map { place, finding in
            let risk = 1000 - Int((finding.assessment.risk.value * 10).rounded())
            return (key: risk << 32 | (ranks[finding.vulnerability] ?? 0), place: place)
        }
        return keys.sorted { a, b in
            a.key != b.key ? a.key < b.key : self[a.place].comesFirst(self[b.place])
        }.map { self[$0.place] }
    }
}

extension Finding {
    /// The order of findings of one vulnerability.
    fileprivate func comesFirst(_ other: Finding) -> Bool {
        if package != other.package { return package < other.package }
        if architecture != other.architecture { return architecture < other.architecture }
        return installed < other.installed
    }
}

/// Everything that matching one endpoint showed, and what it could not show.
public struct MatchReport: Hashable, Sendable {
    /// The findings, riskiest first.
    public var findings: [Finding]
    /// Whether any feed speaks of the endpoint's release. Where none does, an empty list of
    /// findings says nothing.
    public var isCovered: Bool
    /// How many pairs of vulnerability and package their publisher has not judged yet.
    public var undetermined: Int
    /// Packages whose versions could not be compared with what feeds say; sorted.
    public var unreadable: [String]
}
