public import Fleet
public import Policy

/// What people say of an endpoint, and policies ask for.
///
/// Tags and role are known wholly: an endpoint without them has none. Criticality and exposure are
/// not known until somebody says them, and a policy never takes that for “no”.
public struct EndpointTraits: Hashable, Sendable, Codable {
    /// What it is for, such as `server`; empty for no role.
    public var role: String
    /// Its tags, sorted, each once.
    public var tags: [String]
    /// How much depends on it; `nil` while nobody has said.
    public var criticality: Criticality?
    /// Whether it can be reached from the internet; `nil` while nobody has said.
    public var isExposed: Bool?

    /// The most tags of one endpoint: what a person can still oversee.
    public static let maximumTags = 64

    /// Traits; without arguments those of an endpoint of which nobody has said anything.
    public init(
        role: String = "", tags: [String] = [], criticality: Criticality? = nil,
        isExposed: Bool? = nil
    ) {
        self.role = role
        self.tags = Set(tags).sorted()
        self.criticality = criticality
        self.isExposed = isExposed
    }

    /// Whether a text can be a tag or a role: 1 to 63 letters, digits and `-_.:/`.
    public static func isWord(_ text: String) -> Bool {
        (1...PolicyName.maximumLength).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0)
                    || "-_.:/".unicodeScalars.contains($0)
            }
    }
}

/// A named group of a tenant: the endpoints that an expression takes.
public struct EndpointGroup: Hashable, Sendable, Codable {
    /// The tenant.
    public let tenant: TenantID
    /// Its name, unique in the tenant.
    public let name: PolicyName
    /// Who is in it. It does not ask for groups itself.
    public var members: GroupExpression
    /// What it is for, in words; may be empty.
    public var note: String
    /// When it was last written.
    public var savedAt: Timestamp
    /// Who wrote it.
    public var savedBy: String

    /// A group.
    public init(
        tenant: TenantID, name: PolicyName, members: GroupExpression, note: String = "",
        savedAt: Timestamp, savedBy: String
    ) {
        self.tenant = tenant
        self.name = name
        self.members = members
        self.note = note
        self.savedAt = savedAt
        self.savedBy = savedBy
    }
}
