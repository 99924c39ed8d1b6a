public import Fleet

/// Whose things a query may see. It is part of every query, so that one tenant can never see
/// another's.
public enum Scope: Hashable, Sendable {
    /// The provider sees every tenant.
    case provider
    /// One tenant only.
    case tenant(TenantID)

    /// Whether things of this tenant may be seen.
    public func includes(_ tenant: TenantID) -> Bool {
        switch self {
        case .provider: true
        case .tenant(let own): own == tenant
        }
    }

    /// The scope narrowed to one tenant; `nil` when that tenant lies outside it.
    public func narrowed(to tenant: TenantID?) -> Scope? {
        guard let tenant else { return self }
        return includes(tenant) ? .tenant(tenant) : nil
    }
}

/// A client organisation.
public struct Tenant: Hashable, Sendable, Codable {
    /// Its identifier.
    public let id: TenantID
    /// Its name, unique, for people.
    public var name: String
    /// When it was made.
    public let createdAt: Timestamp

    /// A client organisation.
    public init(id: TenantID, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}

/// A place of a tenant.
public struct Site: Hashable, Sendable, Codable {
    /// Its identifier.
    public let id: SiteID
    /// The tenant that it belongs to.
    public let tenant: TenantID
    /// Its name, unique within the tenant.
    public var name: String
    /// When it was made.
    public let createdAt: Timestamp

    /// The zone of its clocks by its IANA name, which windows with `zone: site` are read in; `nil`
    /// where nobody has said it, and then each endpoint's own counts.
    public var timeZone: String?

    /// A place of a tenant.
    public init(
        id: SiteID, tenant: TenantID, name: String, createdAt: Timestamp, timeZone: String? = nil
    ) {
        self.timeZone = timeZone
        self.id = id
        self.tenant = tenant
        self.name = name
        self.createdAt = createdAt
    }
}
