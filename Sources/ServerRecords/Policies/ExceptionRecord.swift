public import Fleet
public import Policy
public import Versions

/// A risk that somebody asks to accept, as the store keeps it.
public struct ExceptionRecord: Hashable, Sendable, Codable {
    /// Where it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// It waits for somebody else to agree, and changes nothing.
        case requested
        /// It holds from its start to its expiry.
        case approved
        /// It was turned down, or ended before its time.
        case ended
    }

    /// Its identifier.
    public let id: ExceptionID
    /// Where it holds.
    public let place: PolicyPlace
    /// Where it stands.
    public var state: State
    /// Its name, for records.
    public var name: String
    /// Who answers for it.
    public var owner: String
    /// Why the updates are not installed.
    public var reason: String
    /// What protects the endpoints meanwhile.
    public var compensatingControl: String
    /// Packages, by name or source package; `nil` for any.
    public var package: Glob?
    /// Bounds of the versions that are not installed; `nil` for any.
    public var versions: VersionBounds?
    /// Vulnerabilities, by CVE number; empty for whatever the packages' updates close.
    public var vulnerabilities: [String]
    /// Endpoints of the place; `nil` for all.
    public var endpoints: GroupExpression?
    /// From when.
    public var startsAt: Timestamp
    /// Until when.
    public var expiresAt: Timestamp
    /// Who asked for it, as the audit log names people.
    public var requestedBy: String
    /// When.
    public var requestedAt: Timestamp
    /// Who agreed; another than who asked.
    public var approvedBy: String?
    /// When.
    public var approvedAt: Timestamp?
    /// Who ended it.
    public var endedBy: String?
    /// When.
    public var endedAt: Timestamp?

    /// A request.
    public init(
        id: ExceptionID, place: PolicyPlace, state: State = .requested, name: String,
        owner: String, reason: String, compensatingControl: String, package: Glob?,
        versions: VersionBounds? = nil, vulnerabilities: [String], endpoints: GroupExpression?,
        startsAt: Timestamp,
        expiresAt: Timestamp, requestedBy: String, requestedAt: Timestamp
    ) {
        self.id = id
        self.place = place
        self.state = state
        self.name = name
        self.owner = owner
        self.reason = reason
        self.compensatingControl = compensatingControl
        self.package = package
        self.versions = versions
        self.vulnerabilities = vulnerabilities
        self.endpoints = endpoints
        self.startsAt = startsAt
        self.expiresAt = expiresAt
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
    }

    /// The exception that it is, or would be when `approver` agreed, for the endpoints of its
    /// place only.
    ///
    /// - Throws: `RiskExceptionError` when there cannot be such an exception.
    package func exception(approver: String, _ names: DirectoryNames) throws(RiskExceptionError)
        -> RiskException
    {
        let conditions = [endpoints, place.condition(names)].compactMap(\.self)
        return try RiskException(
            name: name,
            papers: RiskException.Papers(
                owner: owner, reason: reason, compensatingControl: compensatingControl,
                approver: approver),
            startsAt: startsAt, expiresAt: expiresAt, package: package,
            versions: versions, vulnerabilities: Set(vulnerabilities),
            endpoints: conditions.isEmpty
                ? nil : conditions.reduce(.always) { $0.narrowed(to: $1) })
    }

    /// Whether it keeps updates from being installed at an instant.
    public func isActive(at now: Timestamp) -> Bool {
        state == .approved && startsAt <= now && now < expiresAt
    }
}
