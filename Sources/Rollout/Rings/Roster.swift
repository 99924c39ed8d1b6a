import Fleet

/// The endpoints of a rollout with sums that are kept up to date, so that an event costs the same
/// in a ring of ten and in one of a hundred thousand.
struct Roster: Hashable, Sendable {
    /// What gates and budgets ask of one ring.
    struct Tally: Hashable, Sendable {
        var members = 0
        var verified = 0
        var healthy = 0
        var suspects = 0
        var pending = 0
        var reachable = 0
        var waiting = 0
        var open = 0
        var failed = 0
        var usingBudget = 0
        /// Those whose updates have all been denied.
        var denied = 0
    }

    /// What a budget asks of one site in a ring.
    struct SiteTally: Hashable, Sendable {
        var members = 0
        var usingBudget = 0
    }

    private struct SiteKey: Hashable, Sendable {
        var ring: Int
        var site: String
    }

    private(set) var entries: [RosterEntry] = []
    private(set) var tallies: [Tally]
    /// The endpoints of each ring, by place.
    private(set) var places: [[Int]]
    /// Where in `places` the first waiting endpoint may stand: nobody before waits.
    private var cursors: [Int]
    private var rankInRing: [Int] = []
    private var index: [EndpointID: Int] = [:]
    private var sites: [SiteKey: SiteTally] = [:]
    private(set) var clustersOf: [EndpointID: [Int]] = [:]
    private var downInCluster: [Int]

    init(_ plan: RolloutPlan) {
        self.init(rings: plan.rings.count, clusters: plan.clusters)
        for (ring, value) in plan.rings.enumerated() {
            for member in value.members { add(RosterEntry(member, ring: ring)) }
        }
    }

    /// The same endpoints again, when a rollout is read back.
    init(_ plan: RolloutPlan, entries: [RosterEntry]) {
        self.init(rings: plan.rings.count, clusters: plan.clusters)
        for entry in entries where plan.rings.indices.contains(entry.ring) { add(entry) }
    }

    private init(rings: Int, clusters: [EndpointCluster]) {
        tallies = Array(repeating: Tally(), count: rings)
        places = Array(repeating: [], count: rings)
        cursors = Array(repeating: 0, count: rings)
        downInCluster = Array(repeating: 0, count: clusters.count)
        for (place, cluster) in clusters.enumerated() {
            for endpoint in cluster.members { clustersOf[endpoint, default: []].append(place) }
        }
    }

    /// Where an endpoint stands in `entries`.
    func place(of endpoint: EndpointID) -> Int? { index[endpoint] }

    /// Adds an endpoint that is not yet known.
    mutating func add(_ entry: RosterEntry) {
        guard index[entry.member.endpoint] == nil else { return }
        index[entry.member.endpoint] = entries.count
        rankInRing.append(places[entry.ring].count)
        places[entry.ring].append(entries.count)
        entries.append(entry)
        count(entry, 1)
        rewind(entries.count - 1)
    }

    /// Changes an endpoint and every sum that it is part of.
    mutating func update(_ place: Int, _ change: (inout RosterEntry) -> Void) {
        count(entries[place], -1)
        change(&entries[place])
        count(entries[place], 1)
        rewind(place)
    }

    /// How a site's members in a ring stand.
    func site(_ site: String, ring: Int) -> SiteTally {
        sites[SiteKey(ring: ring, site: site)] ?? SiteTally()
    }

    /// Whether another member of one of the endpoint's clusters is down.
    func clusterIsDown(for place: Int) -> Bool {
        let entry = entries[place]
        guard let clusters = clustersOf[entry.member.endpoint] else { return false }
        let own = entry.isDown ? 1 : 0
        return clusters.contains { downInCluster[$0] > own }
    }

    /// The rank in its ring of the first endpoint that waits; the ring's size when nobody does.
    mutating func firstWaiting(of ring: Int) -> Int {
        while cursors[ring] < places[ring].count {
            let entry = entries[places[ring][cursors[ring]]]
            if entry.phase == .waiting && !entry.hasLeft { break }
            cursors[ring] += 1
        }
        return cursors[ring]
    }

    private mutating func rewind(_ place: Int) {
        let entry = entries[place]
        guard entry.phase == .waiting, !entry.hasLeft else { return }
        cursors[entry.ring] = min(cursors[entry.ring], rankInRing[place])
    }

    private mutating func count(_ entry: RosterEntry, _ sign: Int) {
        let key = SiteKey(ring: entry.ring, site: entry.member.site)
        if entry.counts {
            tallies[entry.ring].members += sign
            sites[key, default: SiteTally()].members += sign
            if entry.phase == .verified {
                tallies[entry.ring].verified += sign
                if entry.isHealthy == true { tallies[entry.ring].healthy += sign }
                if entry.isSuspect { tallies[entry.ring].suspects += sign }
            }
            if entry.isPending {
                tallies[entry.ring].pending += sign
                if entry.isOpen || !entry.isOffline { tallies[entry.ring].reachable += sign }
            }
            if case .failed = entry.phase { tallies[entry.ring].failed += sign }
            if entry.phase == .waiting { tallies[entry.ring].waiting += sign }
        }
        if !entry.hasLeft, entry.phase == .skipped(.denied) { tallies[entry.ring].denied += sign }
        if entry.isOpen { tallies[entry.ring].open += sign }
        if entry.usesBudget {
            tallies[entry.ring].usingBudget += sign
            sites[key, default: SiteTally()].usingBudget += sign
        }
        if entry.isDown {
            for cluster in clustersOf[entry.member.endpoint] ?? [] {
                downInCluster[cluster] += sign
            }
        }
    }
}

extension Roster {
    /// Two rosters are the same when their endpoints are: the rest follows from them.
    static func == (lhs: Roster, rhs: Roster) -> Bool { lhs.entries == rhs.entries }

    /// Goes by the endpoints alone, as `==` does.
    func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}
