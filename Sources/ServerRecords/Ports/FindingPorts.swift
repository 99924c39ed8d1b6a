public import Fleet

/// What the fleet index is built from, and since when findings have been there.
public protocol FindingRecords {
    /// Stores what matching needs of an endpoint's posture.
    func store(_ footing: SoftwareFooting, of endpoint: EndpointID, tenant: TenantID) throws
    /// Endpoints that are not retired and have been scanned, by identifier, those after `after`
    /// only, with their inventories, each once; those of the digests in `knowing` are left out.
    func members(after: EndpointID?, limit: Int, knowing: Set<String>) throws -> FleetPage
    /// Those of these endpoints that are not retired and have been scanned, with their
    /// inventories.
    func members(_ ids: [EndpointID]) throws -> FleetPage
    /// Interned software by its numbers; what is not there any more is left out.
    func software(_ numbers: [Int64]) throws -> [Int64: Package]
    /// Since when each finding of a package on a release has been known.
    func knownFindings() throws -> [KnownFinding]
    /// Adds to them; what is known already stays as it is.
    func add(_ known: [KnownFinding]) throws
    /// When findings began on these endpoints, where that is not when they enrolled or when the
    /// finding became known.
    func findingStarts(of endpoints: [EndpointID]) throws -> [FindingStart]
    /// Notes that a scan has brought findings to an endpoint, and taken others away.
    func change(_ change: FindingChange) throws
}

/// What matching needs of an endpoint besides its packages.
public struct SoftwareFooting: Hashable, Sendable {
    /// The operating system.
    public var os: OperatingSystem
    /// The release of the running kernel; empty in a container, where it is not the endpoint's.
    public var kernel: String
    /// Names of packages whose old code may still run; sorted.
    public var replaced: [String]
    /// The IANA name of the zone in which deadlines count its days; empty where it names none.
    public var timeZone: String
    /// The channels of its release that it receives; sorted.
    public var channels: [String]
    /// The packages that are not the distribution's.
    public var foreign: [ForeignPackages]

    /// What matching needs of an endpoint.
    public init(
        os: OperatingSystem, kernel: String, replaced: [String], timeZone: String = "",
        channels: [String] = [], foreign: [ForeignPackages] = []
    ) {
        self.channels = channels
        self.foreign = foreign
        self.os = os
        self.kernel = kernel
        self.replaced = replaced
        self.timeZone = timeZone
    }
}

/// An endpoint as the fleet index takes it.
public struct FleetMember: Hashable, Sendable {
    /// The endpoint.
    public var id: EndpointID
    /// Its tenant.
    public var tenant: TenantID
    /// When it enrolled.
    public var enrolledAt: Timestamp
    /// The digest of its inventory.
    public var inventoryDigest: String
    /// What else matching needs; `nil` where no scan has been stored since this is kept.
    public var footing: SoftwareFooting?
    /// By which inventory its findings were judged last; `nil` where they never were.
    public var judgedDigest: String?

    /// An endpoint as the fleet index takes it.
    public init(
        id: EndpointID, tenant: TenantID, enrolledAt: Timestamp, inventoryDigest: String,
        footing: SoftwareFooting?, judgedDigest: String? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.enrolledAt = enrolledAt
        self.inventoryDigest = inventoryDigest
        self.footing = footing
        self.judgedDigest = judgedDigest
    }
}

/// Some endpoints, and what is installed on them. An inventory that many endpoints share is here
/// once.
public struct FleetPage: Sendable {
    /// The endpoints, by identifier.
    public var members: [FleetMember]
    /// By the digest of an inventory, the numbers of its software, rising. One that is not kept any
    /// more is not here.
    public var inventories: [String: [Int64]]

    /// Some endpoints.
    public init(members: [FleetMember] = [], inventories: [String: [Int64]] = [:]) {
        self.members = members
        self.inventories = inventories
    }

    /// The digests of the inventories that its endpoints have, or were judged by last.
    public var digests: Set<String> {
        var digests: Set<String> = []
        for member in members {
            digests.insert(member.inventoryDigest)
            if let judged = member.judgedDigest { digests.insert(judged) }
        }
        return digests
    }
}

/// Since when it has been known that a package of a release has a vulnerability. There is one for
/// each distinct package and release of all tenants, never one for each endpoint.
public struct KnownFinding: Hashable, Sendable {
    /// What was found.
    public struct Key: Hashable, Sendable {
        /// The vulnerability.
        public var vulnerability: String
        /// The release, such as `debian 12`.
        public var release: String
        /// The source package.
        public var source: String

        /// What was found.
        public init(vulnerability: String, release: String, source: String) {
            self.vulnerability = vulnerability
            self.release = release
            self.source = source
        }
    }

    /// What was found.
    public var key: Key
    /// When it was first found on any endpoint.
    public var since: Timestamp

    /// Since when a finding is known.
    public init(key: Key, since: Timestamp) {
        self.key = key
        self.since = since
    }
}

/// When a finding began that a scan brought to an endpoint.
public struct FindingStart: Hashable, Sendable {
    /// The endpoint.
    public var endpoint: EndpointID
    /// The vulnerability.
    public var vulnerability: String
    /// The scan's time.
    public var at: Timestamp

    /// When a finding began.
    public init(endpoint: EndpointID, vulnerability: String, at: Timestamp) {
        self.endpoint = endpoint
        self.vulnerability = vulnerability
        self.at = at
    }
}

/// What a scan has changed in the findings of an endpoint.
public struct FindingChange: Hashable, Sendable {
    /// The endpoint.
    public var endpoint: EndpointID
    /// Its tenant.
    public var tenant: TenantID
    /// Vulnerabilities that it did not have before.
    public var gained: [String]
    /// Vulnerabilities that it does not have any more.
    public var lost: [String]
    /// When.
    public var at: Timestamp
    /// Since when it had had those that it lost.
    public var began: [String: Timestamp]

    /// What a scan has changed.
    public init(
        endpoint: EndpointID, tenant: TenantID, gained: [String], lost: [String], at: Timestamp,
        began: [String: Timestamp] = [:]
    ) {
        self.endpoint = endpoint
        self.tenant = tenant
        self.gained = gained
        self.lost = lost
        self.at = at
        self.began = began
    }

    /// The times that ended with it.
    public var ended: [FindingSpan] {
        lost.compactMap { name in
            began[name].map {
                FindingSpan(
                    endpoint: endpoint, tenant: tenant, vulnerability: name, began: min($0, at),
                    ended: at, cause: .scan)
            }
        }
    }
}

/// Alerts that begin and end by themselves, found by what they are about.
public protocol StandingAlertRecords {
    /// Puts an alert in the place of the one of its kind about its subject that the system itself
    /// has ended: a trouble that returns is a new one, with an identifier and a time of its own.
    ///
    /// - Returns: whether there was one.
    func renew(_ alert: Alert) throws -> Bool
    /// The alerts about feeds that are open, oldest first.
    func openFeedAlerts() throws -> [Alert]
    /// The alert of a kind about a subject, of a tenant or (`nil`) the provider's own; `nil` when
    /// there has been none.
    func alert(_ kind: Alert.Kind, about subject: String, of tenant: TenantID?) throws -> Alert?
    /// The alerts of a kind that are open in a tenant, or (`nil`) the provider's own, oldest first.
    func openAlerts(_ kind: Alert.Kind, of tenant: TenantID?) throws -> [Alert]
}

/// Alerts: what a person should look at, and has or has not.
public protocol AlertRecords: StandingAlertRecords {
    /// Adds an alert, unless the tenant, or the provider, has one of this kind about this subject
    /// already.
    ///
    /// - Returns: whether it was added.
    func insert(_ alert: Alert) throws -> Bool
    /// Alerts, newest first, those before `before` only.
    func alerts(in scope: Scope, openOnly: Bool, before: AlertID?, limit: Int) throws -> [Alert]
    /// How many alerts nobody has acknowledged.
    func countOpenAlerts(in scope: Scope) throws -> Int
    /// One alert; `nil` when there is none in scope.
    func alert(_ id: AlertID, in scope: Scope) throws -> Alert?
    /// Stores an alert's new state.
    func update(_ alert: Alert) throws
}

/// Everything about vulnerability intelligence.
public typealias IntelligenceRecords = AlertRecords & ExposureRecords & FeedContentRecords
    & EndOfLifeRecords & FeedRecords & FindingHistoryRecords & FindingRecords & ScannerRecords
