public import Fleet
public import Policy

/// Who gets an order now, and what everyone else waits for.
extension RingRollout {
    /// Gives orders to those who may have one: in the order of the rings, as many as budgets allow,
    /// and never to two of one cluster.
    mutating func offerJobs(_ actions: inout [RolloutAction]) {
        guard let frontier, !(0...frontier).contains(where: hasOutage) else { return }
        for ring in 0...frontier where roster.tallies[ring].waiting > 0 {
            var rank = roster.firstWaiting(of: ring)
            while rank < roster.places[ring].count, hasRoom(ring) {
                let place = roster.places[ring][rank]
                if obstacle(place) == nil { offer(place, &actions) }
                rank += 1
            }
        }
    }

    private mutating func offer(_ place: Int, _ actions: inout [RolloutAction]) {
        roster.update(place) {
            $0.phase = .offered
            $0.orders += 1
            $0.wasUnhealthy = $0.isHealthy == false
        }
        actions.append(.offer(roster.entries[place].offer, isExact: isLockListFixed))
    }

    /// What keeps a waiting endpoint from an order, besides the budget of its whole ring.
    private enum Obstacle {
        case notWaiting, offline, siteBudget, cluster
    }

    private func obstacle(_ place: Int) -> Obstacle? {
        let entry = roster.entries[place]
        guard entry.phase == .waiting, !entry.hasLeft else { return .notWaiting }
        guard !entry.isOffline else { return .offline }
        if let budget = plan.rings[entry.ring].budget, budget.scope == .site {
            let site = roster.site(entry.member.site, ring: entry.ring)
            guard site.usingBudget < budget.limit(of: site.members) else { return .siteBudget }
        }
        return roster.clusterIsDown(for: place) ? .cluster : nil
    }

    /// Whether the budget of a ring as a whole has room for one more.
    private func hasRoom(_ ring: Int) -> Bool {
        guard let budget = plan.rings[ring].budget, budget.scope == .ring else { return true }
        let tally = roster.tallies[ring]
        return tally.usingBudget < budget.limit(of: tally.members)
    }

    /// What keeps an endpoint from its order whose ring is open; `nil` when nothing does but its own
    /// silence, and for one that is not waiting.
    public func hold(of endpoint: EndpointID) -> DecisionContext.TurnHold? {
        guard state == .running, let frontier, let place = roster.place(of: endpoint) else {
            return nil
        }
        let entry = roster.entries[place]
        guard entry.phase == .waiting, !entry.hasLeft, entry.ring <= frontier else { return nil }
        if let ring = (0...frontier).first(where: hasOutage) {
            return .outage(ring: plan.rings[ring].name)
        }
        let ring = plan.rings[entry.ring]
        switch obstacle(place) {
        case .notWaiting, .offline: return nil
        case .cluster: return clusterHold(of: entry)
        case .siteBudget:
            let site = roster.site(entry.member.site, ring: entry.ring)
            return .budget(
                ring: ring.name, site: entry.member.site, atWork: site.usingBudget,
                limit: ring.budget?.limit(of: site.members) ?? 0)
        case nil:
            guard let budget = ring.budget, !hasRoom(entry.ring) else { return nil }
            let tally = roster.tallies[entry.ring]
            return .budget(
                ring: ring.name, site: nil, atWork: tally.usingBudget,
                limit: budget.limit(of: tally.members))
        }
    }

    private func clusterHold(of entry: RosterEntry) -> DecisionContext.TurnHold? {
        for cluster in plan.clusters where cluster.members.contains(entry.member.endpoint) {
            let others = cluster.members.subtracting([entry.member.endpoint]).sorted()
            if let other = others.first(where: { self.entry(of: $0)?.isDown == true }) {
                return .cluster(cluster.name, other: other.text)
            }
        }
        return nil
    }

    /// What the rollout waits for: never empty before it has ended.
    public var waits: [RolloutWait] {
        switch state {
        case .planned: return [.start]
        case .halted(let reason): return [.resume(reason)]
        case .completed, .cancelled: return []
        case .running: break
        }
        guard let frontier else { return [.start] }
        var found: [RolloutWait] = []
        for ring in 0...frontier {
            found += waits(in: ring)
        }
        let name = plan.rings[frontier].name
        if frontier < plan.rings.count - 1 {
            if let until = progress[frontier].soakUntil {
                found.append(.soak(ring: name, until: until))
            } else {
                found.append(.gate(ring: name))
            }
        }
        return found
    }

    private func waits(in ring: Int) -> [RolloutWait] {
        let name = plan.rings[ring].name
        var counts: [Obstacle: Int] = [:]
        var free = 0
        var retries = 0
        var first = Timestamp(milliseconds: .max)
        for place in roster.places[ring] where !roster.entries[place].hasLeft {
            switch roster.entries[place].phase {
            case .waiting:
                if let obstacle = obstacle(place) {
                    counts[obstacle, default: 0] += 1
                } else {
                    free += 1
                }
            case .resting(let until):
                retries += 1
                first = min(first, until)
            case .offered, .withdrawing, .running, .verified, .failed, .skipped: break
            }
        }
        var found: [RolloutWait] = []
        let open = roster.tallies[ring].open
        if open > 0 { found.append(.jobs(ring: name, count: open)) }
        if retries > 0 { found.append(.retries(ring: name, count: retries, first: first)) }
        if let count = counts[.offline] { found.append(.offline(ring: name, count: count)) }
        if let count = counts[.cluster] { found.append(.cluster(ring: name, waiting: count)) }
        let crowded = (counts[.siteBudget] ?? 0) + free
        if hasOutage(ring) {
            found.append(.outage(ring: name))
        } else if crowded > 0 {
            found.append(.budget(ring: name, waiting: crowded))
        }
        return found
    }
}
