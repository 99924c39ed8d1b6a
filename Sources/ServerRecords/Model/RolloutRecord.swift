public import Fleet
public import Policy
public import Rollout

/// One version of one package that moves through rings.
public struct WaveLine: Hashable, Comparable, Sendable, Codable {
    /// The package.
    public var key: PackageKey
    /// Exactly this version.
    public var version: String

    /// A line.
    public init(key: PackageKey, version: String) {
        self.key = key
        self.version = version
    }

    /// The line of a lock list.
    public init(_ update: LockedUpdate) {
        self.init(key: update.key, version: update.to)
    }

    /// By package, then by the text of the version.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.key, lhs.version) < (rhs.key, rhs.version)
    }
}

/// A line that a rollout leaves out since it has been denied.
public struct LeftOut: Hashable, Sendable, Codable {
    /// What is left out.
    public var line: WaveLine
    /// The warning that says so.
    public var warning: String

    /// A line that is left out.
    public init(line: WaveLine, warning: String) {
        self.line = line
        self.warning = warning
    }
}

/// A deployment that moves through rings, as the store keeps it: what moves, by whose rules, and
/// how far it has come.
public struct RolloutRecord: Hashable, Sendable, Codable {
    /// The tenant of all its endpoints.
    public let tenant: TenantID
    /// Its deployment.
    public let deployment: DeploymentID
    /// The policy whose rings it goes through.
    public let policy: PolicyName
    /// That policy's version when it was opened: a later one does not change what is under way.
    public let policyVersion: Int
    /// The lane.
    public let lane: Lane
    /// When it was opened.
    public let openedAt: Timestamp
    /// Whether a policy opened it; if not, a person chose what moves.
    public let isAutomatic: Bool
    /// What moves, in order. Each endpoint installs what it misses of it, and nothing else.
    public let lines: [WaveLine]
    /// For how many seconds each order may be open.
    public let orderSeconds: Int64
    /// What follows each installation; `nil` when nothing does.
    public let aftercare: Aftercare?
    /// What was odd about the plan when it was opened, and what was left out on the way, in
    /// sentences.
    public var warnings: [String]
    /// What was left out on the way because it had been denied, with the warning that says so; `nil`
    /// for nothing.
    public var leftOut: [LeftOut]?
    /// Why it was called off before its end, in one sentence; `nil` when it was not, or a person
    /// did.
    public var endedBecause: String?
    /// How far it has come.
    public var rollout: RingRollout
    /// When time next changes something; `nil` when only events do.
    public var wakeAt: Timestamp?

    /// A rollout that is about to be opened.
    public init(
        tenant: TenantID, deployment: DeploymentID, policy: PolicyName, policyVersion: Int,
        lane: Lane, openedAt: Timestamp, isAutomatic: Bool, lines: [WaveLine],
        orderSeconds: Int64, aftercare: Aftercare? = nil, warnings: [String] = [],
        rollout: RingRollout,
        wakeAt: Timestamp? = nil
    ) {
        self.tenant = tenant
        self.deployment = deployment
        self.policy = policy
        self.policyVersion = policyVersion
        self.lane = lane
        self.openedAt = openedAt
        self.isAutomatic = isAutomatic
        self.lines = Set(lines).sorted()
        self.orderSeconds = orderSeconds
        self.aftercare = aftercare
        self.warnings = warnings
        self.rollout = rollout
        self.wakeAt = wakeAt
    }

    /// Where it stands, in the words of the store.
    public var standing: RolloutState { RolloutState(rollout.state) }
    /// The policy's name as text.
    public var policyText: String { policy.text }
    /// The lane's name as text.
    public var laneText: String { lane.rawValue }
    /// Whether something can still happen to it.
    public var isOpen: Bool { !rollout.state.isTerminal }

    /// Whether a policy has opened it that is not among those that hold: then nobody stands for
    /// what it brings.
    public func hasLostPolicy(among holding: Set<PolicyName>) -> Bool {
        isAutomatic && !holding.contains(policy)
    }
}

/// Which rollout.
public struct RolloutKey: Hashable, Sendable {
    /// Its tenant.
    public var tenant: TenantID
    /// Its deployment.
    public var deployment: DeploymentID

    /// A rollout's key.
    public init(tenant: TenantID, deployment: DeploymentID) {
        self.tenant = tenant
        self.deployment = deployment
    }
}

/// Something that happened to a rollout and that it has not been told yet.
public struct PostedRolloutEvent: Hashable, Sendable {
    /// What happened.
    public var event: RolloutEvent
    /// When.
    public var at: Timestamp

    /// Something that happened.
    public init(event: RolloutEvent, at: Timestamp) {
        self.event = event
        self.at = at
    }
}

/// When a version was first seen in a tenant.
public struct FirstSeenVersion: Hashable, Sendable, Codable {
    /// The package manager.
    public var manager: PackageManagerName
    /// The package.
    public var package: String
    /// Where it comes from, such as `Debian-Security:12/stable-security`.
    public var origin: String
    /// The version.
    public var version: String
    /// When an endpoint of the tenant first reported it as missing.
    public var firstSeenAt: Timestamp

    /// A version and its first time.
    public init(
        manager: PackageManagerName, package: String, origin: String, version: String,
        firstSeenAt: Timestamp
    ) {
        self.manager = manager
        self.package = package
        self.origin = origin
        self.version = version
        self.firstSeenAt = firstSeenAt
    }
}

/// A version that nobody of a tenant gets until a person unblocks it.
public struct BlockedVersion: Hashable, Sendable, Codable {
    /// Whose endpoints do not get it.
    public var tenant: TenantID
    /// The package manager.
    public var manager: PackageManagerName
    /// The package.
    public var package: String
    /// The version.
    public var version: String
    /// The deployment in which it went wrong; `nil` when a person blocked it.
    public var deployment: DeploymentID?
    /// Why, in one sentence.
    public var reason: String
    /// Who blocked it: a person, or the rollout.
    public var by: String
    /// When.
    public var at: Timestamp

    /// A blocked version.
    public init(
        tenant: TenantID, manager: PackageManagerName, package: String, version: String,
        deployment: DeploymentID?, reason: String, by: String, at: Timestamp
    ) {
        self.tenant = tenant
        self.manager = manager
        self.package = package
        self.version = version
        self.deployment = deployment
        self.reason = reason
        self.by = by
        self.at = at
    }
}
