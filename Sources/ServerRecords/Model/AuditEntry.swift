public import Fleet

/// One change, as the audit log tells it. Entries of one chain are numbered from 1 without gaps,
/// and each carries the hash of the one before.
public struct AuditEntry: Hashable, Sendable, Codable {
    /// The chain: a tenant's identifier, or `provider` for what belongs to no tenant.
    public let chain: String
    /// The place in the chain, from 1.
    public let sequence: Int64
    /// When it happened, by the server's clock.
    public let at: Timestamp
    /// Who did it, such as `user:anna`, `endpoint:ept_…` or `system`.
    public let actor: String
    /// The role in which a person or a program did it; `nil` for endpoints and the server itself,
    /// and in entries of former releases.
    public let role: Role?
    /// What was done, as a stable code such as `deployment.created`.
    public let action: String
    /// What it was done to: an identifier.
    public let subject: String
    /// One sentence for people. It never holds a secret.
    public let sentence: String
    /// The hash of the entry before, in hexadecimal; 64 zeros for the first.
    public let previousHash: String
    /// The hash of this entry, in hexadecimal.
    public let hash: String

    /// An entry with its place in the chain.
    public init(
        chain: String, sequence: Int64, at: Timestamp, actor: String, role: Role? = nil,
        action: String, subject: String, sentence: String, previousHash: String, hash: String
    ) {
        self.role = role
        self.chain = chain
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.sentence = sentence
        self.previousHash = previousHash
        self.hash = hash
    }
}

/// The end of a chain, signed, so that entries cannot be cut off at the end nor the whole chain be
/// computed anew without the key.
public struct AuditHead: Hashable, Sendable, Codable {
    /// The chain.
    public let chain: String
    /// The number of its last entry; 0 for an empty chain.
    public let sequence: Int64
    /// The hash of its last entry.
    public let hash: String
    /// The audit key's signature over chain, sequence and hash, base64.
    public let signature: String

    /// The end of a chain.
    public init(chain: String, sequence: Int64, hash: String, signature: String) {
        self.chain = chain
        self.sequence = sequence
        self.hash = hash
        self.signature = signature
    }
}
