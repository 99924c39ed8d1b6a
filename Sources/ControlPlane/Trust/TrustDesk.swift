package import Fleet
package import ServerRecords
import Synchronization
public import Trust

/// What this process remembers of signed documents: the signing keys that it may use, and for each
/// tenant a short text that changes whenever there is something new for its endpoints.
///
/// The text stands in each answer to a check-in, so that it must cost nothing: it is read from the
/// store once, and again when a signal says that something changed.
final class TrustDesk: Sendable {
    /// How long a tenant's text is used without a look at the store, in seconds: a signal from
    /// another process may be lost.
    static let longestUseSeconds: Int64 = 300

    private struct Tag {
        var text: String?
        var version: [UInt64]
        var readAt: Timestamp
    }

    private struct Memory {
        var tags: [TenantID: Tag] = [:]
        var keys: (root: String, keys: [SigningKey])?
    }

    private let memory = Mutex(Memory())
    private let loadKeys: @Sendable () throws -> [SigningKey]

    /// A desk; `loadKeys` reads the signing keys that the home folder holds, none in sealed mode.
    init(loadKeys: @escaping @Sendable () throws -> [SigningKey]) {
        self.loadKeys = loadKeys
    }

    /// The keys of a role that this server holds, of those that the root names, in the root's
    /// order; none in sealed mode, whatever files there are.
    func keys(of role: TrustRole, in root: HeldRoot) throws -> [SigningKey] {
        guard root.body.mode == .managed else { return [] }
        let ids = root.body.roles[role]?.keyIDs ?? []
        let all = try allKeys(for: root)
        return ids.compactMap { id in all.first { $0.id == id } }
    }

    private func allKeys(for root: HeldRoot) throws -> [SigningKey] {
        let online = Set(root.body.keys.filter(\.isOnline).map(\.publicKey.id))
        if let known = memory.withLock({ $0.keys }), known.root == root.digest,
            online.isSubset(of: known.keys.map(\.id))
        {
            return known.keys
        }
        let keys = try loadKeys()
        memory.withLock { $0.keys = (root.digest, keys) }
        return keys
    }

    /// A tenant's text; `.some(nil)` when it has no signed documents, `nil` when the store must be
    /// asked.
    func tag(of tenant: TenantID, signals: Signals, at now: Timestamp) -> String?? {
        let versions = Self.versions(of: tenant, signals)
        return memory.withLock { memory -> String?? in
            guard let tag = memory.tags[tenant], tag.version == versions,
                (0..<Self.longestUseSeconds).contains(now.seconds(since: tag.readAt))
            else { return nil }
            return .some(tag.text)
        }
    }

    /// Remembers a tenant's text, which was read after `versions` were.
    func remember(
        _ text: String?, of tenant: TenantID, versions: [UInt64], at now: Timestamp
    ) {
        memory.withLock { $0.tags[tenant] = Tag(text: text, version: versions, readAt: now) }
    }

    /// How often the tenant's documents, and those of all tenants, have changed.
    static func versions(of tenant: TenantID, _ signals: Signals) -> [UInt64] {
        [
            signals.version(of: SignalSubject.trust(.tenant(tenant))),
            signals.version(of: SignalSubject.trust(.allTenants)),
        ]
    }
}

extension SignalSubject {
    /// New signed documents for the endpoints of a scope.
    public static func trust(_ scope: DocumentScope) -> String { "trust:\(scope)" }
}

/// The trust root that holds.
package struct HeldRoot: Sendable {
    /// The document.
    let document: SignedDocument<TrustRoot>
    /// The SHA-256 of its payload in hexadecimal.
    package let digest: String
    /// The envelope's JSON.
    let envelope: [UInt8]

    /// What it says.
    var body: TrustRoot { document.body }
    /// Whether operators hold the keys, so that what is saved waits for them.
    package var isSealed: Bool { body.mode == .sealed }

    /// What an endpoint of the tenant believes that begins with this root.
    ///
    /// - Throws: `VerificationRefusal`.
    func state(for tenant: TenantID, at now: Timestamp) throws -> TrustState {
        try TrustState(root: envelope, fingerprint: digest, tenant: tenant, at: now)
    }
}

extension StoredDocument {
    /// A document in its envelope, as it is stored.
    package init<Body: DocumentBody>(
        _ document: SignedDocument<Body>, _ envelope: Envelope, deployment: DeploymentID? = nil
    ) {
        let heading = document.heading
        self.init(
            scope: heading.scope, type: Body.type, name: heading.name, version: heading.version,
            deployment: deployment, digest: envelope.payloadDigest, issuedAt: heading.issuedAt,
            expiresAt: heading.expiresAt, envelope: envelope.json)
    }

    /// What it says; no signature is looked at, since that was done when it was stored.
    ///
    /// - Throws: `VerificationRefusal` when it is of another kind.
    package func read<Body: DocumentBody>(as: Body.Type) throws -> SignedDocument<Body> {
        try SignedDocument<Body>(unverified: Envelope(json: envelope))
    }
}
