public import Fleet
public import ServerRecords
import Trust

extension UseCases {
    /// The chain of what belongs to no tenant.
    public static let providerChain = "provider"
    /// The action in the provider's chain that tells of a new chain, whose name is the subject.
    package static let chainBegun = "audit.chainBegun"
    /// The longest sentence of an audit entry, in characters: what comes from outside (a hostname,
    /// a note) must not fill the log.
    static let auditSentenceLimit = 1000

    /// Appends an entry to the tenant's chain (the provider's when there is no tenant), in the
    /// caller's own transaction: what is done and that it was done are stored together or not at
    /// all.
    ///
    /// `action` is a stable code such as `deployment.created`, `subject` the identifier of what it
    /// was done to, `sentence` one sentence for people that never holds a secret, `actor` who did
    /// it, such as `user:anna` (`Principal.name`), `endpoint:ept_...` or `system`.
    ///
    /// - Throws: what the store throws, or `TrustError` when the chain's end cannot be signed.
    public func appendAudit(
        _ action: String, subject: String, sentence: String, actor: String, tenant: TenantID?,
        in records: any Records, at now: Timestamp
    ) throws {
        let chain = tenant?.text ?? Self.providerChain
        let head = try records.lockAuditHead(of: chain)
        if head == nil, chain != Self.providerChain {
            // So that a tenant's whole chain cannot vanish unnoticed.
            try appendAudit(
                Self.chainBegun, subject: chain, sentence: "Began the audit log of a tenant.",
                actor: "system", tenant: nil, in: records, at: now)
        }
        let entry = AuditEntry(
            chain: chain, sequence: (head?.sequence ?? 0) + 1, at: now, actor: actor,
            role: try records.role(of: actor), action: action, subject: subject,
            sentence: PlainText.line(sentence, atMost: Self.auditSentenceLimit),
            previousHash: head?.hash ?? AuditChain.genesis)
        let signature = try keys.signAuditHead(
            chain: chain, sequence: entry.sequence, hash: entry.hash)
        try records.append(
            entry,
            head: AuditHead(
                chain: chain, sequence: entry.sequence, hash: entry.hash, signature: signature))
    }
}

extension AuditEntry {
    /// An entry that follows the one with `previousHash`; its hash is computed.
    init(
        chain: String, sequence: Int64, at: Timestamp, actor: String, role: Role? = nil,
        action: String, subject: String, sentence: String, previousHash: String
    ) {
        func entry(_ hash: String) -> AuditEntry {
            AuditEntry(
                chain: chain, sequence: sequence, at: at, actor: actor, role: role, action: action,
                subject: subject, sentence: sentence, previousHash: previousHash, hash: hash)
        }
        self = entry(entry("").hashOfContent)
    }

    /// The hash that the content makes. The role is a field more where there is one, so that entries
    /// of former releases keep theirs, and taking a role away shows.
    private var hashOfContent: String {
        let fields = [
            chain, String(sequence), String(at.milliseconds), actor, action, subject, sentence,
        ]
        return AuditChain.hash(
            of: fields + [role?.rawValue].compactMap(\.self), previous: previousHash)
    }

    /// Whether the hash is the one of the content.
    package var isIntact: Bool { hash == hashOfContent }
}
