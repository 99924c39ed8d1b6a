public import Fleet
public import Policy

/// An approval that endpoints act upon: these exact versions, for these endpoints, at this time,
/// under this policy.
public struct Grant: RoleDocument {
    /// The kind of document.
    public static let type = "approval"
    /// Whose keys sign it.
    public static let role = TrustRole.approval
    /// It is never for all tenants at once.
    public static let isForOneTenant = true

    /// Which endpoints it is for: exactly one of the two is given.
    public struct Target: Hashable, Sendable, Codable {
        /// Endpoints by name, in order.
        public var endpoints: [EndpointID]?
        /// The endpoints that a condition holds for.
        public var group: GroupExpression?

        /// Endpoints by name.
        public static func endpoints(_ endpoints: [EndpointID]) -> Target {
            Target(endpoints: endpoints.sorted(), group: nil)
        }

        /// The endpoints that a condition holds for.
        public static func group(_ group: GroupExpression) -> Target {
            Target(endpoints: nil, group: group)
        }
    }

    /// One line of the lock list.
    public struct Update: Hashable, Sendable, Codable {
        /// The package.
        public var package: PackageKey
        /// The version to install, exactly.
        public var version: String
        /// The SHA-256 of the package's file in hexadecimal; `nil` where the package manager has
        /// none to compare.
        public var sha256: String?
        /// Whether the version is older than what is installed, and is to be installed all the
        /// same: only what is granted so ever goes back. `nil` for an update.
        public var goesBack: Bool?
        /// What must be installed, exactly, for the version to be put in its place: for packages
        /// whose versions have no order, so that a step back could not be told. `nil` for others.
        public var replaces: String?
        /// When the fix came out, where windows of the endpoints count from that: the endpoint finds
        /// its opening by it. `nil` elsewhere.
        public var released: Timestamp?
        /// The snapshot that the endpoint's whole root file system returns to, for a line that goes
        /// back that way: only what is granted so ever does. `nil` for others.
        public var returnsTo: SnapshotReturn?

        /// A line.
        public init(
            _ package: PackageKey, version: String, sha256: String? = nil, goesBack: Bool? = nil,
            replaces: String? = nil, released: Timestamp? = nil, returnsTo: SnapshotReturn? = nil
        ) {
            self.returnsTo = returnsTo
            self.released = released
            self.goesBack = goesBack
            self.replaces = replaces
            self.package = package
            self.version = version
            self.sha256 = sha256
        }
    }

    /// How far the deployment goes that the grant belongs to.
    public struct Reach: Hashable, Sendable, Codable {
        /// How many endpoints of the tenant it covers.
        public var endpoints: Int
        /// How many the tenant has.
        public var ofEndpoints: Int
        /// For how many tenants approvals were made within the hour before this one was, its own
        /// counted.
        public var tenantsInHour: Int

        /// A reach.
        public init(endpoints: Int, ofEndpoints: Int, tenantsInHour: Int = 1) {
            self.endpoints = endpoints
            self.ofEndpoints = ofEndpoints
            self.tenantsInHour = tenantsInHour
        }
    }

    /// Which endpoints it is for.
    public var target: Target
    /// Whose windows and rings the work goes through.
    public var lane: Lane
    /// The ring that it is for; `nil` where the lane has no rings.
    public var ring: PolicyName?
    /// The lock list, in the order of the packages.
    public var updates: [Update]
    /// No work begins before.
    public var notBefore: Timestamp
    /// No work begins at or after.
    public var notAfter: Timestamp
    /// Names this grant alone: an endpoint carries it out once, in so many tries. 32 lower-case
    /// hexadecimal digits.
    public var nonce: String
    /// The digest of the signed policies that it was made under.
    public var policyDigest: String
    /// How far it goes.
    public var reach: Reach
    /// How many jobs may carry it out on an endpoint, one after the other, until one of them has
    /// done all of it; `nil`, as in approvals of former releases, for one.
    public var tries: Int?

    /// The most lines of a lock list: a release upgrade of a large server has about 3,000.
    public static let maximumUpdates = 4_000
    /// The most endpoints by name: more are a group.
    public static let maximumEndpoints = 10_000
    /// The longest name or version, in bytes: the longest in Debian have about 60.
    static let maximumTextBytes = 255
    /// The most tries: as many as a rollout makes by itself while the cause stays the same.
    public static let maximumTries = 3
    /// How many digits a nonce has: 128 random bits never meet again.
    static let nonceDigits = 32

    /// A grant; `fault` says whether it makes sense.
    public init(
        target: Target, lane: Lane, ring: PolicyName? = nil, updates: [Update],
        notBefore: Timestamp, notAfter: Timestamp, nonce: String, policyDigest: String,
        reach: Reach, tries: Int? = nil
    ) {
        self.tries = tries
        self.target = target
        self.lane = lane
        self.ring = ring
        self.updates = updates.sorted { $0.package < $1.package }
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.nonce = nonce
        self.policyDigest = policyDigest
        self.reach = reach
    }

    /// When the youngest of the fixes came out that an order of these packages installs: what is
    /// installed together goes by its window. `nil` where no window counts from releases.
    public func release(of packages: some Sequence<PackageKey>) -> Timestamp? {
        let packages = Set(packages)
        return updates.lazy.filter { packages.contains($0.package) }.compactMap(\.released).max()
    }

    /// Whether it lets an endpoint return to a snapshot, which takes back more than the lock list
    /// names.
    public var returnsToSnapshot: Bool { updates.contains { $0.returnsTo != nil } }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        targetFault ?? updatesFault ?? reachFault ?? textFault
    }

    private var targetFault: String? {
        guard (target.endpoints == nil) != (target.group == nil) else {
            return "it names not exactly one of endpoints and a group"
        }
        guard let endpoints = target.endpoints else { return nil }
        guard (1...Self.maximumEndpoints).contains(endpoints.count),
            endpoints == Set(endpoints).sorted()
        else { return "its endpoints are not 1 to \(Self.maximumEndpoints) in order" }
        return reach.endpoints < endpoints.count ? "it covers more endpoints than it says" : nil
    }

    private var updatesFault: String? {
        let packages = updates.map(\.package)
        guard (1...Self.maximumUpdates).contains(packages.count),
            packages == Set(packages).sorted()
        else { return "its updates are not 1 to \(Self.maximumUpdates) in order" }
        let texts = updates.flatMap {
            [$0.package.name, $0.package.architecture, $0.version, $0.replaces ?? $0.version]
        }
        if texts.contains(where: { $0.isEmpty || $0.utf8.count > Self.maximumTextBytes }) {
            return "a name or version in it is empty or too long"
        }
        for update in updates {
            guard let back = update.returnsTo else { continue }
            guard update.goesBack == true, !back.snapshot.isEmpty,
                back.snapshot.utf8.count <= SnapshotReturn.longestName,
                Hex.decode(back.inventory)?.count == 32
            else { return "a return to a snapshot in it is none" }
        }
        return updates.contains { $0.sha256.map { Hex.decode($0)?.count != 32 } ?? false }
            ? "a hash in it is not 64 hexadecimal digits" : nil
    }

    private var reachFault: String? {
        guard reach.endpoints >= 1, reach.ofEndpoints >= reach.endpoints, reach.tenantsInHour >= 1
        else { return "its reach is impossible" }
        return notBefore < notAfter ? nil : "it ends before it begins"
    }

    private var textFault: String? {
        if let tries, !(1...Self.maximumTries).contains(tries) {
            return "it covers not 1 to \(Self.maximumTries) tries"
        }
        guard nonce.utf8.count == Self.nonceDigits, Hex.decode(nonce) != nil else {
            return "its nonce is not \(Self.nonceDigits) hexadecimal digits"
        }
        return Hex.decode(policyDigest)?.count == 32
            ? nil : "its policy digest is not 64 hexadecimal digits"
    }
}
