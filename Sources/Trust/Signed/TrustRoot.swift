/// What keys can be for.
public enum TrustRole: String, Codable, Sendable, CaseIterable, Hashable, CodingKeyRepresentable {
    /// Signs the next version of the trust root.
    case root
    /// Signs policies.
    case policy
    /// Signs approvals and holds.
    case approval
    /// Signs scripts.
    case script
    /// Signs releases of the agent.
    case release
}

/// Who holds the keys.
public enum SigningMode: String, Codable, Sendable, Hashable {
    /// The server holds keys, so that nothing need be set up: for the first five minutes. Who takes
    /// the server can sign.
    case managed
    /// Operators hold every key, away from the server: it cannot forge.
    case sealed
}

/// Which keys are trusted with what: the body of the document that all others hang on, after the
/// roles of The Update Framework (TUF specification, section 4.3). A new version is signed by
/// enough keys of the old one and of itself.
public struct TrustRoot: DocumentBody {
    /// The kind of document.
    public static let type = "root"

    /// A key, and where it is.
    public struct Key: Hashable, Sendable, Codable {
        /// The public half.
        public var publicKey: PublicKey
        /// Whether the server holds the private half.
        public var isOnline: Bool

        /// A key.
        public init(_ publicKey: PublicKey, isOnline: Bool = false) {
            self.publicKey = publicKey
            self.isOnline = isOnline
        }
    }

    /// The keys of one role.
    public struct RoleKeys: Hashable, Sendable, Codable {
        /// Their names, in order.
        public var keyIDs: [KeyID]
        /// How many of them must sign: at least 1.
        public var threshold: Int

        /// Keys, and how many of them must sign.
        public init(_ keyIDs: [KeyID], threshold: Int) {
            self.keyIDs = keyIDs.sorted()
            self.threshold = threshold
        }
    }

    /// The keys, in the order of their names.
    public let keys: [Key]
    /// Who holds them.
    public let mode: SigningMode
    /// The keys of each role; every role is there.
    public let roles: [TrustRole: RoleKeys]

    /// The most keys: as many as can sign one document.
    public static let maximumKeys = Envelope.maximumSignatures

    /// A root; `fault` says whether it makes sense.
    public init(keys: [Key], mode: SigningMode, roles: [TrustRole: RoleKeys]) {
        self.keys = keys.sorted { $0.publicKey.id < $1.publicKey.id }
        self.mode = mode
        self.roles = roles
    }

    /// How many keys of a role must sign; a role that is missing can never be met.
    public func threshold(of role: TrustRole) -> Int { roles[role]?.threshold ?? .max }

    /// The public keys of a role.
    public func publicKeys(of role: TrustRole) -> [PublicKey] {
        let ids = Set(roles[role]?.keyIDs ?? [])
        return keys.map(\.publicKey).filter { ids.contains($0.id) }
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        let ids = keys.map(\.publicKey.id)
        guard (1...Self.maximumKeys).contains(ids.count), ids == Set(ids).sorted() else {
            return "its keys are not 1 to \(Self.maximumKeys) different ones in order"
        }
        for role in TrustRole.allCases {
            guard let holders = roles[role] else { return "the role \(role.rawValue) is missing" }
            guard holders.keyIDs == Set(holders.keyIDs).sorted(),
                Set(holders.keyIDs).isSubset(of: ids)
            else { return "the keys of the role \(role.rawValue) are not known ones in order" }
            guard holders.threshold >= 1, holders.threshold <= holders.keyIDs.count else {
                return "the role \(role.rawValue) needs more keys than it has, or none"
            }
        }
        let used = Set(roles.values.flatMap(\.keyIDs))
        if ids.contains(where: { !used.contains($0) }) { return "one of its keys has no role" }
        if mode == .sealed, keys.contains(where: \.isOnline) {
            return "it is sealed, and the server holds one of its keys"
        }
        return nil
    }
}
