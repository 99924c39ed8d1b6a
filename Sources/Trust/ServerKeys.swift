import Crypto
public import Fleet
import X509

/// The keys of one installation: its identity, what TLS uses, and what signs access tokens and the
/// audit log.
///
/// The identity is a P-256 key with a self-signed certificate that never changes; agents pin it.
/// What TLS shows is a leaf certificate signed by it, so that names can change and the leaf can be
/// renewed without touching an agent.
public struct ServerKeys: Sendable {
    let identityKey: P256.Signing.PrivateKey
    let identity: Certificate
    let tlsKey: P256.Signing.PrivateKey
    let leaf: Certificate
    let accessKeyBytes: [UInt8]
    let auditKey: Curve25519.Signing.PrivateKey

    /// The identity certificate, DER: what an enrolment token carries.
    public let identityCertificate: [UInt8]
    /// The fingerprint of the identity.
    public let fingerprint: String
    /// The key of access tokens.
    public let accessTokens: AccessTokenKey

    init(
        identityKey: P256.Signing.PrivateKey, identity: Certificate,
        tlsKey: P256.Signing.PrivateKey,
        leaf: Certificate, accessKeyBytes: [UInt8], auditKey: Curve25519.Signing.PrivateKey
    ) throws(TrustError) {
        self.identityKey = identityKey
        self.identity = identity
        self.tlsKey = tlsKey
        self.leaf = leaf
        self.accessKeyBytes = accessKeyBytes
        self.auditKey = auditKey
        identityCertificate = try CertificateText.der(identity)
        fingerprint = Self.fingerprint(ofIdentity: identityCertificate)
        accessTokens = AccessTokenKey(bytes: accessKeyBytes)
    }

    /// Makes all keys of a new installation.
    ///
    /// - Parameters:
    ///   - now: the time; certificates are valid from a day before, for endpoints whose clocks are
    ///     behind.
    ///   - names: the names and addresses that the server is reached by; `localhost`, `127.0.0.1`
    ///     and `::1` are added.
    ///   - entropy: a source of so many unpredictable bytes.
    /// - Returns: the keys.
    /// - Throws: `TrustError` `E_TLS_NAME` for a name that is none, `E_CERTIFICATE` when a
    ///   certificate cannot be made.
    public static func make(
        at now: Timestamp, names: [String], entropy: (Int) -> [UInt8]
    ) throws(TrustError) -> ServerKeys {
        let identityKey = try CertificateMaker.key(entropy)
        let identity = try CertificateMaker.identity(of: identityKey, at: now, entropy: entropy)
        let tlsKey = try CertificateMaker.key(entropy)
        let leaf = try CertificateMaker.leaf(
            of: tlsKey, names: CertificateNames(names), issuer: identity, issuerKey: identityKey,
            at: now,
            serial: entropy(CertificateMaker.serialByteCount))
        guard
            let auditKey = try? Curve25519.Signing.PrivateKey(
                rawRepresentation: entropy(DeviceKey.byteCount))
        else { throw .certificate("The audit key could not be made.") }
        return try ServerKeys(
            identityKey: identityKey, identity: identity, tlsKey: tlsKey, leaf: leaf,
            accessKeyBytes: entropy(AccessTokenKey.byteCount), auditKey: auditKey)
    }

    /// The keys with a new TLS key and certificate, when the old certificate ends in fewer than 30
    /// days or does not have exactly these names; `nil` when the old one will do. The identity
    /// stays.
    ///
    /// - Throws: `TrustError` `E_TLS_NAME`, `E_CERTIFICATE`.
    public func renewed(
        at now: Timestamp, names: [String], entropy: (Int) -> [UInt8]
    ) throws(TrustError) -> ServerKeys? {
        let wanted = try CertificateNames(names)
        let hasTime = now.adding(seconds: CertificateMaker.renewalMarginSeconds) < tlsValidUntil
        if hasTime, wanted == CertificateNames(of: leaf) { return nil }
        let tlsKey = try CertificateMaker.key(entropy)
        let leaf = try CertificateMaker.leaf(
            of: tlsKey, names: wanted, issuer: identity, issuerKey: identityKey, at: now,
            serial: entropy(CertificateMaker.serialByteCount))
        return try ServerKeys(
            identityKey: identityKey, identity: identity, tlsKey: tlsKey, leaf: leaf,
            accessKeyBytes: accessKeyBytes, auditKey: auditKey)
    }

    /// The fingerprint of an identity certificate (DER): `sha256:` and its SHA-256 in hexadecimal,
    /// as `openssl x509 -fingerprint -sha256` computes it.
    public static func fingerprint(ofIdentity certificate: [UInt8]) -> String {
        "sha256:" + Digest.sha256Hex(certificate)
    }
}

extension ServerKeys {
    /// When the TLS certificate ends.
    public var tlsValidUntil: Timestamp { CertificateMaker.timestamp(leaf.notValidAfter) }

    /// The names and addresses that the TLS certificate is good for, sorted.
    public var tlsNames: [String] { CertificateNames(of: leaf).texts }

    /// What TLS shows: the leaf certificate, then the identity's, PEM.
    ///
    /// - Throws: `TrustError` `E_CERTIFICATE`.
    public func tlsCertificateChainPEM() throws(TrustError) -> String {
        try CertificateText.pem(leaf) + CertificateText.pem(identity)
    }

    /// The key of the TLS certificate, PEM (PKCS #8).
    public var tlsPrivateKeyPEM: String { tlsKey.pemRepresentation + "\n" }

    /// An agent's access token, good for `AccessToken.agentLifetimeSeconds` from `now`.
    public func accessToken(
        endpoint: EndpointID, tenant: TenantID, at now: Timestamp
    ) -> String {
        let end = now.adding(seconds: AccessToken.agentLifetimeSeconds)
        return accessTokens.text(of: .agent(endpoint: endpoint, tenant: tenant, expiresAt: end))
    }

    /// A token for whoever can read these keys, which makes them the administrator: good for
    /// `AccessToken.localAdministratorLifetimeSeconds` from `now`.
    public func localAdministratorToken(at now: Timestamp) -> String {
        let end = now.adding(seconds: AccessToken.localAdministratorLifetimeSeconds)
        return accessTokens.text(of: .localAdministrator(expiresAt: end))
    }

    /// The public key that the audit log is signed with, 32 bytes.
    public var auditPublicKey: [UInt8] { Array(auditKey.publicKey.rawRepresentation) }

    /// The fingerprint of the audit key: to be written down by who wants to prove the log later.
    public var auditFingerprint: String { Self.auditFingerprint(of: auditPublicKey) }

    /// The fingerprint of an audit key: `sha256:` and the SHA-256 of its 32 bytes in hexadecimal.
    public static func auditFingerprint(of publicKey: [UInt8]) -> String {
        "sha256:" + Digest.sha256Hex(publicKey)
    }

    /// The signature, base64, over the end of an audit chain.
    ///
    /// - Throws: `TrustError` `E_SIGNING`.
    public func signAuditHead(
        chain: String, sequence: Int64, hash: String
    ) throws(TrustError) -> String {
        let message = AuditChain.headMessage(chain: chain, sequence: sequence, hash: hash)
        do {
            return Base64.encode(Array(try auditKey.signature(for: message)))
        } catch {
            throw TrustError(
                "E_SIGNING", "The audit key could not sign.",
                nextStep: "Check the machine's free memory, then try again.")
        }
    }
}

extension ServerKeys: CustomStringConvertible, CustomReflectable {
    /// Names the keys by the identity's fingerprint.
    public var description: String { "server keys of \(fingerprint)" }
    /// Nothing of the keys is to be seen.
    public var customMirror: Mirror { Mirror(self, children: ["fingerprint": fingerprint]) }
}
