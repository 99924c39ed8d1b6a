public import Fleet
public import Trust

/// Signed documents, what waits for signatures, and what endpoints say that they hold.
public protocol TrustRecords {
    /// The newest version of a document; `nil` when there is none.
    func newestDocument(_ type: String, named name: String, of scope: DocumentScope) throws
        -> StoredDocument?
    /// Every version of every document of a kind and scope, by name and version.
    func documents(_ type: String, of scope: DocumentScope) throws -> [StoredDocument]
    /// The signed grants of a deployment, newest first.
    func grants(of deployment: DeploymentID, tenant: TenantID) throws -> [StoredDocument]
    /// Stores a signed document. With `replacing`, its older versions are forgotten.
    func save(_ document: StoredDocument, replacing: Bool) throws
    /// What waits for signatures in scope, oldest first.
    func unsignedDocuments(in scope: Scope) throws -> [UnsignedDocument]
    /// Stores what waits for signatures in the place of an earlier one of the same name; `nil`
    /// takes it away.
    func setUnsigned(
        _ document: UnsignedDocument?, type: String, name: String, of scope: DocumentScope) throws
    /// Stores what an endpoint says that it holds.
    func save(_ report: TrustReport) throws
    /// What the endpoints of a scope say that they hold; of one endpoint only when it is named.
    func trustReports(in scope: Scope, endpoint: EndpointID?) throws -> [TrustReport]
}

/// A signed document as it is stored.
public struct StoredDocument: Hashable, Sendable {
    /// Whose endpoints it is for.
    public var scope: DocumentScope
    /// The kind of document, such as `policy`.
    public var type: String
    /// Its name.
    public var name: String
    /// Its version.
    public var version: Int
    /// The deployment that a grant is for.
    public var deployment: DeploymentID?
    /// The SHA-256 of its payload in hexadecimal.
    public var digest: String
    /// When it was issued.
    public var issuedAt: Timestamp
    /// When it ends.
    public var expiresAt: Timestamp
    /// The DSSE envelope's JSON.
    public var envelope: [UInt8]
    /// Whether two different keys must sign it, whatever the role's threshold.
    public var needsTwo: Bool

    /// A stored document.
    public init(
        scope: DocumentScope, type: String, name: String, version: Int,
        deployment: DeploymentID? = nil, digest: String, issuedAt: Timestamp, expiresAt: Timestamp,
        envelope: [UInt8], needsTwo: Bool = false
    ) {
        self.needsTwo = needsTwo
        self.scope = scope
        self.type = type
        self.name = name
        self.version = version
        self.deployment = deployment
        self.digest = digest
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.envelope = envelope
    }
}

/// A document that waits for signatures; the envelope may hold some already.
public struct UnsignedDocument: Hashable, Sendable {
    /// The document.
    public var document: StoredDocument
    /// When it was asked for.
    public var askedAt: Timestamp
    /// Who asked for it, such as `user:anna`.
    public var askedBy: String
    /// What it is for, in one sentence.
    public var reason: String

    /// A document that waits.
    public init(
        _ document: StoredDocument, askedAt: Timestamp, askedBy: String, reason: String
    ) {
        self.document = document
        self.askedAt = askedAt
        self.askedBy = askedBy
        self.reason = reason
    }
}

/// What an endpoint says of the signed documents that it holds.
public struct TrustReport: Hashable, Sendable {
    /// The endpoint's tenant.
    public var tenant: TenantID
    /// The endpoint.
    public var endpoint: EndpointID
    /// When it said so, by the server's clock.
    public var reportedAt: Timestamp
    /// The version of the trust root that it holds.
    public var rootVersion: Int?
    /// The version of the policies that it holds.
    public var policyVersion: Int?
    /// Their digest.
    public var policyDigest: String?
    /// The code of what it refused last; `nil` when it took what it was offered.
    public var refusal: String?
    /// Why, in its words.
    public var sentence: String?

    /// What an endpoint says.
    public init(
        tenant: TenantID, endpoint: EndpointID, reportedAt: Timestamp, rootVersion: Int? = nil,
        policyVersion: Int? = nil, policyDigest: String? = nil, refusal: String? = nil,
        sentence: String? = nil
    ) {
        self.tenant = tenant
        self.endpoint = endpoint
        self.reportedAt = reportedAt
        self.rootVersion = rootVersion
        self.policyVersion = policyVersion
        self.policyDigest = policyDigest
        self.refusal = refusal
        self.sentence = sentence
    }
}
