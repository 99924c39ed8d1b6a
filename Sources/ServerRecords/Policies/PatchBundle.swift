public import Fleet
public import Policy

/// Which missing updates a bundle takes. All that is given must fit; of a list, one of its entries.
public struct BundleQuery: Hashable, Sendable, Codable {
    /// Patterns for the package's name or its source package's.
    public var packages: [String]?
    /// Patterns for where it comes from: the whole origin (`Debian-Security:12/*`), or what stands
    /// before its first colon, which names the vendor.
    public var origins: [String]?
    /// What it is for.
    public var classes: [UpdateClass]?
    /// As bad as this, or worse.
    public var severity: Severity?
    /// What it closes.
    public var vulnerabilities: [String]?
    /// Whether it must close something that is known to be exploited.
    public var knownExploited: Bool?
    /// Seen in the fleet for the first time at this instant or later.
    public var seenFrom: Timestamp?
    /// Seen in the fleet for the first time before this instant.
    public var seenBefore: Timestamp?

    /// A query.
    public init(
        packages: [String]? = nil, origins: [String]? = nil, classes: [UpdateClass]? = nil,
        severity: Severity? = nil, vulnerabilities: [String]? = nil, knownExploited: Bool? = nil,
        seenFrom: Timestamp? = nil, seenBefore: Timestamp? = nil
    ) {
        self.packages = packages
        self.origins = origins
        self.classes = classes
        self.severity = severity
        self.vulnerabilities = vulnerabilities
        self.knownExploited = knownExploited
        self.seenFrom = seenFrom
        self.seenBefore = seenBefore
    }

    /// Whether it asks for nothing, so that everything would fit.
    public var isEmpty: Bool {
        let lists = [packages, origins, classes?.map(\.rawValue), vulnerabilities]
        return lists.allSatisfy { ($0 ?? []).isEmpty } && severity == nil && seenFrom == nil
            && seenBefore == nil && knownExploited != true
    }

    /// The query in words, as they follow “updates”.
    public var words: String {
        func any(_ values: [String]?) -> String? {
            values.flatMap { $0.isEmpty ? nil : $0.joined(separator: " or ") }
        }
        let parts = [
            any(packages).map { "of the package \($0)" }, any(origins).map { "from \($0)" },
            any(classes?.map(\.rawValue)).map { "of the class \($0)" },
            severity.map {
                $0 == .critical ? "that are critical" : "that are \($0.rawValue) or worse"
            },
            any(vulnerabilities).map { "that close \($0)" },
            knownExploited == true ? "that close what is known to be exploited" : nil,
            seenFrom.map { "first seen from \($0.wholeSeconds) on" },
            seenBefore.map { "first seen before \($0.wholeSeconds)" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}

/// One line of a bundle: this package, in exactly this version.
public struct BundleLine: Hashable, Sendable, Codable {
    /// The package manager.
    public var manager: PackageManagerName
    /// The package's name.
    public var package: String
    /// Exactly this version.
    public var version: String
    /// The source package, where it is known.
    public var source: String?
    /// Where it came from when the bundle was made.
    public var origin: String
    /// What it is for.
    public var classes: [UpdateClass]
    /// How bad the worst is that it closes.
    public var severity: Severity
    /// What it closes, on whichever endpoint.
    public var vulnerabilities: [String]
    /// Whether one of them is known to be exploited.
    public var knownExploited: Bool

    /// A line.
    public init(
        manager: PackageManagerName, package: String, version: String, source: String? = nil,
        origin: String, classes: [UpdateClass], severity: Severity,
        vulnerabilities: [String] = [], knownExploited: Bool = false
    ) {
        self.manager = manager
        self.package = package
        self.version = version
        self.source = source
        self.origin = origin
        self.classes = classes
        self.severity = severity
        self.vulnerabilities = vulnerabilities
        self.knownExploited = knownExploited
    }
}

/// One version of a named bundle of updates: its content never changes; what is said of it and
/// where it has been brought to does.
public struct PatchBundle: Hashable, Sendable, Codable {
    /// How it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nobody has said anything.
        case proposed
        /// One person has approved it, and two are asked for.
        case awaitingSecondPerson
        /// It may be brought to endpoints.
        case approved
        /// It must not be installed.
        case declined
    }

    /// What somebody said of it.
    public struct Word: Hashable, Sendable, Codable {
        /// Whether it was approved; declined otherwise.
        public var isApproval: Bool
        /// Who said it.
        public var by: String
        /// The person behind that.
        public var person: String
        /// When.
        public var at: Timestamp
        /// Why; may be empty.
        public var reason: String
        /// What was stored with it for policies, one for each line; empty for none.
        public var approvals: [ApprovalID]
        /// Whether a later word has taken its place.
        public var isOver: Bool?

        /// A word.
        public init(
            isApproval: Bool, by: String, person: String, at: Timestamp, reason: String,
            approvals: [ApprovalID]
        ) {
            self.isApproval = isApproval
            self.by = by
            self.person = person
            self.at = at
            self.reason = reason
            self.approvals = approvals
        }
    }

    /// One step of its way: a deployment to a ring, a group, or all rings of a policy.
    public struct Promotion: Hashable, Sendable, Codable {
        /// The deployment.
        public var deployment: DeploymentID
        /// The policy by whose windows and rules it goes.
        public var policy: String
        /// The lane.
        public var lane: Lane
        /// The ring; `nil` for all of them.
        public var ring: String?
        /// The group; `nil` for whoever the policy is for.
        public var group: String?
        /// How many endpoints it went to.
        public var endpoints: Int
        /// Who brought it there.
        public var by: String
        /// When.
        public var at: Timestamp
        /// Whether the bundle's pause halted it.
        public var isPaused: Bool?
        /// The deployment that takes it back.
        public var takenBackBy: DeploymentID?
        /// Why it was not taken back, or not wholly.
        public var stays: String?

        /// A step.
        public init(
            deployment: DeploymentID, policy: String, lane: Lane, ring: String?, group: String?,
            endpoints: Int, by: String, at: Timestamp
        ) {
            self.deployment = deployment
            self.policy = policy
            self.lane = lane
            self.ring = ring
            self.group = group
            self.endpoints = endpoints
            self.by = by
            self.at = at
        }

        /// Where it went, as part of a sentence.
        public var place: String {
            switch (ring, group) {
            case (let ring?, let group?): "the ring \(ring) of \(policy) in the group \(group)"
            case (let ring?, nil): "the ring \(ring) of \(policy)"
            case (nil, let group?): "the group \(group)"
            case (nil, nil): "all rings of \(policy)"
            }
        }
    }

    /// The figures of its content.
    public struct Content: Hashable, Sendable, Codable {
        /// How many lines it has.
        public var lines: Int
        /// How many different packages.
        public var packages: Int
        /// How many vulnerabilities they close.
        public var vulnerabilities: Int
        /// How many of its lines close one that is known to be exploited.
        public var knownExploited: Int

        /// Figures.
        public init(lines: Int, packages: Int, vulnerabilities: Int, knownExploited: Int) {
            self.lines = lines
            self.packages = packages
            self.vulnerabilities = vulnerabilities
            self.knownExploited = knownExploited
        }
    }

    /// The identifier of this version.
    public let id: BundleID
    /// Whose endpoints it is for.
    public let tenant: TenantID
    /// The bundle's name, which all of its versions share.
    public let name: PolicyName
    /// Which version, from 1.
    public let version: Int
    /// How its content was found.
    public let query: BundleQuery
    /// The figures of its content.
    public let content: Content
    /// What whoever made it says.
    public let note: String
    /// How many different people must approve it: 1 or 2.
    public let approvers: Int
    /// Who made it.
    public let madeBy: String
    /// When.
    public let madeAt: Timestamp
    /// How it stands.
    public var state: State
    /// What was said of it, oldest first.
    public var words: [Word]
    /// Where it has been brought to, oldest first.
    public var promotions: [Promotion]
    /// Since when it is paused; `nil` while it is not.
    public var pausedAt: Timestamp?
    /// When it was rolled back; nothing brings it to anybody after that.
    public var rolledBackAt: Timestamp?

    /// A new version, of which nobody has said anything.
    public init(
        id: BundleID, tenant: TenantID, name: PolicyName, version: Int, query: BundleQuery,
        content: Content, note: String, approvers: Int, madeBy: String, madeAt: Timestamp
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.version = version
        self.query = query
        self.content = content
        self.note = note
        self.approvers = approvers
        self.madeBy = madeBy
        self.madeAt = madeAt
        state = .proposed
        words = []
        promotions = []
    }

    /// Its name with its version, such as `browsers@2`.
    public var title: String { "\(name)@\(version)" }
    /// The approvals that count now.
    public var standingApprovals: [Word] { words.filter { $0.isApproval && $0.isOver != true } }
}
