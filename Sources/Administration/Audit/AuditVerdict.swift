import ControlPlane
import ServerRecords

/// What a check of the audit log found.
public struct AuditVerdict: Hashable, Sendable, Codable {
    /// The first entry that is not as it was written.
    public struct Break: Hashable, Sendable, Codable {
        /// The chain.
        public let chain: String
        /// The number of the entry that was changed, is missing, or should not be there.
        public let sequence: Int64

        /// A broken place.
        public init(chain: String, sequence: Int64) {
            self.chain = chain
            self.sequence = sequence
        }
    }

    /// How many entries were checked.
    public let entries: Int64
    /// Whether all of them, and the ends of their chains, are as they were written.
    public let intact: Bool
    /// Where it first is not so; `nil` when it is intact.
    public let firstBroken: Break?
    /// The fingerprint of the key that signed the ends: compare it with the one written down when
    /// the server was set up.
    public let auditKeyFingerprint: String

    /// A verdict.
    public init(entries: Int64, firstBroken: Break?, auditKeyFingerprint: String) {
        self.entries = entries
        intact = firstBroken == nil
        self.firstBroken = firstBroken
        self.auditKeyFingerprint = auditKeyFingerprint
    }

    private enum CodingKeys: String, CodingKey {
        case entries, intact, firstBroken, auditKeyFingerprint
    }

    /// Writes `firstBroken` as `null` when there is none, so that the key is always there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(entries, forKey: .entries)
        try container.encode(intact, forKey: .intact)
        try container.encode(firstBroken, forKey: .firstBroken)
        try container.encode(auditKeyFingerprint, forKey: .auditKeyFingerprint)
    }
}
