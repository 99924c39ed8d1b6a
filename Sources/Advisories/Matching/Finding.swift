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
    /// How bad it is: the distribution's own word first.
    public var severity: Severity
    /// EPSS percentile, 0 to 1.
    public var epssPercentile: Double?
    /// The catalogue's entry, when it is known to be exploited.
    public var knownExploited: KnownExploited?
    /// What CISA's tree says to do; `nil` where CISA has not looked.
    public var decision: SSVCDecision?
    /// How urgent it is, with the inputs: CVSS, EPSS, KEV, SSVC, the endpoint's context.
    public var risk: RiskScore
    /// One plain sentence about the state.
    public var reason: String

    /// From the riskiest down; then by vulnerability, package and architecture.
    static func precedes(_ a: Finding, _ b: Finding) -> Bool {
        if a.risk.value != b.risk.value { return a.risk.value > b.risk.value }
        if a.vulnerability != b.vulnerability { return a.vulnerability < b.vulnerability }
        if a.package != b.package { return a.package < b.package }
        if a.architecture != b.architecture { return a.architecture < b.architecture }
        return a.installed < b.installed
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
