public import Fleet
public import Policy

/// What a rollout sets out to do: who comes when, what must hold before the next ring, and how many
/// may be in work at once. It does not change while the rollout runs, except that endpoints join.
public struct RolloutPlan: Hashable, Sendable, Codable {
    /// The rings, in order; every endpoint is in at most one.
    public let rings: [RolloutRing]
    /// The lane. The emergency lane keeps canaries, gates and budgets, and skips the soak.
    public let lane: Lane
    /// Pairs and clusters of which never two members are down together.
    public let clusters: [EndpointCluster]
    /// What is installed, line by line; `nil` when the first ring finds it out and later rings
    /// install exactly what it found.
    public let lockList: [LockedPackage]?
    /// When the update is due, if a clock runs.
    public let dueAt: Timestamp?
    /// The shortest soak that may be left of a longer one so that the due date is met; `nil` when
    /// the policy does not allow soaks to be shortened.
    public let shortestSoak: TimeSpan?
    /// Whether the policy probes endpoints after patching; if not, shares of healthy endpoints do
    /// not count in gates.
    public let hasProbes: Bool

    /// A plan. An endpoint that stands in several rings stays in the first of them.
    public init(
        rings: [RolloutRing], lane: Lane = .routine, clusters: [EndpointCluster] = [],
        lockList: [LockedPackage]? = nil, dueAt: Timestamp? = nil, shortestSoak: TimeSpan? = nil,
        hasProbes: Bool = true
    ) {
        var seen: Set<EndpointID> = []
        self.rings = rings.map { ring in
            var ring = ring
            ring.members = ring.members.sorted { $0.endpoint < $1.endpoint }
                .filter { seen.insert($0.endpoint).inserted }
            return ring
        }
        self.lane = lane
        self.clusters = clusters
        self.lockList = lockList
        self.dueAt = dueAt
        self.shortestSoak = shortestSoak
        self.hasProbes = hasProbes
    }

    /// How long a ring is watched by the policy, before any shortening, in seconds.
    func soakSeconds(of ring: Int) -> Int64 {
        lane == .emergency ? 0 : rings[ring].soak.seconds
    }

    /// For how long a ring soaks at least, in seconds: where the policy allows it, a soak is
    /// shortened for a due date.
    public func leastSoakSeconds(of ring: Int) -> Int64 {
        let wanted = soakSeconds(of: ring)
        return dueAt == nil ? wanted : min(wanted, shortestSoak?.seconds ?? wanted)
    }
}

/// One ring of a plan, its members resolved.
public struct RolloutRing: Hashable, Sendable, Codable {
    /// The ring's name.
    public var name: PolicyName
    /// Who is in it.
    public var members: [RolloutMember]
    /// How long it is watched once its required share is reached.
    public var soak: TimeSpan
    /// What must hold before the next ring opens; `nil` when all members that can be reached must
    /// have ended and at least one must be verified.
    public var gate: RingGate?
    /// How many members may be in work or down at once; `nil` for no limit.
    public var budget: DisruptionBudget?

    /// A ring.
    public init(
        name: PolicyName, members: [RolloutMember], soak: TimeSpan = .hours(0),
        gate: RingGate? = nil, budget: DisruptionBudget? = nil
    ) {
        self.name = name
        self.members = members
        self.soak = soak
        self.gate = gate
        self.budget = budget
    }
}

/// An endpoint in a ring.
public struct RolloutMember: Hashable, Sendable, Codable {
    /// Which endpoint.
    public var endpoint: EndpointID
    /// Its site's name, in which budgets per site are counted; empty for none.
    public var site: String
    /// The ring that it belongs to by the policy, where it goes with an earlier one. Its approval
    /// names this ring: the endpoint finds its own by itself, and takes no other.
    public var ownRing: PolicyName?

    /// A member.
    public init(endpoint: EndpointID, site: String = "", ownRing: PolicyName? = nil) {
        self.endpoint = endpoint
        self.site = site
        self.ownRing = ownRing
    }
}

/// Endpoints that stand in for one another, such as the two halves of a database pair: never two of
/// them are down together.
public struct EndpointCluster: Hashable, Sendable, Codable {
    /// A name for people.
    public var name: String
    /// Who belongs to it.
    public var members: Set<EndpointID>

    /// A cluster.
    public init(name: String, members: Set<EndpointID>) {
        self.name = name
        self.members = members
    }
}

/// One line of a rollout's lock list: this package in exactly this version, from exactly this file.
public struct LockedPackage: Hashable, Sendable, Codable {
    /// Which package.
    public var key: PackageKey
    /// Which version.
    public var version: String
    /// The SHA-256 of the package's file, in lower-case hexadecimal digits.
    public var sha256: String
    /// The system that it was found on, such as `debian 12`: others may have another file of the
    /// same version. `nil` where it is the same for all.
    public var platform: String?

    /// A line.
    public init(key: PackageKey, version: String, sha256: String, platform: String? = nil) {
        self.key = key
        self.version = version
        self.sha256 = sha256
        self.platform = platform
    }

    /// Whether another line speaks of the same package, version and system.
    func meets(_ other: LockedPackage) -> Bool {
        key == other.key && version == other.version && platform == other.platform
    }
}
