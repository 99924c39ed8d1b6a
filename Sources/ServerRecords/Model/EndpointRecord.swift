public import Fleet

/// An endpoint as the store keeps it.
public struct EndpointRecord: Hashable, Sendable {
    /// Its identifier.
    public let id: EndpointID
    /// The tenant that it belongs to.
    public let tenant: TenantID
    /// The site that it belongs to; `nil` while it has none.
    public var site: SiteID?
    /// The name for people: its hostname as last reported.
    public var name: String
    /// Its Ed25519 public key, 32 bytes.
    public var publicKey: [UInt8]
    /// A hash of the machine's own identifier; two endpoints with the same one are clones.
    public var machineFingerprint: String?
    /// When it enrolled.
    public let enrolledAt: Timestamp
    /// When it was retired; a retired endpoint is refused, and its history stays.
    public var retiredAt: Timestamp?
    /// When an authenticated message last came from it.
    public var lastSeenAt: Timestamp?
    /// When the latest scan was taken.
    public var scannedAt: Timestamp?
    /// The digest of the latest inventory.
    public var inventoryDigest: String?
    /// The digest of the latest posture.
    public var postureDigest: String?
    /// The agent's version.
    public var agentVersion: String
    /// The running boot.
    public var bootId: String
    /// When a person last asked for a scan.
    public var scanRequestedAt: Timestamp?
    /// Figures of the latest posture, for lists and counts.
    public var standing: Standing
    /// What counts against it besides its updates. Only `EndOfLifeRecords` changes it.
    public var faults: EndpointFaults
    /// Whether `faults` are those of the latest inventory: before, nobody knows whether it complies.
    /// Only `EndOfLifeRecords` changes it.
    public var isSettled: Bool
    /// What is wanted of it for a triage. Only `TriageRecords` changes it.
    public var forensics: EndpointForensics?

    /// A newly enrolled endpoint.
    public init(
        id: EndpointID, tenant: TenantID, site: SiteID? = nil, name: String, publicKey: [UInt8],
        machineFingerprint: String?, enrolledAt: Timestamp, retiredAt: Timestamp? = nil,
        lastSeenAt: Timestamp? = nil, scannedAt: Timestamp? = nil, inventoryDigest: String? = nil,
        postureDigest: String? = nil, agentVersion: String = "", bootId: String = "",
        scanRequestedAt: Timestamp? = nil, standing: Standing = Standing(),
        faults: EndpointFaults = EndpointFaults(), isSettled: Bool = false,
        forensics: EndpointForensics? = nil
    ) {
        self.forensics = forensics
        self.id = id
        self.tenant = tenant
        self.site = site
        self.name = name
        self.publicKey = publicKey
        self.machineFingerprint = machineFingerprint
        self.enrolledAt = enrolledAt
        self.retiredAt = retiredAt
        self.lastSeenAt = lastSeenAt
        self.scannedAt = scannedAt
        self.inventoryDigest = inventoryDigest
        self.postureDigest = postureDigest
        self.agentVersion = agentVersion
        self.bootId = bootId
        self.scanRequestedAt = scanRequestedAt
        self.standing = standing
        self.faults = faults
        self.isSettled = isSettled
    }
}

/// What the latest posture comes to, in figures: kept with the endpoint so that lists and counts
/// need not read postures.
public struct Standing: Hashable, Sendable, Codable {
    /// The operating system's name.
    public var osName: String
    /// How many packages are installed.
    public var packages: Int
    /// How many missing updates are of the class security and count for compliance.
    public var missingSecurity: Int
    /// How many updates are missing in all.
    public var missingTotal: Int
    /// Whether a reboot is needed.
    public var rebootRequired: Bool
    /// How many processes need a restart.
    public var restartsNeeded: Int
    /// How many package sources could not be refreshed or are stale.
    public var sourcesNotOk: Int

    /// Figures of a posture.
    public init(
        osName: String = "", packages: Int = 0, missingSecurity: Int = 0, missingTotal: Int = 0,
        rebootRequired: Bool = false, restartsNeeded: Int = 0, sourcesNotOk: Int = 0
    ) {
        self.osName = osName
        self.packages = packages
        self.missingSecurity = missingSecurity
        self.missingTotal = missingTotal
        self.rebootRequired = rebootRequired
        self.restartsNeeded = restartsNeeded
        self.sourcesNotOk = sourcesNotOk
    }
}

/// Which endpoints a list shows, in which order, and where it goes on.
public struct EndpointQuery: Hashable, Sendable {
    /// What a list can be ordered by. Ties are broken by the identifier.
    public enum Order: String, Sendable, CaseIterable {
        /// By name, A to Z.
        case name
        /// Most missing security updates first.
        case missingSecurity
        /// Longest silent first.
        case lastSeen
    }

    /// Whose endpoints.
    public var scope: Scope
    /// Part of the name, in any case; `nil` for all.
    public var search: String?
    /// Only endpoints of this compliance; `nil` for all.
    public var compliance: Compliance?
    /// Only endpoints that miss this update (name and candidate version); `nil` for all.
    public var missing: MissingUpdateKey?
    /// Only endpoints that need a reboot, when true.
    public var rebootRequired: Bool
    /// Only endpoints of which a package source is stale or failed, when true.
    public var sourceTrouble: Bool
    /// Only endpoints that are not retired, unless true.
    public var includesRetired: Bool
    /// The order.
    public var order: Order
    /// Where the page begins: the last row of the page before; `nil` for the first page.
    public var after: Cursor?
    /// How many rows a page holds, 1 to `maximumPage`.
    public var limit: Int
    /// Scans taken before this instant are too old to tell anything.
    public var freshSince: Timestamp

    /// The most rows of one page.
    public static let maximumPage = 500

    /// A list of endpoints.
    public init(
        scope: Scope, search: String? = nil, compliance: Compliance? = nil,
        missing: MissingUpdateKey? = nil, rebootRequired: Bool = false, sourceTrouble: Bool = false,
        includesRetired: Bool = false, order: Order = .name, after: Cursor? = nil, limit: Int = 100,
        freshSince: Timestamp
    ) {
        self.scope = scope
        self.search = search
        self.compliance = compliance
        self.missing = missing
        self.rebootRequired = rebootRequired
        self.sourceTrouble = sourceTrouble
        self.includesRetired = includesRetired
        self.order = order
        self.after = after
        self.limit = min(max(limit, 1), Self.maximumPage)
        self.freshSince = freshSince
    }

    /// The last row of a page: the value that it is ordered by, and its identifier.
    public struct Cursor: Hashable, Sendable, Codable {
        /// The value that the list is ordered by, as text (numbers in decimal).
        public var key: String
        /// The row's identifier.
        public var id: String

        /// A place in a list.
        public init(key: String, id: String) {
            self.key = key
            self.id = id
        }
    }
}

/// A missing update, whichever version an endpoint has now.
public struct MissingUpdateKey: Hashable, Sendable, Codable {
    /// The package's name.
    public var name: String
    /// The missing version.
    public var candidate: String

    /// A missing update.
    public init(name: String, candidate: String) {
        self.name = name
        self.candidate = candidate
    }
}

/// A step that some endpoint does not make yet: from an installed version to the missing one.
public struct MissingStep: Hashable, Sendable {
    /// The package manager.
    public var manager: PackageManagerName
    /// The package's name.
    public var name: String
    /// The installed version.
    public var installed: String
    /// The missing version.
    public var candidate: String

    /// A step.
    public init(
        manager: PackageManagerName, name: String, installed: String, candidate: String
    ) {
        self.manager = manager
        self.name = name
        self.installed = installed
        self.candidate = candidate
    }
}

/// How many endpoints there are of each kind. The three compliance figures always add up to
/// `total`.
public struct FleetCounts: Hashable, Sendable, Codable {
    /// All endpoints that are not retired.
    public var total: Int
    /// With a fresh scan and nothing missing.
    public var compliant: Int
    /// With a fresh scan and something missing.
    public var nonCompliant: Int
    /// Without a scan that can be relied on.
    public var unknown: Int
    /// Of the unknown, those whose fresh scan only waits to be joined with what the feeds say: mostly
    /// a matter of seconds.
    public var beingJudged: Int
    /// That need a reboot.
    public var rebootRequired: Int
    /// Of which a package source is stale or failed.
    public var sourceTrouble: Int

    /// Counts of endpoints.
    public init(
        total: Int = 0, compliant: Int = 0, nonCompliant: Int = 0, unknown: Int = 0,
        beingJudged: Int = 0, rebootRequired: Int = 0, sourceTrouble: Int = 0
    ) {
        self.total = total
        self.compliant = compliant
        self.nonCompliant = nonCompliant
        self.unknown = unknown
        self.beingJudged = beingJudged
        self.rebootRequired = rebootRequired
        self.sourceTrouble = sourceTrouble
    }
}

/// A missing update and how many endpoints miss it.
public struct MissingUpdateCount: Hashable, Sendable, Codable {
    /// The package manager.
    public var manager: PackageManagerName
    /// The package's name.
    public var name: String
    /// The missing version.
    public var candidate: String
    /// What it is for.
    public var classes: [UpdateClass]
    /// Where it comes from.
    public var origin: String
    /// How many endpoints miss it.
    public var endpoints: Int
    /// On how many of them it can be installed now.
    public var installable: Int

    /// A missing update and its count.
    public init(
        manager: PackageManagerName, name: String, candidate: String, classes: [UpdateClass],
        origin: String,
        endpoints: Int, installable: Int
    ) {
        self.manager = manager
        self.name = name
        self.candidate = candidate
        self.classes = classes
        self.origin = origin
        self.endpoints = endpoints
        self.installable = installable
    }
}
