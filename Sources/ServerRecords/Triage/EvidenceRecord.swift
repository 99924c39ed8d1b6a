public import Fleet
public import Forensics

/// A bundle of evidence as the server keeps it; its document is read apart.
public struct EvidenceRecord: Hashable, Sendable, Codable {
    /// Its name: that of the request which it answers, or one that the endpoint has made.
    public let id: EvidenceID
    /// Whose endpoint.
    public let tenant: TenantID
    /// The endpoint that took it of itself.
    public let endpoint: EndpointID
    /// The triage that it belongs to; `nil` where there was none when it came.
    public let triage: TriageID?
    /// When it was begun, by the endpoint's clock.
    public let takenAt: Timestamp
    /// When the server had it.
    public let receivedAt: Timestamp
    /// Why it was taken, as the endpoint says.
    public let reason: EvidenceReason
    /// The vulnerabilities that demanded it, as the endpoint says.
    public let vulnerabilities: [String]
    /// The job before whose installation it was taken.
    public let job: JobID?
    /// The SHA-256 of its document, in lower-case hexadecimal digits.
    public let sha256: String
    /// The size of its document.
    public let bytes: Int
    /// What is told of its sections.
    public let sections: [EvidenceSummary.Section]

    /// A bundle that has come.
    ///
    /// - Parameters:
    ///   - summary: what its document says.
    ///   - endpoint: who sent it.
    ///   - tenant: whose endpoint that is.
    ///   - triage: what it belongs to.
    ///   - receivedAt: when it came.
    public init(
        _ summary: EvidenceSummary, of endpoint: EndpointID, tenant: TenantID, triage: TriageID?,
        receivedAt: Timestamp
    ) {
        id = summary.mark.id
        self.tenant = tenant
        self.endpoint = endpoint
        self.triage = triage
        takenAt = summary.mark.takenAt
        self.receivedAt = receivedAt
        reason = summary.reason
        vulnerabilities = summary.vulnerabilities
        job = summary.job
        sha256 = summary.mark.sha256
        bytes = summary.bytes
        sections = summary.sections
    }
}

/// How long evidence stays, and how much of one endpoint: what it was taken for must not be pushed
/// out by the one whom it is about.
public enum EvidenceKeeping {
    /// The most bundles of one endpoint: 80 MB at the very most, 4 MB as a rule.
    public static let mostOfEndpoint = 20
    /// For how long none gives way to a newer one, in seconds: a week. Whoever has broken into an
    /// endpoint can make it send bundles, and cannot rid it of older ones by that.
    public static let safeSeconds: Int64 = 7 * 86_400
    /// For how many days bundles and triages stay: 400, as all else for looking back. What a triage
    /// names that goes on, or that has found traces, stays however old it is.
    public static let days: Int64 = 400
}

/// What the server wants of an endpoint for a triage: kept with the endpoint, so that a check-in
/// need not look anywhere else.
public struct EndpointForensics: Hashable, Sendable, Codable {
    /// The evidence that the endpoint is asked for; `nil` once it has come.
    public var request: EvidenceRequest?
    /// What an order to install says of evidence; `nil` where nothing is demanded.
    public var demand: EvidenceDemand?
    /// The triage that has found traces: nothing is installed until it is cleared.
    public var heldBy: TriageID?

    /// What is wanted of an endpoint.
    public init(
        request: EvidenceRequest? = nil, demand: EvidenceDemand? = nil, heldBy: TriageID? = nil
    ) {
        self.request = request
        self.demand = demand
        self.heldBy = heldBy
    }

    /// Whether nothing is wanted.
    public var isEmpty: Bool { self == EndpointForensics() }
}
