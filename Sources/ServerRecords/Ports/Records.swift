public import Fleet
public import Rollout

/// Tenants and sites.
public protocol DirectoryRecords {
    /// The tenants in scope, by name.
    func tenants(in scope: Scope) throws -> [Tenant]
    /// Adds a tenant. Throws `NameTaken` when the name is in use.
    func insert(_ tenant: Tenant) throws
    /// The sites in scope, by tenant and name.
    func sites(in scope: Scope) throws -> [Site]
    /// Adds a site. Throws `NameTaken` when the tenant has one of that name.
    func insert(_ site: Site) throws
    /// Stores a tenant's new name. Throws `NameTaken` when the name is in use.
    func update(_ tenant: Tenant) throws
    /// Stores a site's new name. Throws `NameTaken` when the tenant has one of that name.
    func update(_ site: Site) throws
    /// Takes a tenant away unless something belongs to it; what only counts its days goes with it.
    ///
    /// - Returns: what belongs to it still, in words for people; empty when it is gone.
    func remove(_ tenant: TenantID) throws -> [String]
    /// Takes a site away unless something belongs to it. Endpoints that are retired, and tokens
    /// that are no longer good, lose their place.
    ///
    /// - Returns: what belongs to it still, in words for people; empty when it is gone.
    func remove(_ site: SiteID, of tenant: TenantID, at now: Timestamp) throws -> [String]
}

/// A name that must be unique is in use already.
public struct NameTaken: Error, Hashable, Sendable {
    /// The name.
    public let name: String

    /// A name in use.
    public init(name: String) {
        self.name = name
    }
}

/// Endpoints.
public protocol EndpointRecords {
    /// One endpoint; `nil` when there is none in scope.
    func endpoint(_ id: EndpointID, in scope: Scope) throws -> EndpointRecord?
    /// Adds an endpoint.
    func insert(_ endpoint: EndpointRecord) throws
    /// Stores an endpoint's new state.
    func update(_ endpoint: EndpointRecord) throws
    /// One page of a list.
    func endpoints(_ query: EndpointQuery) throws -> [EndpointRecord]
    /// How many endpoints a query yields in all, its page aside.
    func countEndpoints(_ query: EndpointQuery) throws -> Int
    /// How many endpoints of each kind there are.
    func fleetCounts(in scope: Scope, freshSince: Timestamp) throws -> FleetCounts
    /// Other endpoints of the tenant, not retired, on what seems to be the same machine.
    func endpoints(withMachineFingerprint: String, of tenant: TenantID) throws -> [EndpointRecord]
    /// The endpoint, of whatever tenant and retired or not, that this device key belongs to; a key
    /// belongs to one at most.
    func endpoint(withPublicKey: [UInt8]) throws -> EndpointRecord?
}

/// The one statement of an unchanged check-in.
public protocol CheckInRecords {
    /// Marks the endpoint as seen at `now` and tells what the server holds for it; `nil` when there
    /// is no such endpoint or it is retired.
    ///
    /// The scan's time is taken over only when the digests are those held: a scan whose content has
    /// not arrived makes nothing fresh.
    func checkIn(
        _ endpoint: EndpointID, of tenant: TenantID, reporting report: CheckInReport,
        at now: Timestamp
    ) throws -> CheckInStanding?
}

/// What an endpoint says of itself when it checks in.
public struct CheckInReport: Hashable, Sendable {
    /// When its latest scan was taken.
    public var scannedAt: Timestamp?
    /// That scan's inventory.
    public var inventoryDigest: String?
    /// That scan's posture.
    public var postureDigest: String?
    /// The agent's version.
    public var agentVersion: String
    /// The running boot.
    public var bootId: String

    /// What an endpoint says of itself.
    public init(
        scannedAt: Timestamp?, inventoryDigest: String?, postureDigest: String?,
        agentVersion: String,
        bootId: String
    ) {
        self.scannedAt = scannedAt
        self.inventoryDigest = inventoryDigest
        self.postureDigest = postureDigest
        self.agentVersion = agentVersion
        self.bootId = bootId
    }
}

/// What the server holds for an endpoint that checks in.
public struct CheckInStanding: Hashable, Sendable {
    /// The digest of the inventory held.
    public var inventoryDigest: String?
    /// The digest of the posture held.
    public var postureDigest: String?
    /// When a person last asked for a scan.
    public var scanRequestedAt: Timestamp?
    /// How many jobs of it have not ended.
    public var openJobs: Int
    /// What is wanted of it for a triage.
    public var forensics: EndpointForensics?

    /// What the server holds.
    public init(
        inventoryDigest: String?, postureDigest: String?, scanRequestedAt: Timestamp?,
        openJobs: Int, forensics: EndpointForensics? = nil
    ) {
        self.forensics = forensics
        self.inventoryDigest = inventoryDigest
        self.postureDigest = postureDigest
        self.scanRequestedAt = scanRequestedAt
        self.openJobs = openJobs
    }
}

/// Inventories and postures. An inventory is stored once per tenant and digest; software is
/// interned once.
public protocol InventoryRecords {
    /// How many packages the tenant's inventory of this digest holds; `nil` when there is none.
    func inventorySize(_ digest: String, of tenant: TenantID) throws -> Int?
    /// Stores an inventory under its digest, which the caller has checked. Storing it again changes
    /// nothing.
    ///
    /// - Returns: whether the tenant had none of this digest.
    @discardableResult
    func store(
        _ text: InventoryText, digest: String, of tenant: TenantID, at now: Timestamp
    ) throws -> Bool
    /// An inventory by its digest.
    func inventory(_ digest: String, of tenant: TenantID) throws -> Inventory?
    /// Appends to the history: from `at` on, the endpoint had this inventory. Appends nothing when
    /// it is the latest already.
    func appendHistory(
        endpoint: EndpointID, of tenant: TenantID, digest: String, at: Timestamp) throws
    /// What was on the endpoint at an instant, in one query; `nil` when nothing was known yet.
    func inventory(of endpoint: EndpointID, tenant: TenantID, at: Timestamp) throws -> InventoryAt?
    /// The endpoint's history, newest first.
    func inventoryHistory(
        of endpoint: EndpointID, tenant: TenantID, limit: Int
    ) throws -> [InventoryHistoryEntry]
    /// Replaces the endpoint's posture and its missing updates.
    func store(_ posture: Posture, of endpoint: EndpointID, tenant: TenantID) throws
    /// The endpoint's latest posture, updates included; `nil` before the first scan.
    func posture(of endpoint: EndpointID, tenant: TenantID) throws -> Posture?
}

extension InventoryRecords {
    /// Whether the tenant has an inventory of this digest.
    public func hasInventory(_ digest: String, of tenant: TenantID) throws -> Bool {
        try inventorySize(digest, of: tenant) != nil
    }
}

/// What was on an endpoint, and since when.
public struct InventoryAt: Hashable, Sendable {
    /// When this inventory was first seen.
    public var since: Timestamp
    /// The inventory.
    public var inventory: Inventory

    /// What was on an endpoint.
    public init(since: Timestamp, inventory: Inventory) {
        self.since = since
        self.inventory = inventory
    }
}

/// One line of an endpoint's history.
public struct InventoryHistoryEntry: Hashable, Sendable, Codable {
    /// From when on.
    public var at: Timestamp
    /// The inventory's digest.
    public var digest: String

    /// One line of a history.
    public init(at: Timestamp, digest: String) {
        self.at = at
        self.digest = digest
    }
}

/// Deployments, and what is missing in the fleet.
public protocol DeploymentRecords {
    /// Adds a deployment.
    func insert(_ deployment: Deployment) throws
    /// Stores a deployment's new state.
    func update(_ deployment: Deployment) throws
    /// One deployment; `nil` when there is none in scope.
    func deployment(_ id: DeploymentID, in scope: Scope) throws -> Deployment?
    /// Deployments, newest first, those before `before` only.
    func deployments(in scope: Scope, before: DeploymentID?, limit: Int) throws -> [Deployment]
    /// How many jobs of a deployment are in each state.
    func jobCounts(of deployment: DeploymentID, tenant: TenantID) throws -> [Job.State: Int]
    /// What is missing in the fleet, most endpoints first, security before the rest.
    func missingUpdates(
        in scope: Scope, search: String?, securityOnly: Bool, limit: Int
    ) throws -> [MissingUpdateCount]
    /// The distinct steps from an installed version to the one that is missing.
    func missingSteps(in scope: Scope, limit: Int) throws -> [MissingStep]
}

/// Jobs and their logs.
public protocol JobRecords {
    /// Adds a job.
    func insert(_ job: Job) throws
    /// Stores a job's new state.
    func update(_ job: Job) throws
    /// One job; `nil` when there is none in scope.
    func job(_ id: JobID, in scope: Scope) throws -> Job?
    /// Which jobs of a query.
    func jobs(_ query: JobQuery) throws -> [Job]
    /// Jobs that time may change: open ones whose lease or deadline has passed at `now`, at most
    /// `limit`.
    func overdueJobs(at now: Timestamp, limit: Int) throws -> [Job]
    /// Appends a piece to a job's log unless it has come before; the log is cut at
    /// `JobLog.maximumBytes`.
    func appendLog(
        _ text: String, at offset: Int64, length: Int64, to job: JobID, of tenant: TenantID) throws
    /// A job's log from a byte on.
    func log(of job: JobID, tenant: TenantID, from offset: Int64) throws -> JobLog
}

/// Which jobs.
public struct JobQuery: Hashable, Sendable {
    /// Whose jobs.
    public var scope: Scope
    /// Only of this deployment.
    public var deployment: DeploymentID?
    /// Only of this endpoint.
    public var endpoint: EndpointID?
    /// Only those whose text holds this package's name: the caller looks which of them mean it.
    public var naming: String?
    /// Only those made at this instant or later.
    public var madeFrom: Timestamp?
    /// Only those made before this instant.
    public var madeBefore: Timestamp?
    /// Only those that come after this one, oldest first.
    public var after: JobID?
    /// Only those that have not ended.
    public var openOnly: Bool
    /// Only in these states; empty for all.
    public var states: [Job.State]
    /// Only jobs of deployments that hand jobs out now: not those of halted ones.
    public var handedOutOnly: Bool
    /// Newest first unless true.
    public var oldestFirst: Bool
    /// At most so many.
    public var limit: Int

    /// Jobs, newest first.
    public init(
        scope: Scope, deployment: DeploymentID? = nil, endpoint: EndpointID? = nil,
        openOnly: Bool = false, states: [Job.State] = [], handedOutOnly: Bool = false,
        oldestFirst: Bool = false, limit: Int = 100
    ) {
        self.scope = scope
        self.deployment = deployment
        self.endpoint = endpoint
        self.openOnly = openOnly
        self.states = states
        self.handedOutOnly = handedOutOnly
        self.oldestFirst = oldestFirst
        self.limit = limit
    }
}

/// A piece of a job's log.
public struct JobLog: Hashable, Sendable {
    /// The text.
    public var text: String
    /// Where the next piece begins, in bytes of the endpoint's own log.
    public var nextOffset: Int64

    /// The most that is kept of one job's log, in bytes: a distribution upgrade writes about 1 MB.
    public static let maximumBytes: Int64 = 8 * 1024 * 1024

    /// A piece of a log.
    public init(text: String, nextOffset: Int64) {
        self.text = text
        self.nextOffset = nextOffset
    }
}

/// Users, API tokens and enrolment tokens.
public protocol IdentityRecords {
    /// Adds a user. Throws `NameTaken` when the name is in use.
    func insert(_ user: User) throws
    /// Stores a user's new state.
    func update(_ user: User) throws
    /// Users, by name.
    func users() throws -> [User]
    /// Adds or replaces a token of the API.
    func save(_ token: APIToken) throws
    /// API tokens, newest first.
    func apiTokens() throws -> [APIToken]
    /// Adds or replaces an enrolment token. `uses` is not touched on replacing.
    func save(_ token: EnrolmentToken) throws
    /// Enrolment tokens in scope, newest first.
    func enrolmentTokens(in scope: Scope) throws -> [EnrolmentToken]
    /// Uses an enrolment token once, atomically: counts one use and returns the token if the
    /// secret's hash is known, it is not revoked, not expired at `now` and not used up; else tells
    /// which of these it was.
    func redeem(secretHash: String, at now: Timestamp) throws -> EnrolmentTokenUse
}

/// What became of the use of an enrolment token.
public enum EnrolmentTokenUse: Hashable, Sendable {
    /// It was good, and one use is counted.
    case redeemed(EnrolmentToken)
    /// No token has this secret.
    case unknown
    /// It has expired.
    case expired(EnrolmentToken)
    /// It was revoked.
    case revoked(EnrolmentToken)
    /// It has been used as often as it may be.
    case usedUp(EnrolmentToken)
}

/// Sessions, and what must not be used twice.
public protocol SessionRecords {
    /// Adds a session.
    func insert(_ session: Session) throws
    /// A session and its user by the hash of the cookie's secret; `nil` when it has ended at `now`,
    /// or the user is disabled.
    func session(secretHash: String, at now: Timestamp) throws -> (session: Session, user: User)?
    /// Ends a session.
    func deleteSession(secretHash: String) throws
    /// Ends all sessions of a user but the one named: after a change of password, or when the user
    /// is disabled.
    func deleteSessions(of user: UserID, except secretHash: String?) throws
    /// An API token by the hash of its secret; `nil` when it is expired at `now` or revoked.
    func apiToken(secretHash: String, at now: Timestamp) throws -> APIToken?
    /// Remembers the identifier of an assertion until it expires; `false` when it has been used
    /// before.
    func useAssertion(
        _ id: String, by endpoint: EndpointID, until expiry: Timestamp, at now: Timestamp
    ) throws -> Bool
    /// Forgets sessions and assertions that have ended before `now`.
    func purgeEnded(before now: Timestamp) throws
}

/// What is kept for a time only. Each of these removes at most `limit` things and returns how many.
public protocol PurgeRecords {
    /// Forgets lines of histories that were no longer in force at `before`: what was on an endpoint
    /// at that instant or later can still be told.
    func purgeHistory(before: Timestamp, limit: Int) throws -> Int
    /// Forgets inventories that no history names and that were stored before an instant.
    func purgeUnnamedInventories(storedBefore: Timestamp, limit: Int) throws -> Int
    /// Forgets the logs of jobs that have ended and were made before an instant.
    func purgeJobLogs(ofJobsMadeBefore before: Timestamp, limit: Int) throws -> Int
    /// Forgets enrolment tokens and tokens of the API that expired or were revoked before an
    /// instant.
    func purgeTokens(endedBefore: Timestamp, limit: Int) throws -> Int
    /// Forgets saved plans whose time ended before an instant.
    func purgePlans(endedBefore: Timestamp, limit: Int) throws -> Int
}

/// Word to other processes on the same database.
public protocol WakeRecords {
    /// Tells the other processes, once this transaction has been committed, that something happened
    /// to these subjects (`SignalSubject`). Does nothing where there is one process only.
    func announce(_ subjects: Set<String>) throws
}

/// Settings of this installation.
public protocol SettingRecords {
    /// A setting of this installation, such as when it was made.
    func setting(_ name: String) throws -> String?
    /// Stores a setting of this installation.
    func setSetting(_ name: String, to value: String) throws
}

/// The audit log.
public protocol AuditRecords {
    /// The end of a chain, locked until the transaction ends; `nil` when the chain is empty.
    func lockAuditHead(of chain: String) throws -> AuditHead?
    /// Appends an entry and moves the head, which must follow from the one that was locked.
    func append(_ entry: AuditEntry, head: AuditHead) throws
    /// The ends of all chains in scope.
    func auditHeads(in scope: Scope) throws -> [AuditHead]
    /// Entries of one chain in order, those after `after` only.
    func auditEntries(of chain: String, after: Int64, limit: Int) throws -> [AuditEntry]
    /// The latest entries in scope, newest first, optionally about one subject only, those before
    /// an instant and sequence only.
    func latestAuditEntries(
        in scope: Scope, subject: String?, before: AuditCursor?, limit: Int
    ) throws -> [AuditEntry]
}

/// A place in the audit log, newest first over all chains.
public struct AuditCursor: Hashable, Sendable, Codable {
    /// The last shown entry's time.
    public var at: Timestamp
    /// Its chain.
    public var chain: String
    /// Its number.
    public var sequence: Int64

    /// A place in the audit log.
    public init(at: Timestamp, chain: String, sequence: Int64) {
        self.at = at
        self.chain = chain
        self.sequence = sequence
    }
}
