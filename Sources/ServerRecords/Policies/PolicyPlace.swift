public import Fleet
public import Policy

/// Where a policy, an approval or an exception holds: the level, and the one thing of that level.
public struct PolicyPlace: Hashable, Sendable, Codable {
    /// The level.
    public let level: PolicyLevel
    /// The tenant; `nil` at the provider's level.
    public let tenant: TenantID?
    /// The site's identifier, the group's name or the endpoint's identifier; empty at the levels of
    /// the provider and of a tenant.
    public let part: String

    /// A place; `nil` when its parts do not fit together.
    public init?(level: PolicyLevel, tenant: TenantID? = nil, part: String = "") {
        switch level {
        case .provider: guard tenant == nil, part.isEmpty else { return nil }
        case .tenant: guard tenant != nil, part.isEmpty else { return nil }
        case .site: guard tenant != nil, SiteID(part) != nil else { return nil }
        case .group: guard tenant != nil, PolicyName(part) != nil else { return nil }
        case .endpoint: guard tenant != nil, EndpointID(part) != nil else { return nil }
        }
        self.level = level
        self.tenant = tenant
        self.part = part
    }

    /// All tenants.
    public static let provider = PolicyPlace(checked: .provider, nil)

    /// All of one tenant.
    public static func tenant(_ tenant: TenantID) -> PolicyPlace {
        PolicyPlace(checked: .tenant, tenant)
    }

    private init(checked level: PolicyLevel, _ tenant: TenantID?) {
        self.level = level
        self.tenant = tenant
        part = ""
    }

    /// The endpoints of the place, as a condition; `nil` where it is all of them. A site that is
    /// there no more has none.
    func condition(_ names: DirectoryNames) -> GroupExpression? {
        switch level {
        case .provider, .tenant: nil
        case .site:
            .among(SiteID(part).flatMap { names.sites[$0] }.map { [$0] } ?? [], of: .site)
        case .group: .among([part], of: .group)
        case .endpoint: .among([part], of: .endpoint)
        }
    }
}
