/// How bad the people who publish an update or a vulnerability say it is. The words are those of
/// the distributions; the order is from worst to unknown.
public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
    /// Exploitable from afar without help, with full loss.
    case critical
    /// Vendors also say "high".
    case important
    /// Vendors also say "medium".
    case moderate
    /// Vendors also say "minor" or "negligible".
    case low
    /// Nobody has rated it: a class of its own, never the same as harmless.
    case unrated

    /// Worse comes first: `critical < important < … < unrated`.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .critical: 0
        case .important: 1
        case .moderate: 2
        case .low: 3
        case .unrated: 4
        }
    }

    /// Reads a vendor's word, in any case; `nil` for a word that no vendor here is known to use.
    public init?(vendorWord word: String) {
        switch word.lowercased() {
        case "critical", "emergency": self = .critical
        case "important", "high": self = .important
        case "moderate", "medium": self = .moderate
        case "low", "minor", "negligible", "unimportant": self = .low
        case "", "unrated", "none", "unknown", "unspecified", "not yet assigned", "untriaged":
            self = .unrated
        default: return nil
        }
    }

    /// The rating of a CVSS base score (CVSS v3.1 section 5, the same figures in v4.0).
    ///
    /// - Parameter baseScore: from 0 to 10; 0 is `unrated`, since the scale's "none" says that
    ///   nothing is lost.
    public init(baseScore: Double) {
        switch baseScore {
        case 9.0...: self = .critical
        case 7.0..<9.0: self = .important
        case 4.0..<7.0: self = .moderate
        case 0.1..<4.0: self = .low
        default: self = .unrated
        }
    }
}

/// What CISA's decision tree for SSVC (Stakeholder-Specific Vulnerability Categorization) says to
/// do with a vulnerability, from least to most urgent.
public enum SSVCDecision: String, Codable, Sendable, CaseIterable, Comparable {
    /// No action beyond the usual.
    case track
    /// Watch it for changes.
    case trackStar
    /// Needs attention from the organisation's supervisors, sooner than usual.
    case attend
    /// Act as soon as possible.
    case act

    /// Less urgent comes first.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .track: 0
        case .trackStar: 1
        case .attend: 2
        case .act: 3
        }
    }
}

/// How much control a vulnerability gives away, as CISA's Vulnrichment records it.
public enum TechnicalImpact: String, Codable, Sendable, CaseIterable {
    /// Limited control, or a denial of service.
    case partial
    /// Total control of the software.
    case total
}
