public import Fleet
public import Forensics
public import Rollout

/// The wire between agent and control plane: JSON over HTTPS, agents call, the server answers.
public enum AgentWire {
    /// The version spoken here. A message of another version is refused with `E_PROTOCOL_VERSION`.
    public static let version = 1
    /// The header that carries the version in every request and answer.
    public static let versionHeader = "patchbay-protocol"
    /// The largest body of a small message (everything but inventories and logs), in bytes: a
    /// posture of 2,000 updates is about 600 KB.
    public static let smallBodyLimit = 2 * 1024 * 1024
    /// The largest inventory body in bytes: 50,000 packages of about 300 bytes.
    public static let inventoryBodyLimit = 16 * 1024 * 1024
    /// The largest piece of a job's log in one message, in bytes; a log is sent in pieces.
    public static let logChunkLimit = 256 * 1024
    /// The longest that the server holds a request for work open, in seconds: below the idle limit
    /// of common proxies (60 s).
    public static let longestPoll: Int64 = 50

    /// Where an agent enrols.
    public static let enrolPath = "/agent/v1/enrol"
    /// Where an agent turns a signed assertion into an access token.
    public static let tokenPath = "/agent/v1/token"
    /// Where an agent checks in.
    public static let checkInPath = "/agent/v1/check-in"
    /// Where an agent puts a whole inventory: its digest follows, and the body is
    /// `Inventory.canonicalBytes`.
    public static let inventoriesPath = "/agent/v1/inventories"
    /// Where an agent sends inventory and posture when the server lacks them.
    public static let scanPath = "/agent/v1/scan"
    /// Where an agent asks for work, and waits for it.
    public static let workPath = "/agent/v1/work"
    /// Where an agent reports on a job: `/progress`, `/log` or `/result` follows the job's
    /// identifier.
    public static let jobsPath = "/agent/v1/jobs"
    /// Where an agent fetches signed documents, and says which it holds.
    public static let trustPath = "/agent/v1/trust"
    /// Where an agent asks which missing updates to download ahead.
    public static let prefetchPath = "/agent/v1/prefetch"
    /// Where an agent sends evidence: the body is the bundle's JSON as the agent keeps it, at most
    /// `EvidenceLimits.bundleBytes`; the answer is an `EvidenceReceipt`.
    public static let evidencePath = "/agent/v1/evidence"
}

/// A device asks to become an endpoint of the token's tenant.
public struct EnrolRequest: Hashable, Sendable, Codable {
    /// The enrolment token's secret: 32 bytes, base64url without padding (RFC 4648, section 5).
    public var token: String
    /// The device's Ed25519 public key (32 bytes, base64). The private key never leaves the device.
    public var publicKey: String
    /// The key's signature (64 bytes, base64) over `Trust.EnrolmentProof.message`: it proves
    /// possession of the private key, for this token only.
    public var proof: String
    /// The device's facts at enrolment.
    public var facts: EndpointFacts

    /// A request to enrol.
    public init(token: String, publicKey: String, proof: String, facts: EndpointFacts) {
        self.token = token
        self.publicKey = publicKey
        self.proof = proof
        self.facts = facts
    }
}

/// The device is now an endpoint.
public struct EnrolResponse: Hashable, Sendable, Codable {
    /// Its identifier.
    public var endpoint: EndpointID
    /// The tenant that it belongs to.
    public var tenant: TenantID

    /// A device's new name.
    public init(endpoint: EndpointID, tenant: TenantID) {
        self.endpoint = endpoint
        self.tenant = tenant
    }
}

/// An agent asks for an access token with an assertion signed by its device key (RFC 7523's
/// pattern).
public struct AccessTokenRequest: Hashable, Sendable, Codable {
    /// A compact JWS (RFC 7515), `alg` EdDSA (RFC 8037): claims iss = sub = endpoint, aud = server
    /// fingerprint, iat, exp, jti.
    public var assertion: String

    /// A request for an access token.
    public init(assertion: String) {
        self.assertion = assertion
    }
}

/// An access token, to be sent as `Authorization: Bearer`.
public struct AccessTokenResponse: Hashable, Sendable, Codable {
    /// The token.
    public var accessToken: String
    /// For how many seconds it is good.
    public var expiresIn: Int64

    /// An access token.
    public init(accessToken: String, expiresIn: Int64) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
    }
}

/// "This is what I look like": digests only. The answer says what the server lacks.
public struct CheckInRequest: Hashable, Sendable, Codable {
    /// The SHA-256 of the inventory's canonical bytes, in hexadecimal; `nil` before the first scan.
    public var inventoryDigest: String?
    /// The SHA-256 of the posture, without what changes all the time (see `Posture.digestible`).
    public var postureDigest: String?
    /// When the scan behind the digests was taken.
    public var scannedAt: Timestamp?
    /// The agent's version.
    public var agentVersion: String
    /// The running boot.
    public var bootId: String
    /// Which probes pass of those that the last answer asked for; those that cannot be told are
    /// left out. `nil` when none were asked for.
    public var health: [String: Bool]?

    /// A check-in.
    public init(
        inventoryDigest: String?, postureDigest: String?, scannedAt: Timestamp?,
        agentVersion: String,
        bootId: String, health: [String: Bool]? = nil
    ) {
        self.health = health
        self.inventoryDigest = inventoryDigest
        self.postureDigest = postureDigest
        self.scannedAt = scannedAt
        self.agentVersion = agentVersion
        self.bootId = bootId
    }
}

/// The answer to a check-in.
public struct CheckInResponse: Hashable, Sendable, Codable {
    /// Whether the server wants a `ScanUpload`, and against which inventory a delta may be made.
    public var wantsScan: Bool
    /// The inventory digest that the server holds for this endpoint; a delta is made against it
    /// when the agent still knows it.
    public var knownInventoryDigest: String?
    /// Whether there is a job to collect.
    public var hasWork: Bool
    /// Whether the agent shall scan now, because a person asked for it.
    public var scanNow: Bool
    /// When to check in next, in seconds from now.
    public var nextCheckInSeconds: Int64
    /// How often to scan, in seconds.
    public var scanIntervalSeconds: Int64
    /// The server's clock, so that the agent can tell when its own is wrong.
    public var serverTime: Timestamp
    /// Changes whenever there are other signed documents for the endpoint: when it is not the one
    /// of the last `TrustResponse`, the agent fetches them. `nil` when the tenant has none.
    public var policyDigest: String?
    /// The evidence that the server asks the endpoint for, at most
    /// `EvidenceLimits.requestsAtOnce`: each is told again until its bundle has come. `nil` for none.
    public var evidenceRequests: [EvidenceRequest]?
    /// Probes that the endpoint is asked for because it waits in a rollout: its health is compared
    /// with that of endpoints that have the updates. `nil` for none.
    public var probes: [String]?

    /// The answer to a check-in.
    public init(
        wantsScan: Bool, knownInventoryDigest: String?, hasWork: Bool, scanNow: Bool,
        nextCheckInSeconds: Int64, scanIntervalSeconds: Int64, serverTime: Timestamp,
        policyDigest: String? = nil, evidenceRequests: [EvidenceRequest]? = nil,
        probes: [String]? = nil
    ) {
        self.probes = probes
        self.evidenceRequests = evidenceRequests
        self.policyDigest = policyDigest
        self.wantsScan = wantsScan
        self.knownInventoryDigest = knownInventoryDigest
        self.hasWork = hasWork
        self.scanNow = scanNow
        self.nextCheckInSeconds = nextCheckInSeconds
        self.scanIntervalSeconds = scanIntervalSeconds
        self.serverTime = serverTime
    }
}

/// A scan's content: the posture whole, the packages whole or as a delta.
public struct ScanUpload: Hashable, Sendable, Codable {
    /// When the scan was taken.
    public var scannedAt: Timestamp
    /// The digest of the inventory after this upload.
    public var inventoryDigest: String
    /// The posture's digest.
    public var postureDigest: String
    /// Everything but the packages.
    public var posture: Posture
    /// All packages; exactly one of `packages` and `delta` is there, or neither when the server
    /// holds the inventory already.
    public var packages: [Package]?
    /// What changed since `baseDigest`.
    public var delta: InventoryDelta?
    /// The inventory that the delta is made against.
    public var baseDigest: String?

    /// A scan's content.
    public init(
        scannedAt: Timestamp, inventoryDigest: String, postureDigest: String, posture: Posture,
        packages: [Package]? = nil, delta: InventoryDelta? = nil, baseDigest: String? = nil
    ) {
        self.scannedAt = scannedAt
        self.inventoryDigest = inventoryDigest
        self.postureDigest = postureDigest
        self.posture = posture
        self.packages = packages
        self.delta = delta
        self.baseDigest = baseDigest
    }
}

/// The answer to a scan upload.
public struct ScanUploadResponse: Hashable, Sendable, Codable {
    /// Whether the whole inventory must be sent, because the delta's base is not known (any more).
    public var wantsFullInventory: Bool

    /// The answer to a scan upload.
    public init(wantsFullInventory: Bool) {
        self.wantsFullInventory = wantsFullInventory
    }
}

/// An agent asks for work.
public struct WorkRequest: Hashable, Sendable, Codable {
    /// For how many seconds the server may hold the request open; at most `AgentWire.longestPoll`.
    public var waitSeconds: Int64

    /// A request for work.
    public init(waitSeconds: Int64) {
        self.waitSeconds = waitSeconds
    }
}

/// The answer to a request for work.
public struct WorkResponse: Hashable, Sendable, Codable {
    /// The job to carry out; `nil` when there is none.
    public var order: JobOrder?
    /// Whether to scan now, because a person asked for it.
    public var scanNow: Bool
    /// With an order what `CheckInResponse.policyDigest` tells: what was signed since the last
    /// check-in, a hold above all, counts for it. `nil` without an order, and from former servers.
    public var policyDigest: String?

    /// The answer to a request for work.
    public init(order: JobOrder?, scanNow: Bool = false, policyDigest: String? = nil) {
        self.order = order
        self.scanNow = scanNow
        self.policyDigest = policyDigest
    }
}

/// What an endpoint is asked to do: install exactly these versions, from the sources that it
/// already trusts.
public struct JobOrder: Hashable, Sendable, Codable {
    /// The job.
    public var job: JobID
    /// The deployment that it is part of.
    public var deployment: DeploymentID
    /// The endpoint that it is for; an agent refuses an order for another.
    public var endpoint: EndpointID
    /// The lock list.
    public var updates: [LockedUpdate]
    /// When the order was handed out, by the server's clock.
    public var issuedAt: Timestamp
    /// After this instant nothing of it may be started.
    public var deadline: Timestamp
    /// What follows the installation: the reboot and the probes; `nil` when nothing does.
    public var aftercare: Aftercare?
    /// The signed approval, a DSSE envelope's JSON: an endpoint that holds signed policies carries
    /// out nothing without one.
    public var grant: String?
    /// How long the server takes it to need, in seconds, by what such orders have taken: an agent
    /// that knows of more goes by its own. `nil` where the server does not know.
    public var expectedSeconds: Int64?
    /// Whether what the order mends demands that evidence is taken before; `nil` when nothing does,
    /// and from former servers.
    public var evidence: EvidenceDemand?

    /// The most updates in one order: a release upgrade of a large server has about 3,000.
    public static let maximumUpdates = 10_000

    /// An order.
    public init(
        job: JobID, deployment: DeploymentID, endpoint: EndpointID, updates: [LockedUpdate],
        issuedAt: Timestamp, deadline: Timestamp, aftercare: Aftercare? = nil,
        grant: String? = nil, expectedSeconds: Int64? = nil, evidence: EvidenceDemand? = nil
    ) {
        self.evidence = evidence
        self.expectedSeconds = expectedSeconds
        self.grant = grant
        self.job = job
        self.deployment = deployment
        self.endpoint = endpoint
        self.updates = updates
        self.issuedAt = issuedAt
        self.deadline = deadline
        self.aftercare = aftercare
    }
}

/// A piece of a job's log.
public struct LogChunk: Hashable, Sendable, Codable {
    /// Where the piece begins in the whole log, in bytes: a piece that the server has already is
    /// not stored again.
    public var offset: Int64
    /// The piece, as text; bytes that are not UTF-8 are replaced.
    public var text: String
    /// How many bytes of the log the piece stands for.
    public var length: Int64

    /// A piece of a log.
    public init(offset: Int64, text: String, length: Int64) {
        self.offset = offset
        self.text = text
        self.length = length
    }
}

/// The answer to progress, log and result.
public struct JobReportResponse: Hashable, Sendable, Codable {
    /// Whether the job has been called off: an agent that has not begun to install stops; one that
    /// has, goes on to the end.
    public var cancel: Bool

    /// The answer to a report.
    public init(cancel: Bool) {
        self.cancel = cancel
    }
}

/// The body of every answer that is not a success, for agents, programs and the dashboard alike.
public struct ProblemBody: Hashable, Sendable, Codable, Error {
    /// A stable code such as `E_TOKEN_EXPIRED`.
    public var code: String
    /// What happened, in one sentence.
    public var message: String
    /// What to do about it, in one sentence.
    public var nextStep: String

    /// A problem.
    public init(code: String, message: String, nextStep: String) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
    }
}
