public import Fleet
public import Policy

/// Updates that somebody asks to be approved, and where.
public struct RequestedUpdates: Hashable, Sendable, Codable {
    /// The package's name or source package, or a pattern with `*` and `?`.
    public var package: String?
    /// The missing version.
    public var version: String?
    /// A vulnerability that the update closes.
    public var vulnerability: String?
    /// The level; that of the tenant unless given.
    public var level: PolicyLevel?
    /// The site's identifier, the group's name or the endpoint's identifier.
    public var place: String?
    /// The endpoints that are meant; all of the place unless given.
    public var endpoints: [EndpointID]?

    /// Updates that are asked for.
    public init(
        package: String? = nil, version: String? = nil, vulnerability: String? = nil,
        level: PolicyLevel? = nil, place: String? = nil, endpoints: [EndpointID]? = nil
    ) {
        self.package = package
        self.version = version
        self.vulnerability = vulnerability
        self.level = level
        self.place = place
        self.endpoints = endpoints
    }
}

/// What somebody asks for who may not decide it: updates to be approved, or a run to be released.
/// It changes nothing until somebody else grants it.
public struct RequestRecord: Hashable, Sendable, Codable {
    /// How it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nobody has answered.
        case waiting
        /// Somebody else has granted it.
        case granted
        /// Somebody has refused it.
        case refused
        /// Who asked has taken it back.
        case withdrawn
    }

    /// Its identifier.
    public let id: RequestID
    /// The tenant whose endpoints it is about.
    public let tenant: TenantID
    /// The updates that are to be approved; `nil` when a run is asked for.
    public let updates: RequestedUpdates?
    /// The run that is to be released; `nil` when updates are asked for.
    public let run: DeploymentSelection?
    /// What is asked for, as a sentence.
    public let sentence: String
    /// Why.
    public let reason: String
    /// Who asked.
    public let requestedBy: String
    /// When.
    public let requestedAt: Timestamp
    /// How it stands.
    public var state: State
    /// Who has answered.
    public var answeredBy: String?
    /// When.
    public var answeredAt: Timestamp?
    /// What was said in the answer.
    public var answer: String?
    /// The approval or deployment that came of it.
    public var outcome: String?

    /// For how long a granted request is being carried out at most, in seconds; one that has come to
    /// nothing then, because the server stopped meanwhile, can be answered again.
    public static let longestGrantSeconds: Int64 = 300

    /// Whether it was granted and nothing has come of it.
    public func isUnfinished(at now: Timestamp) -> Bool {
        guard state == .granted, outcome == nil, let answeredAt else { return false }
        return answeredAt.adding(seconds: Self.longestGrantSeconds) <= now
    }

    /// A request that nobody has answered.
    public init(
        id: RequestID, tenant: TenantID, updates: RequestedUpdates?, run: DeploymentSelection?,
        sentence: String, reason: String, requestedBy: String, requestedAt: Timestamp
    ) {
        self.id = id
        self.tenant = tenant
        self.updates = updates
        self.run = run
        self.sentence = sentence
        self.reason = reason
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
        state = .waiting
    }
}
