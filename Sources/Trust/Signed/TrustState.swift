public import Fleet

/// A document that enough keys of its role have signed, at a time when it was valid. Only
/// `TrustState` makes one.
public struct Accepted<Body: DocumentBody>: Hashable, Sendable {
    /// The document.
    public let document: SignedDocument<Body>
    /// The SHA-256 of its payload in hexadecimal.
    public let digest: String
    /// The different keys of the role that have signed it.
    public let signers: Set<KeyID>
}

/// What an endpoint, or an operator, believes so far: the trust root, the versions seen, the time
/// seen. It is kept where only its owner can write, and is a value: a refusal leaves it as it was.
public struct TrustState: Hashable, Sendable, Codable {
    /// The trust root that holds.
    public private(set) var root: SignedDocument<TrustRoot>
    /// The SHA-256 of the root's payload in hexadecimal.
    public private(set) var rootDigest: String
    /// The tenant whose documents are believed.
    public let tenant: TenantID
    /// The latest time at which a document was accepted.
    public private(set) var lastVerifiedAt: Timestamp
    /// Roots that held before, the newest last: what their keys have signed is not believed any
    /// more, and is told from what strangers sign. `nil` in what was kept by former releases.
    private var former: [TrustRoot]?
    /// The newest version seen of each document, by role, then by type and name.
    private var seen: [TrustRole: [String: SeenVersion]]

    private struct SeenVersion: Hashable, Codable {
        var version: Int
        var digest: String
    }

    /// How far a clock may lie behind, in seconds: five minutes, as clocks that are set over the
    /// network differ and step. It never lengthens a document's life.
    public static let clockToleranceSeconds: Int64 = 300
    /// How many former roots are remembered: keys are changed once a year, or twice in a bad one.
    private static let mostFormer = 3

    /// Begins to trust: with a root that its own keys have signed, and whose fingerprint came by a
    /// way that is trusted already, such as the enrolment token.
    ///
    /// The fingerprint is the SHA-256 of the root's payload in hexadecimal. The error tells why the
    /// root is not believed.
    public init(
        root bytes: [UInt8], fingerprint: String, tenant: TenantID, at now: Timestamp
    ) throws(VerificationRefusal) {
        let envelope = try Envelope(json: bytes)
        guard constantTimeEquals(envelope.payloadDigest, fingerprint) else { throw .wrongRoot }
        let document = try SignedDocument<TrustRoot>(unverified: envelope)
        _ = try Self.signers(of: envelope, role: .root, in: document.body)
        try Self.check(document.heading, for: tenant, at: now)
        root = document
        rootDigest = envelope.payloadDigest
        self.tenant = tenant
        lastVerifiedAt = now
        seen = [:]
    }

    /// Checks a document.
    ///
    /// - Returns: the document, and the state that now holds; it must be kept before the document
    ///   is
    ///   acted upon.
    /// - Throws: why it is not believed; then this state goes on to hold.
    public func verify<Body: RoleDocument>(
        _ bytes: [UInt8], as type: Body.Type, at now: Timestamp
    ) throws(VerificationRefusal) -> (accepted: Accepted<Body>, state: TrustState) {
        try checkClock(now)
        let envelope = try Envelope(json: bytes)
        guard envelope.payloadType == Body.payloadType else {
            throw .wrongType(expected: Body.type)
        }
        guard now < root.heading.expiresAt else { throw .rootExpired(root.heading.expiresAt) }
        let signers = try Self.signers(of: envelope, role: Body.role, in: root.body)
        let document = try SignedDocument<Body>(unverified: envelope)
        let heading = document.heading
        if Body.isForOneTenant, heading.scope == .allTenants { throw .wrongTenant }
        try Self.check(heading, for: tenant, at: now)

        // A provider's document and a tenant's may have one name, and are two.
        let name = "\(heading.scope)/\(Body.type)/\(heading.name)"
        let offered = SeenVersion(version: heading.version, digest: envelope.payloadDigest)
        if let known = seen[Body.role]?[name], known != offered, offered.version <= known.version {
            throw .rolledBack(seen: known.version, offered: offered.version)
        }
        var state = self
        state.seen[Body.role, default: [:]][name] = offered
        state.lastVerifiedAt = max(lastVerifiedAt, now)
        let accepted = Accepted(document: document, digest: offered.digest, signers: signers)
        return (accepted, state)
    }

    /// Takes the next version of the trust root: signed by enough root keys of the old version and
    /// of the new one. An expired root can still be replaced.
    ///
    /// - Returns: the state that now holds; this one when the root is the one that it has already.
    /// - Throws: why the new root is not believed; then this state goes on to hold.
    public func rotatingRoot(_ bytes: [UInt8], at now: Timestamp) throws(VerificationRefusal)
        -> TrustState
    {
        try checkClock(now)
        let envelope = try Envelope(json: bytes)
        guard envelope.payloadType == TrustRoot.payloadType else {
            throw .wrongType(expected: TrustRoot.type)
        }
        _ = try Self.signers(of: envelope, role: .root, in: root.body)
        let next = try SignedDocument<TrustRoot>(unverified: envelope)
        let (version, held) = (next.heading.version, root.heading.version)
        if envelope.payloadDigest == rootDigest { return self }
        guard version > held else { throw .rolledBack(seen: held, offered: version) }
        guard version == held + 1 else {
            throw .rootSkipped(expected: held + 1, offered: version)
        }
        _ = try Self.signers(of: envelope, role: .root, in: next.body)
        try Self.check(next.heading, for: tenant, at: now)
        var state = self
        state.former = ((former ?? []) + [root.body]).suffix(Self.mostFormer)
        state.root = next
        state.rootDigest = envelope.payloadDigest
        state.lastVerifiedAt = max(lastVerifiedAt, now)
        for role in TrustRole.allCases where !sharesKey(of: role, with: next.body) {
            // A stolen key may have used up the versions. What it signed can no longer be replayed,
            // so that counting can begin anew.
            state.seen[role] = nil
        }
        return state
    }

    /// Whether a document was signed as a former root asked for: then people can sign it anew under
    /// the root that holds, and it is no forgery. It is not believed for that.
    public func isOfFormerRoot<Body: RoleDocument>(_ bytes: [UInt8], as type: Body.Type) -> Bool {
        guard let envelope = try? Envelope(json: bytes), envelope.payloadType == Body.payloadType
        else { return false }
        return (former ?? []).contains {
            (try? Self.signers(of: envelope, role: Body.role, in: $0)) != nil
        }
    }

    private func sharesKey(of role: TrustRole, with next: TrustRoot) -> Bool {
        let former = Set(root.body.publicKeys(of: role).map(\.id))
        return next.publicKeys(of: role).contains { former.contains($0.id) }
    }

    private func checkClock(_ now: Timestamp) throws(VerificationRefusal) {
        guard now >= lastVerifiedAt.adding(seconds: -Self.clockToleranceSeconds) else {
            throw .clockSetBack(last: lastVerifiedAt)
        }
    }

    /// The keys of a role that have signed; throws when they are too few.
    private static func signers(
        of envelope: Envelope, role: TrustRole, in root: TrustRoot
    ) throws(VerificationRefusal) -> Set<KeyID> {
        let signers = envelope.signers(among: root.publicKeys(of: role))
        if signers.isEmpty { throw .unknownKey(role) }
        let needed = root.threshold(of: role)
        guard signers.count >= needed else {
            throw .thresholdNotMet(role, valid: signers.count, needed: needed)
        }
        return signers
    }

    /// Whether a document is for the tenant, and valid at the time.
    private static func check(
        _ heading: DocumentHeading, for tenant: TenantID, at now: Timestamp
    ) throws(VerificationRefusal) {
        guard heading.scope.includes(tenant) else { throw .wrongTenant }
        guard heading.issuedAt <= now.adding(seconds: clockToleranceSeconds) else {
            throw .notYetValid(from: heading.issuedAt)
        }
        guard now < heading.expiresAt else { throw .expired(at: heading.expiresAt) }
    }
}
