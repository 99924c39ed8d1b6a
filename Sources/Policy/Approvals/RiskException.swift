public import Fleet
public import Versions

/// A risk that somebody has accepted until a date: the updates are not installed so long. It always
/// ends; an ended one is reported, and never applied.
public struct RiskException: Hashable, Sendable, Codable {
    /// Its name, for records.
    public let name: String
    /// Who answers for it.
    public let owner: String
    /// Why the updates are not installed.
    public let reason: String
    /// What protects the endpoints meanwhile.
    public let compensatingControl: String
    /// Who has agreed, and is not the owner.
    public let approver: String
    /// From when.
    public let startsAt: Timestamp
    /// Until when; at that instant it has ended.
    public let expiresAt: Timestamp
    /// Packages, by name or source package; `nil` for any.
    public let package: Glob?
    /// Bounds of the versions that are not installed; `nil` for any.
    public let versions: VersionBounds?
    /// Vulnerabilities; empty for whatever the packages' updates close.
    public let vulnerabilities: Set<String>
    /// Endpoints; `nil` for all.
    public let endpoints: GroupExpression?

    /// The longest that a risk can be accepted at once, in days: a year, then somebody must look
    /// again.
    public static let maximumDays: Int64 = 366

    /// What the records say of an exception.
    public struct Papers: Hashable, Sendable, Codable {
        /// Who answers for it.
        public var owner: String
        /// Why the updates are not installed.
        public var reason: String
        /// What protects the endpoints meanwhile.
        public var compensatingControl: String
        /// Who has agreed.
        public var approver: String

        /// Papers.
        public init(owner: String, reason: String, compensatingControl: String, approver: String) {
            self.owner = owner
            self.reason = reason
            self.compensatingControl = compensatingControl
            self.approver = approver
        }
    }

    /// A name without what does not tell people apart: blanks around it, and upper and lower case.
    private static func person(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// An accepted risk.
    ///
    /// - Throws: `RiskExceptionError` when a paper is missing, the owner approves, the time is
    ///   wrong, or it would cover everything everywhere.
    public init(
        name: String, papers: Papers, startsAt: Timestamp, expiresAt: Timestamp,
        package: Glob? = nil, versions: VersionBounds? = nil, vulnerabilities: Set<String> = [],
        endpoints: GroupExpression? = nil
    ) throws(RiskExceptionError) {
        let texts = [
            name, papers.owner, papers.reason, papers.compensatingControl, papers.approver,
        ]
        guard texts.allSatisfy({ $0.contains { !$0.isWhitespace } }) else {
            throw .missingPaper
        }
        guard Self.person(papers.owner) != Self.person(papers.approver) else {
            throw .ownerApproves
        }
        guard startsAt < expiresAt,
            expiresAt <= startsAt.adding(seconds: Self.maximumDays * 86_400)
        else { throw .wrongTime }
        guard package != nil || !vulnerabilities.isEmpty else { throw .coversEverything }
        self.name = name
        owner = papers.owner
        reason = papers.reason
        compensatingControl = papers.compensatingControl
        approver = papers.approver
        self.startsAt = startsAt
        self.expiresAt = expiresAt
        self.package = package
        self.versions = versions
        self.vulnerabilities = Set(vulnerabilities.map { $0.uppercased() })
        self.endpoints = endpoints
    }

    /// Reads an exception; one that could not have been made is refused.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let papers = Papers(
            owner: try values.decode(String.self, forKey: .owner),
            reason: try values.decode(String.self, forKey: .reason),
            compensatingControl: try values.decode(String.self, forKey: .compensatingControl),
            approver: try values.decode(String.self, forKey: .approver))
        try self.init(
            name: try values.decode(String.self, forKey: .name), papers: papers,
            startsAt: try values.decode(Timestamp.self, forKey: .startsAt),
            expiresAt: try values.decode(Timestamp.self, forKey: .expiresAt),
            package: try values.decodeIfPresent(Glob.self, forKey: .package),
            versions: try values.decodeIfPresent(VersionBounds.self, forKey: .versions),
            vulnerabilities: try values.decode(Set<String>.self, forKey: .vulnerabilities),
            endpoints: try values.decodeIfPresent(GroupExpression.self, forKey: .endpoints))
    }

    /// Whether it holds at an instant.
    public func isActive(at now: Timestamp) -> Bool { startsAt <= now && now < expiresAt }

    /// Whether it holds for an endpoint. Where that is not known it does not: an exception takes
    /// protection away.
    public func concerns(_ endpoint: EndpointSubject, at now: Timestamp) -> Bool {
        endpoints.map { $0.evaluate(endpoint, at: now) == .yes } ?? true
    }

    /// Whether the update's package and version are among those that it names.
    package func namesPackage(of subject: UpdateSubject) -> Bool {
        UpdateSelector(package: package, versions: versions).matches(subject)
    }
}

/// Why there cannot be such an exception.
public enum RiskExceptionError: String, Error, Hashable, Sendable, CaseIterable {
    /// Name, owner, reason, compensating control or approver is empty.
    case missingPaper
    /// Nobody may accept a risk alone.
    case ownerApproves
    /// It ends before it begins, or lasts longer than a year.
    case wrongTime
    /// It names neither a package nor a vulnerability.
    case coversEverything

    /// What is wrong, and what to do.
    public var sentence: String {
        switch self {
        case .missingPaper:
            "An exception needs a name, an owner, a reason, a compensating control and an approver."
        case .ownerApproves: "The owner cannot approve the exception; ask somebody else."
        case .wrongTime:
            "An exception ends after it begins, and lasts \(RiskException.maximumDays) days at most."
        case .coversEverything: "An exception names a package or a vulnerability."
        }
    }
}

/// The accepted risk that keeps one update from being installed.
struct AcceptedRisk {
    /// The exception to name: that which ends first.
    let exception: RiskException

    /// The risk accepted for an update; `nil` unless active exceptions cover all of it: by its
    /// package, or else every one of the vulnerabilities that it is known to close. The order of
    /// the exceptions plays no part.
    init?(_ exceptions: [RiskException], for subject: UpdateSubject, at now: Timestamp) {
        var accepted: [RiskException] = []
        var covered: Set<String> = []
        var isCovered = false
        for exception in exceptions
        where exception.isActive(at: now) && exception.namesPackage(of: subject) {
            if exception.vulnerabilities.isEmpty { isCovered = true }
            covered.formUnion(exception.vulnerabilities)
            accepted.append(exception)
        }
        if !isCovered {
            guard let closes = subject.vulnerabilities, !closes.isEmpty else { return nil }
            let wanted = closes.map { $0.uppercased() }
            guard wanted.allSatisfy(covered.contains) else { return nil }
            accepted.removeAll { $0.vulnerabilities.isDisjoint(with: wanted) }
        } else {
            accepted.removeAll { !$0.vulnerabilities.isEmpty }
        }
        // The cover is whole until the first of them ends.
        let first = accepted.min { ($0.expiresAt, $0.name) < ($1.expiresAt, $1.name) }
        guard let first else { return nil }
        exception = first
    }
}
