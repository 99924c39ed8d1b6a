public import Advisories
import Calendar
public import Fleet
public import Intelligence
public import Policy

/// A vulnerability on an endpoint, in one or more of its packages.
public struct FindingItem: Hashable, Sendable, Codable {
    /// One of the packages.
    public struct Package: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// The installed version.
        public var installed: String
        /// The version that mends it; of the source package where the distribution counts by
        /// source.
        public var fixedIn: String?
        /// What can be done about it here.
        public var state: Finding.State
        /// The advisory that says so.
        public var advisory: String
    }

    /// The vulnerability.
    public var vulnerability: String
    /// The endpoint.
    public var endpoint: EndpointID
    /// Its name.
    public var endpointName: String
    /// Its tenant.
    public var tenant: TenantID
    /// What can be done about it: that of the package for which most can be done.
    public var state: Finding.State
    /// How bad it is.
    public var severity: Severity
    /// The score, 0 to 100.
    public var risk: Double
    /// CVSS base score.
    public var cvss: Double?
    /// EPSS probability.
    public var epss: Double?
    /// Whether it is known to be exploited.
    public var kev: Bool
    /// What CISA's tree says to do.
    public var ssvc: SSVCDecision?
    /// From where the endpoint can be reached: part of what the score is made of.
    public var exposure: Exposure
    /// What the endpoint's loss means: part of what the score and CISA's tree are asked with.
    public var criticality: Advisories.Criticality
    /// Why the score is what it is.
    public var sentence: String
    /// Why the state is what it is.
    public var reason: String
    /// Since when it has been there, as far as is known here.
    public var firstSeenAt: Timestamp
    /// By when it must be gone; `nil` when nothing says.
    public var dueAt: Timestamp?
    /// Which rule says so.
    public var dueUnder: String?
    /// Whether that time has passed.
    public var isOverdue: Bool
    /// Until when an accepted risk makes its clocks stand still; `nil` when none does now.
    public var pausedUntil: Timestamp?
    /// The name of that exception.
    public var pausedBy: String?
    /// All clocks that run for it, one for each regime; the one with the earliest date drives.
    public var clocks: [SLAClock]
    /// That traces of an attack must be looked for before patching, and which regime demands it;
    /// `nil` when none does.
    public var forensics: String?
    /// The packages that have it.
    public var packages: [Package]
}

extension FindingItem {
    /// All clocks that run for it, the one that drives first; `nil` when none sets a date.
    public var clocksInWords: String? {
        let dated = clocks.compactMap { clock in clock.dueAt.map { (at: $0, clock.preset) } }
        guard !dated.isEmpty else { return nil }
        return dated.sorted { $0.at < $1.at }
            .map { "\($0.1.title): \(MinuteText.utc($0.at))" }.joined(separator: "; ")
    }

    /// Whether it belongs to a part of the findings.
    public func isIn(_ part: FindingPart) -> Bool {
        (!part.kev || kev) && (part.state == nil || state == part.state)
            && (!part.fixAvailable || state == .fixAvailable)
            && (!part.exposed || exposure == .internetFacing) && (!part.overdue || isOverdue)
    }
}

/// One page of findings, riskiest first.
public struct FindingPage: Hashable, Sendable, Codable {
    /// The rows.
    public var items: [FindingItem]
    /// What to ask with for the next page; `nil` on the last.
    public var next: String?
    /// How many there are on all pages; `nil` where they were not counted.
    public var total: Int?
}

/// What is asked of findings by lists of findings and of vulnerabilities alike. A vulnerability is
/// shown when it has a finding that answers to all of it.
public struct FindingPart: Hashable, Sendable {
    /// Only what is known to be exploited.
    public var kev: Bool
    /// Only in this state.
    public var state: Finding.State?
    /// Only what an update mends.
    public var fixAvailable: Bool
    /// Only on endpoints that can be reached from the internet.
    public var exposed: Bool
    /// Only what should have been gone by now.
    public var overdue: Bool

    /// A part of the findings; all of them unless something is asked.
    public init(
        kev: Bool = false, state: Finding.State? = nil, fixAvailable: Bool = false,
        exposed: Bool = false, overdue: Bool = false
    ) {
        self.kev = kev
        self.state = state
        self.fixAvailable = fixAvailable
        self.exposed = exposed
        self.overdue = overdue
    }

    /// Whether anything is asked.
    public var isNarrow: Bool { self != FindingPart() }
}

/// Which findings a list shows, and where it goes on.
public struct FindingFilter: Hashable, Sendable {
    /// Only this tenant's.
    public var tenant: TenantID?
    /// Only of this vulnerability.
    public var vulnerability: String?
    /// Only of this endpoint.
    public var endpoint: EndpointID?
    /// Only those.
    public var part: FindingPart
    /// The page after this place.
    public var after: String?
    /// How many rows a page holds.
    public var limit: Int

    /// The most rows of one page.
    public static let maximumPage = 500

    /// Findings.
    public init(
        tenant: TenantID? = nil, vulnerability: String? = nil, endpoint: EndpointID? = nil,
        part: FindingPart = FindingPart(), after: String? = nil, limit: Int = 100
    ) {
        self.tenant = tenant
        self.vulnerability = vulnerability
        self.endpoint = endpoint
        self.part = part
        self.after = after
        self.limit = min(max(limit, 1), Self.maximumPage)
    }
}

/// A vulnerability as lists show it.
public struct VulnerabilityItem: Hashable, Sendable, Codable {
    /// Its name.
    public var vulnerability: String
    /// One line for people; empty when no feed has one.
    public var title: String
    /// How bad it is at worst.
    public var severity: Severity
    /// The highest score of any endpoint, 0 to 100.
    public var risk: Double
    /// CVSS base score.
    public var cvss: Double?
    /// EPSS probability.
    public var epss: Double?
    /// Whether it is known to be exploited.
    public var kev: Bool
    /// When it was listed as exploited.
    public var kevAddedAt: Timestamp?
    /// The catalogue's own due date.
    public var kevDueAt: Timestamp?
    /// Whether ransomware is known to use it.
    public var usedByRansomware: Bool
    /// What CISA's tree says to do.
    public var ssvc: SSVCDecision?
    /// Why the score is what it is.
    public var sentence: String
    /// How many endpoints have it.
    public var endpoints: Int
    /// On how many of them an update mends it.
    public var fixable: Int
    /// On how many only a restart is missing.
    public var awaitingRestart: Int
    /// How many of them can be reached from the internet.
    public var exposed: Int
    /// On how many it should have been gone by now.
    public var overdue: Int
    /// The packages that have it, by name.
    public var packages: [String]
    /// Since when it has been known here.
    public var knownSince: Timestamp?
    /// The earliest time by which it must be gone from any endpoint.
    public var dueAt: Timestamp?
    /// Which rule says so.
    public var dueUnder: String?
}

/// One page of vulnerabilities, riskiest first.
public struct VulnerabilityPage: Hashable, Sendable, Codable {
    /// The rows.
    public var items: [VulnerabilityItem]
    /// What to ask with for the next page; `nil` on the last.
    public var next: String?
    /// How many there are on all pages.
    public var total: Int
    /// How many of all are known to be exploited.
    public var knownExploited: Int
    /// How many feeds are switched on: without any, nothing can be found.
    public var feeds: Int
    /// Whether the whole fleet has been read since the server began.
    public var isComplete: Bool
}

/// Which vulnerabilities a list shows, and where it goes on.
public struct VulnerabilityFilter: Hashable, Sendable {
    /// Only those of this tenant's endpoints.
    public var tenant: TenantID?
    /// Part of the name, or of an affected package's.
    public var search: String?
    /// Only what has such findings.
    public var part: FindingPart
    /// Only of this severity.
    public var severity: Severity?
    /// The page after this place.
    public var after: String?
    /// How many rows a page holds.
    public var limit: Int

    /// Vulnerabilities.
    public init(
        tenant: TenantID? = nil, search: String? = nil, part: FindingPart = FindingPart(),
        severity: Severity? = nil, after: String? = nil,
        limit: Int = 100
    ) {
        self.tenant = tenant
        self.search = search
        self.part = part
        self.severity = severity
        self.after = after
        self.limit = min(max(limit, 1), FindingFilter.maximumPage)
    }
}

/// A vulnerability, with the software that has it.
public struct VulnerabilityDetail: Hashable, Sendable, Codable {
    /// A distinct piece of software that has it.
    public struct Software: Hashable, Sendable, Codable {
        /// The package.
        public var package: String
        /// The release that it is on.
        public var release: String
        /// The installed version.
        public var installed: String
        /// The version that mends it.
        public var fixedIn: String?
        /// What can be done about it.
        public var state: Finding.State
        /// The advisory that says so.
        public var advisory: String
        /// Who published it.
        public var source: String
        /// How many endpoints have it.
        public var endpoints: Int
    }

    /// The vulnerability.
    public var item: VulnerabilityItem
    /// The software, that of most endpoints first.
    public var software: [Software]
}

/// What is found on one endpoint, and how long its software will be supported.
public struct EndpointFindings: Hashable, Sendable, Codable {
    /// The end of support of a product.
    public struct EndOfSupport: Hashable, Sendable, Codable {
        /// The product.
        public var product: String
        /// The release cycle.
        public var cycle: String
        /// Where the end lies.
        public var state: EndOfLifeStatus.State
        /// The last day.
        public var endsAt: Timestamp?
        /// The last day of longer support, which must be chosen or bought.
        public var extendedUntil: Timestamp?
        /// Every support that the release has.
        public var phases: [SupportPhase]
    }

    /// The findings, riskiest first.
    public var items: [FindingItem]
    /// Whether any feed speaks of the endpoint's release: where none does, that nothing is found
    /// means nothing.
    public var isCovered: Bool
    /// Its packages that no feed covers, by where they come from.
    public var uncovered: [UncoveredPackages]
    /// On Windows, how many of Microsoft's products feeds speak of that are matched with nothing;
    /// `nil` elsewhere.
    public var unmatchedProducts: Int?
    /// The operating system and known applications.
    public var endOfLife: [EndOfSupport]
}
