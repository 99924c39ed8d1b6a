public import ControlPlane
public import Fleet
import Policy
public import ServerRecords

/// What a list of endpoints is filtered and ordered by, as it comes from an address or a command
/// line.
public struct EndpointFilter: Hashable, Sendable, Codable {
    /// Only this tenant's.
    public var tenant: TenantID?
    /// Part of the name.
    public var search: String?
    /// Only of this compliance.
    public var compliance: Compliance?
    /// Only those that miss this update.
    public var missing: MissingUpdateKey?
    /// Only those that need a reboot.
    public var rebootRequired: Bool
    /// Only those of which a package source is stale or failed.
    public var sourceTrouble: Bool
    /// Also those that are retired.
    public var includesRetired: Bool
    /// The order: `name`, `missingSecurity` or `lastSeen`.
    public var order: String
    /// Where the page begins: `next` of the page before.
    public var after: EndpointQuery.Cursor?
    /// How many rows a page holds.
    public var limit: Int

    /// A filter; without arguments it lets everything through.
    public init(
        tenant: TenantID? = nil, search: String? = nil, compliance: Compliance? = nil,
        missing: MissingUpdateKey? = nil, rebootRequired: Bool = false, sourceTrouble: Bool = false,
        includesRetired: Bool = false,
        order: String = EndpointQuery.Order.name.rawValue, after: EndpointQuery.Cursor? = nil,
        limit: Int = 100
    ) {
        self.tenant = tenant
        self.search = search
        self.compliance = compliance
        self.missing = missing
        self.rebootRequired = rebootRequired
        self.sourceTrouble = sourceTrouble
        self.includesRetired = includesRetired
        self.order = order
        self.after = after
        self.limit = limit
    }
}

/// One row of a list of endpoints.
public struct EndpointListItem: Hashable, Sendable, Codable {
    /// The endpoint.
    public var id: EndpointID
    /// Its tenant.
    public var tenant: TenantID
    /// The tenant's name.
    public var tenantName: String
    /// Its site's name.
    public var siteName: String?
    /// Its name.
    public var name: String
    /// Its operating system's name.
    public var osName: String
    /// Whether it is as it should be, and why.
    public var verdict: ComplianceVerdict
    /// Figures of its latest posture.
    public var standing: Standing
    /// When it was last heard from.
    public var lastSeenAt: Timestamp?
    /// When its latest scan was taken.
    public var scannedAt: Timestamp?
    /// When it was retired.
    public var retiredAt: Timestamp?

    /// A row.
    public init(
        id: EndpointID, tenant: TenantID, tenantName: String, siteName: String?, name: String,
        osName: String,
        verdict: ComplianceVerdict, standing: Standing, lastSeenAt: Timestamp?,
        scannedAt: Timestamp?,
        retiredAt: Timestamp? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.tenantName = tenantName
        self.siteName = siteName
        self.name = name
        self.osName = osName
        self.verdict = verdict
        self.standing = standing
        self.lastSeenAt = lastSeenAt
        self.scannedAt = scannedAt
        self.retiredAt = retiredAt
    }
}

/// One page of a list of endpoints.
public struct EndpointPage: Hashable, Sendable, Codable {
    /// The rows.
    public var items: [EndpointListItem]
    /// Where the next page begins; `nil` on the last.
    public var next: EndpointQuery.Cursor?
    /// How many rows all pages have together.
    public var total: Int

    /// One page.
    public init(items: [EndpointListItem], next: EndpointQuery.Cursor?, total: Int) {
        self.items = items
        self.next = next
        self.total = total
    }
}

extension UseCases {
    /// One page of the endpoints that a filter lets through.
    public func endpoints(_ filter: EndpointFilter, by principal: Principal) async throws
        -> EndpointPage
    {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: filter.tenant) else {
            throw Refusal.notFound("tenant")
        }
        guard let order = EndpointQuery.Order(rawValue: filter.order) else {
            throw Refusal(
                .malformed, "E_ORDER",
                "Endpoints cannot be ordered by “\(filter.order.prefix(40))”.",
                nextStep:
                    "Use one of: \(EndpointQuery.Order.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        let freshSince = ComplianceRule.freshSince(at: effects.now())
        let query = EndpointQuery(
            scope: scope, search: filter.search, compliance: filter.compliance,
            missing: filter.missing,
            rebootRequired: filter.rebootRequired, sourceTrouble: filter.sourceTrouble,
            includesRetired: filter.includesRetired, order: order,
            after: filter.after, limit: filter.limit, freshSince: freshSince)
        return try await ledger.read { records in
            let rows = try records.endpoints(query)
            let names = try DirectoryNames(scope: scope, records: records)
            let isFull = rows.count == query.limit
            return EndpointPage(
                items: rows.map { EndpointListItem($0, names: names, freshSince: freshSince) },
                next: isFull ? rows.last.map { order.cursor(of: $0) } : nil,
                total: try records.countEndpoints(query))
        }
    }
}

extension EndpointListItem {
    init(_ row: EndpointRecord, names: DirectoryNames, freshSince: Timestamp) {
        self.init(
            id: row.id, tenant: row.tenant, tenantName: names.tenants[row.tenant] ?? "",
            siteName: row.site.flatMap { names.sites[$0] }, name: row.name,
            osName: row.standing.osName,
            verdict: row.verdict(freshSince: freshSince), standing: row.standing,
            lastSeenAt: row.lastSeenAt,
            scannedAt: row.scannedAt, retiredAt: row.retiredAt)
    }
}

extension EndpointRecord {
    /// Whether the endpoint is as it should be.
    func verdict(freshSince: Timestamp) -> ComplianceVerdict {
        ComplianceRule.verdict(
            ComplianceEvidence(
                scannedAt: scannedAt, missingSecurity: standing.missingSecurity,
                rebootRequired: standing.rebootRequired, sourcesNotOk: standing.sourcesNotOk,
                unsupported: faults.unsupported, overdue: faults.overdue, isJudged: isSettled),
            freshSince: freshSince)
    }
}
