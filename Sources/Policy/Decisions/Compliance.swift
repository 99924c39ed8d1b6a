public import Fleet

/// What is known of an endpoint when its compliance is judged.
public struct ComplianceEvidence: Hashable, Sendable {
    /// When the latest scan was taken; `nil` before the first.
    public var scannedAt: Timestamp?
    /// How many missing updates count: the class security, whatever stands in their way, except
    /// those that the distribution itself still holds back from this endpoint (phased).
    public var missingSecurity: Int
    /// Whether a reboot is needed before what is installed is in force.
    public var rebootRequired: Bool
    /// How many package sources are stale or failed: updates from them cannot be seen.
    public var sourcesNotOk: Int
    /// A product whose support has ended while nobody has said what is done about it; `nil` when
    /// none is known.
    public var unsupported: String?
    /// A vulnerability that is known to be exploited and whose deadline has passed, with the
    /// deadline; `nil` when none is known.
    public var overdue: String?
    /// Whether the latest scan has been joined with what feeds say: before, the two above may be
    /// missing.
    public var isJudged: Bool

    /// Evidence.
    public init(
        scannedAt: Timestamp?, missingSecurity: Int, rebootRequired: Bool, sourcesNotOk: Int,
        unsupported: String? = nil, overdue: String? = nil, isJudged: Bool = true
    ) {
        self.scannedAt = scannedAt
        self.missingSecurity = missingSecurity
        self.rebootRequired = rebootRequired
        self.sourcesNotOk = sourcesNotOk
        self.unsupported = unsupported
        self.overdue = overdue
        self.isJudged = isJudged
    }
}

/// How compliance is judged.
public enum ComplianceRule {
    /// A scan older than this tells nothing any more, in seconds: four scan intervals of six hours,
    /// so that a night without power does not yet make an endpoint unknown.
    public static let maximumScanAgeSeconds: Int64 = 24 * 3600

    /// Scans taken before this instant are too old at `now`.
    public static func freshSince(at now: Timestamp) -> Timestamp {
        now.adding(seconds: -maximumScanAgeSeconds)
    }

    /// Whether a missing update counts.
    public static func counts(_ update: Update) -> Bool {
        update.classes.contains(.security) && update.installability != .phased
    }

    /// The verdict. The store has the same rule as a predicate, and a test holds the two together.
    public static func verdict(_ evidence: ComplianceEvidence, freshSince: Timestamp)
        -> ComplianceVerdict
    {
        guard let scannedAt = evidence.scannedAt else {
            return ComplianceVerdict(.unknown, "Never scanned.")
        }
        guard scannedAt >= freshSince else {
            return ComplianceVerdict(
                .unknown, "The last scan is from \(scannedAt.wholeSeconds), too long ago to tell.")
        }
        if evidence.missingSecurity > 0 {
            let noun = evidence.missingSecurity == 1 ? "security update is" : "security updates are"
            return ComplianceVerdict(.nonCompliant, "\(evidence.missingSecurity) \(noun) missing.")
        }
        if evidence.rebootRequired {
            return ComplianceVerdict(
                .nonCompliant, "A reboot is needed before what is installed is in force.")
        }
        if let product = evidence.unsupported {
            return ComplianceVerdict(
                .nonCompliant,
                "Support for \(product) has ended, and nobody has said what is done about it.")
        }
        if let overdue = evidence.overdue {
            return ComplianceVerdict(
                .nonCompliant,
                "The deadline of a vulnerability that is known to be exploited has passed: \(overdue)."
            )
        }
        if evidence.sourcesNotOk > 0 {
            let noun = evidence.sourcesNotOk == 1 ? "package source is" : "package sources are"
            return ComplianceVerdict(
                .unknown,
                "\(evidence.sourcesNotOk) \(noun) stale or failed, so updates may be missing unseen."
            )
        }
        guard evidence.isJudged else {
            return ComplianceVerdict(
                .unknown, "The latest scan has not been joined with what the feeds say yet.")
        }
        return ComplianceVerdict(.compliant, "A fresh scan shows no security update missing.")
    }
}
