public import Fleet

/// What the deadline regimes ask about a vulnerability on an endpoint.
public struct SLASubject: Hashable, Sendable, Codable {
    /// The vendor's rating: `unrated` when the vendor gives none, `nil` when nobody has told.
    public var severity: Severity?
    /// The CVSS base score, 0 to 10.
    public var cvss: Double?
    /// Whether CISA's catalogue lists it as known to be exploited.
    public var isKnownExploited: Bool
    /// Whether a working exploit exists. A listed vulnerability has one.
    public var hasExploit: Bool
    /// Whether the endpoint can be reached from the internet.
    public var isExposed: Bool
    /// Whether that is known; where it is not (`false`), it counts as no, and the clock says so.
    public var isExposureKnown: Bool?
    /// Whether an attack can be automated (SSVC); `nil` without data, which counts as no.
    public var isAutomatable: Bool?
    /// How much control it gives away (SSVC); `nil` without data, which counts as total.
    public var impact: TechnicalImpact?
    /// What kind of thing has the vulnerability.
    public var assetClass: SLAAssetClass
    /// The year in the CVE's identifier; `nil` when it has none.
    public var cveYear: Int?
    /// The due date that CISA's catalogue gives for it.
    public var catalogueDueAt: Timestamp?

    /// A subject; what is left out is not known.
    public init(
        severity: Severity? = nil, cvss: Double? = nil, isKnownExploited: Bool = false,
        hasExploit: Bool = false, isExposed: Bool = false, isAutomatable: Bool? = nil,
        impact: TechnicalImpact? = nil, assetClass: SLAAssetClass = .internalSystem,
        cveYear: Int? = nil, catalogueDueAt: Timestamp? = nil
    ) {
        self.severity = severity
        self.cvss = cvss
        self.isKnownExploited = isKnownExploited
        self.hasExploit = hasExploit
        self.isExposed = isExposed
        self.isAutomatable = isAutomatable
        self.impact = impact
        self.assetClass = assetClass
        self.cveYear = cveYear
        self.catalogueDueAt = catalogueDueAt
    }

    /// The end of a day that a catalogue gives as due date: what is due on a day may be done on it.
    ///
    /// - Parameter start: the day's first instant.
    /// - Returns: its last second.
    public static func endOfDueDay(_ start: Timestamp) -> Timestamp {
        start.adding(seconds: 86_399)
    }

    /// The rating that figures by severity use: the vendor's; without one that of the score, of
    /// which 0 (“none”) is the least that figures know, `low`; with neither `important`, since what
    /// nobody has rated is not harmless.
    public var rating: Severity {
        if let severity, severity != .unrated { return severity }
        if cvss == 0 { return .low }
        let scored = cvss.map(Severity.init(baseScore:)) ?? .unrated
        return scored == .unrated ? .important : scored
    }

    /// Whether the vendor is known to give no rating: it says so, or nothing at all is told.
    var isWithoutRating: Bool { severity == .unrated || (severity == nil && cvss == nil) }

    /// Whether it is critical or a working exploit exists, the Essential Eight's reason for haste.
    var isUrgent: Bool { rating == .critical || hasExploit || isKnownExploited }
}

/// The kinds of things that Essential Eight has figures for.
public enum SLAAssetClass: String, Codable, Sendable, CaseIterable {
    /// A service that is offered over the internet.
    case onlineService
    /// The operating system of an internet-facing server or network device.
    case internetFacing
    /// Office suites, browsers and their extensions, mail clients, PDF and security software.
    case officeSuite
    /// The operating system of a workstation, or of a server or network device inside.
    case internalSystem
    /// A driver.
    case driver
    /// Firmware.
    case firmware
    /// Any other application.
    case otherApplication
}

/// When things happened that start clocks; `nil` for what has not happened.
public struct SLAEvents: Hashable, Sendable, Codable {
    /// The fix was released.
    public var release: Timestamp?
    /// CISA listed the vulnerability.
    public var listing: Timestamp?
    /// It was found here.
    public var detection: Timestamp?
    /// The fix was evaluated here.
    public var evaluation: Timestamp?

    /// Events.
    public init(
        release: Timestamp? = nil, listing: Timestamp? = nil, detection: Timestamp? = nil,
        evaluation: Timestamp? = nil
    ) {
        self.release = release
        self.listing = listing
        self.detection = detection
        self.evaluation = evaluation
    }

    /// When a clock starts; `nil` while what starts it has not happened.
    public func instant(of start: SLAStart) -> Timestamp? {
        switch start {
        case .release: return release
        case .listing: return listing
        case .detection: return detection
        case .evaluation: return evaluation
        case .earlierOfListingAndDetection: return [listing, detection].compactMap(\.self).min()
        // What was not found here is not known to be needed; a release that nobody tells lies before.
        case .laterOfReleaseAndDetection: return detection.map { max(release ?? $0, $0) }
        }
    }
}
