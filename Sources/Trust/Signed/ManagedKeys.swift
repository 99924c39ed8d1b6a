public import Fleet

/// The signing keys that a server holds in managed mode, and the root that says so.
///
/// Approvals have two keys: the second signs only what a second person has confirmed, so that the
/// brake of a policy means something as long as the server is honest.
public enum ManagedKeys {
    /// What each key is for, and the file that holds it (mode 0600).
    public enum File: String, Sendable, CaseIterable {
        /// Signs the next root.
        case root = "root.key"
        /// Signs policies, placements, scripts and releases.
        case policy = "policy.key"
        /// Signs approvals and holds.
        case approval = "approval.key"
        /// Gives the second signature.
        case second = "second.key"
    }

    /// How long a managed root holds, in seconds: ten years, as the server's identity does. It is
    /// replaced by “patchbay trust rotate” at any time.
    static let rootLifeSeconds: Int64 = 3_650 * 86_400

    /// New keys.
    ///
    /// - Parameter entropy: a source of so many unpredictable bytes.
    /// - Returns: a key for each file.
    /// - Throws: `TrustError` `E_SIGNING_KEY`.
    public static func make(entropy: (Int) -> [UInt8]) throws(TrustError) -> [File: SigningKey] {
        var keys: [File: SigningKey] = [:]
        for file in File.allCases {
            keys[file] = try SigningKey(bytes: entropy(DeviceKey.byteCount))
        }
        return keys
    }

    /// The root under which the server holds these keys, signed by itself; the next version after
    /// `former` when there is one, signed by `formerKeys` too.
    ///
    /// - Throws: `TrustError` `E_SIGNING_KEY` when a key is missing, `E_SIGNING`;
    ///   `VerificationRefusal` when it makes no sense.
    public static func root(
        of keys: [File: SigningKey], version: Int = 1, formerKeys: [SigningKey] = [],
        at now: Timestamp
    ) throws -> Envelope {
        guard let root = keys[.root], let policy = keys[.policy], let approval = keys[.approval],
            let second = keys[.second]
        else {
            throw TrustError(
                "E_SIGNING_KEY", "A signing key of this server is missing.",
                nextStep: "Restore the folder “trust” of the home folder from a backup.")
        }
        let approvals = TrustRoot.RoleKeys([approval.id, second.id], threshold: 1)
        let policies = TrustRoot.RoleKeys([policy.id], threshold: 1)
        let body = TrustRoot(
            keys: [root, policy, approval, second].map { .init($0.publicKey, isOnline: true) },
            mode: .managed,
            roles: [
                .root: TrustRoot.RoleKeys([root.id], threshold: 1), .policy: policies,
                .approval: approvals, .script: policies, .release: policies,
            ])
        let issued = now.wholeSeconds
        let heading = DocumentHeading(
            name: "root", version: version, scope: .allTenants, issuedAt: issued,
            expiresAt: issued.adding(seconds: rootLifeSeconds))
        var envelope = try SignedDocument(heading, body).envelope()
        for key in [root] + formerKeys
        where key.id == root.id || !keys.values.contains(where: { $0.id == key.id }) {
            try envelope.sign(with: key)
        }
        return envelope
    }
}
