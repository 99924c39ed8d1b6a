public import Fleet
public import Policy

/// What people say of endpoints: role, tags, site and the like. Policies ask for it, and an
/// endpoint believes it only when it is signed: else whoever holds the server could move an
/// endpoint under another policy.
public struct Placement: RoleDocument {
    /// The kind of document.
    public static let type = "placement"
    /// Whose keys sign it.
    public static let role = TrustRole.policy
    /// It speaks of one tenant's endpoints.
    public static let isForOneTenant = true

    /// What is said of one endpoint. What is `nil` is not known.
    public struct Entry: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// What it is for; empty when it is known to have no role.
        public var role: String?
        /// Its tags, in order.
        public var tags: [String]?
        /// Its tenant's name.
        public var tenant: String?
        /// Its site's name; empty when it belongs to none.
        public var site: String?
        /// The zone of its site's clocks, by its IANA name; `nil` where the site has none.
        public var siteZone: String?
        /// The groups that it belongs to, in order.
        public var groups: [String]?
        /// How much depends on it.
        public var criticality: Criticality?
        /// Whether it can be reached from the internet.
        public var isExposed: Bool?

        /// What a subject says, apart from what the endpoint knows itself.
        public init(_ endpoint: EndpointID, of subject: EndpointSubject) {
            self.endpoint = endpoint
            role = subject.role
            tags = subject.tags?.sorted()
            tenant = subject.tenant
            site = subject.site
            siteZone = subject.siteZone
            groups = subject.groups?.sorted()
            criticality = subject.criticality
            isExposed = subject.isExposed
        }
    }

    /// What is said, in the order of the endpoints.
    public var entries: [Entry]

    /// The most endpoints of one document: an operator signs them as a batch.
    public static let maximumEntries = 1_000
    /// The most tags, and the most groups, of one endpoint.
    static let maximumWords = 256

    /// What is said of some endpoints.
    public init(_ entries: [Entry]) {
        self.entries = entries.sorted { $0.endpoint < $1.endpoint }
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        let endpoints = entries.map(\.endpoint)
        guard (1...Self.maximumEntries).contains(endpoints.count),
            endpoints == Set(endpoints).sorted()
        else { return "its endpoints are not 1 to \(Self.maximumEntries) in order" }
        let words = entries.flatMap { [$0.tags ?? [], $0.groups ?? []] }
        return words.contains { $0.count > Self.maximumWords }
            ? "an endpoint in it has too many tags or groups" : nil
    }

    /// What is said of one endpoint.
    public func entry(of endpoint: EndpointID) -> Entry? {
        entries.first { $0.endpoint == endpoint }
    }
}

extension EndpointSubject {
    /// An endpoint as it sees itself: its own facts, and of the rest only what is signed.
    public init(
        _ endpoint: EndpointID, facts: EndpointFacts?, managers: Set<String>?,
        placement: Placement.Entry?
    ) {
        self.init(
            key: endpoint.text, facts: facts, role: placement?.role,
            tags: placement?.tags.map(Set.init), tenant: placement?.tenant, site: placement?.site,
            groups: placement?.groups.map(Set.init), criticality: placement?.criticality,
            isExposed: placement?.isExposed, managers: managers)
        siteZone = placement?.siteZone
    }
}
