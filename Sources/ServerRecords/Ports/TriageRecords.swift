public import Fleet

/// Bundles of evidence.
public protocol EvidenceRecords {
    /// Adds a bundle and its document.
    func insert(_ evidence: EvidenceRecord, document: [UInt8]) throws
    /// One bundle; `nil` when there is none in scope.
    func evidence(_ id: EvidenceID, in scope: Scope) throws -> EvidenceRecord?
    /// The document of a bundle, byte by byte as it came; `nil` when there is none in scope.
    func evidenceDocument(_ id: EvidenceID, in scope: Scope) throws -> [UInt8]?
    /// The bundles of an endpoint that a scope sees, newest first.
    func evidence(of endpoint: EndpointID, in scope: Scope) throws -> [EvidenceRecord]
    /// Takes away the oldest bundles of an endpoint beyond so many, of those only that came before
    /// an instant and that no triage keeps.
    func trimEvidence(of endpoint: EndpointID, to count: Int, receivedBefore: Timestamp) throws
    /// Forgets at most `limit` bundles that came, and triages that ended, before an instant and that
    /// are not kept; returns how many.
    func purgeEvidence(before: Timestamp, limit: Int) throws -> Int
}

/// Triages: what examines an endpoint before it is patched.
public protocol TriageRecords {
    /// Adds a triage.
    func insert(_ triage: TriageRecord) throws
    /// Stores its new state.
    func update(_ triage: TriageRecord) throws
    /// One triage; `nil` when there is none in scope.
    func triage(_ id: TriageID, in scope: Scope) throws -> TriageRecord?
    /// The triages that a question asks for, newest first.
    func triages(_ query: TriageQuery) throws -> [TriageRecord]
    /// The triages with a part that is late and of which nobody has been told, the longest late first.
    func lateTriages(at now: Timestamp, limit: Int) throws -> [TriageRecord]
    /// Stores what is wanted of an endpoint; `nil` for nothing.
    func set(_ forensics: EndpointForensics?, of endpoint: EndpointID) throws
}

/// Which triages are asked for.
public struct TriageQuery: Hashable, Sendable {
    /// Whose.
    public var scope: Scope
    /// Of this endpoint only.
    public var endpoint: EndpointID?
    /// Those that go on only.
    public var openOnly: Bool
    /// Those before this one only.
    public var before: TriageID?
    /// The most that are read.
    public var limit: Int

    /// A question.
    public init(
        in scope: Scope, endpoint: EndpointID? = nil, openOnly: Bool = false,
        before: TriageID? = nil, limit: Int = 100
    ) {
        self.scope = scope
        self.endpoint = endpoint
        self.openOnly = openOnly
        self.before = before
        self.limit = limit
    }
}
