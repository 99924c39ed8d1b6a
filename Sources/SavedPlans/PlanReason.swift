public import Fleet

/// Why something went otherwise than a plan foresaw: a fact that is on record.
public struct PlanReason: Hashable, Sendable, Codable {
    /// The kinds of facts.
    public enum Code: String, Hashable, Sendable, Codable, CaseIterable {
        /// What is decided about the update now.
        case decision
        /// Its order ended without trying it.
        case orderEnded
        /// An earlier try failed.
        case retried
        /// The version was first seen after the plan had been saved.
        case seenAfter
        /// The planned version is blocked.
        case blocked
        /// The endpoint enrolled after the plan had been saved.
        case endpointJoined
        /// The endpoint has been retired.
        case endpointRetired
        /// A person approved it after the plan had been saved.
        case approvedAfter
        /// A person ordered it.
        case orderedByPerson
        /// It had been ordered before the plan was saved.
        case orderedBefore
        /// The policy that ordered it was changed after the plan had been saved.
        case policyChanged
        /// The plan had it waiting.
        case wasWaiting
        /// Another version was put in its place later.
        case changedLater
        /// Nothing on record says why.
        case unknown
    }

    /// What kind of fact it is.
    public var code: Code
    /// The fact, for people.
    public var sentence: String

    /// A reason.
    public init(_ code: Code, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    /// Nothing on record says why.
    static let unknown = PlanReason(.unknown, "Nothing on record says why.")
}

/// What is on record around a plan, besides its runs.
public struct PlanEvidence: Sendable {
    /// What is decided about an update that is still missing.
    public struct Missing: Hashable, Sendable {
        /// The version that is missing.
        public var version: String
        /// What is decided about it.
        public var sentence: String

        /// A missing update.
        public init(version: String, sentence: String) {
            self.version = version
            self.sentence = sentence
        }
    }

    /// A version of a package.
    public struct Version: Hashable, Sendable {
        /// The package manager.
        public var manager: PackageManagerName
        /// The package.
        public var name: String
        /// The version.
        public var version: String

        /// A version of a package.
        public init(_ package: PackageKey, _ version: String) {
            self.init(manager: package.manager, name: package.name, version: version)
        }

        /// A version of a package.
        public init(manager: PackageManagerName, name: String, version: String) {
            self.manager = manager
            self.name = name
            self.version = version
        }
    }

    /// Something that happened at an instant.
    public struct Fact: Hashable, Sendable {
        /// When.
        public var at: Timestamp
        /// What, for people.
        public var sentence: String

        /// Something that happened.
        public init(at: Timestamp, sentence: String) {
            self.at = at
            self.sentence = sentence
        }
    }

    /// What planned endpoints still miss.
    public var missing: [PlanLine: Missing] = [:]
    /// What they have of what they do not miss.
    public var installed: [PlanLine: String] = [:]
    /// When endpoints enrolled, by their identifiers.
    public var enrolledAt: [String: Timestamp] = [:]
    /// When endpoints were retired.
    public var retiredAt: [String: Timestamp] = [:]
    /// When versions were first seen in the tenant.
    public var firstSeen: [Version: Timestamp] = [:]
    /// The versions that nobody gets, with who blocked them, when and why.
    public var blocked: [Version: Fact] = [:]
    /// The changes of policies since the plan was saved, by the policy's name.
    public var policyChanges: [String: [Fact]] = [:]
    /// The approvals by hand since the plan was saved.
    public var approvals: [PlanLine: [Fact]] = [:]

    /// Nothing on record.
    public init() {}
}
