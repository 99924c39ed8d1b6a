import Fleet
import Policy

/// When a ring has done enough, and when it has gone wrong.
extension RingRollout {
    /// The fewest unpatched endpoints whose health is worth comparing with: fewer could be chance.
    static let fewestPeers = 3
    /// How old the word of an unpatched endpoint about its health may be, in seconds: an hour, as
    /// an outage that is over excuses nothing.
    static let peerWordSeconds: Int64 = 3600
    /// In a ring that sets no limit by a gate, so many failures stop the rollout …
    static let brakeFailures = 3
    /// … when they are more than one in so many of those who have ended.
    static let brakeShare = 10

    /// Opens the first ring or the next.
    mutating func open(_ ring: Int, _ actions: inout [RolloutAction]) {
        frontier = ring
        progress[ring].openedAt = clock
        actions.append(.openRing(ring))
    }

    /// Passes the gates that can be passed now.
    mutating func openRings(_ actions: inout [RolloutAction]) {
        while let ring = frontier, ring < plan.rings.count - 1 {
            guard isSatisfied(ring) else {
                if progress[ring].satisfiedAt != nil {
                    progress[ring].satisfiedAt = nil
                    progress[ring].soakUntil = nil
                    actions.append(.notify(.soakInterrupted(ring: plan.rings[ring].name)))
                }
                return
            }
            if progress[ring].satisfiedAt == nil { beginSoak(ring, &actions) }
            if let until = progress[ring].soakUntil, until > clock,
                !progress[ring].isOverridden
            {
                return
            }
            progress[ring].passedAt = clock
            actions.append(.gatePassed(ring: ring))
            open(ring + 1, &actions)
            if let reason = verdict(on: ring + 1) {
                halt(reason, &actions)
                return
            }
        }
    }

    private mutating func beginSoak(_ ring: Int, _ actions: inout [RolloutAction]) {
        let name = plan.rings[ring].name
        let wanted = plan.soakSeconds(of: ring)
        let seconds = roster.tallies[ring].members == 0 ? 0 : shortened(wanted, ring)
        let until = clock.adding(seconds: seconds)
        progress[ring].satisfiedAt = clock
        progress[ring].soakUntil = until
        guard seconds > 0 else { return }
        if seconds < wanted {
            actions.append(
                .notify(.soakShortened(ring: name, fromSeconds: wanted, toSeconds: seconds)))
        }
        actions.append(.notify(.soaking(ring: name, until: until)))
    }

    /// The soak, shortened where the policy allows it so that all soaks that are left end by the
    /// due date, each by the same share.
    private func shortened(_ wanted: Int64, _ ring: Int) -> Int64 {
        guard let dueAt = plan.dueAt, let shortest = plan.shortestSoak else { return wanted }
        let all = (ring..<plan.rings.count - 1).reduce(0) { $0 + plan.soakSeconds(of: $1) }
        return SoakShortening.seconds(
            wanted: wanted, ofAll: all, left: dueAt.seconds(since: clock),
            shortest: shortest.seconds)
    }

    /// Whether the ring has reached what it must reach before its soak begins.
    func isSatisfied(_ ring: Int) -> Bool {
        if progress[ring].isOverridden { return true }
        let tally = roster.tallies[ring]
        guard !hasOutage(ring) else { return false }
        guard let gate = plan.rings[ring].gate else {
            return tally.reachable == 0 && tally.open == 0
                && (tally.verified > 0 || (tally.members == 0 && !isWhollyDenied(ring)))
        }
        guard tally.verified >= gate.minimum,
            gate.verified.isReached(by: tally.verified, of: tally.members)
        else { return false }
        guard plan.hasProbes, let healthy = gate.healthy else { return true }
        return healthy.isReached(by: tally.healthy, of: tally.verified)
    }

    /// Why the rollout must stop because of a ring; `nil` when it need not.
    func verdict(on ring: Int) -> HaltReason? {
        if progress[ring].isOverridden { return nil }
        let tally = roster.tallies[ring]
        let name = plan.rings[ring].name
        let blamed = blamed(ring)
        let gate = plan.rings[ring].gate
        if let gate {
            let possible = tally.verified + tally.pending
            if possible < gate.minimum
                || !gate.verified.isReached(by: possible, of: tally.members)
            {
                return .gateOutOfReach(ring: name, possible: possible, members: tally.members)
            }
            if blamed > 0, plan.hasProbes, let healthy = gate.healthy {
                // With a sample of the least size the share is what it is; before that, only what
                // nothing can mend counts.
                let sample = tally.verified >= gate.minimum ? tally.verified : possible
                return healthy.isReached(by: sample - blamed, of: sample)
                    ? nil : .unhealthy(ring: name, unhealthy: blamed, verified: tally.verified)
            }
        }
        if blamed > 0, ring == 0 || isTooMany(blamed, of: tally.verified) {
            return .unhealthy(ring: name, unhealthy: blamed, verified: tally.verified)
        }
        return gate == nil ? brake(ring, tally) : nil
    }

    private func brake(_ ring: Int, _ tally: Roster.Tally) -> HaltReason? {
        let name = plan.rings[ring].name
        if ring == 0, tally.failed > 0, let endpoint = canaryThatBlamesPackage {
            return .badPackage(endpoint)
        }
        let ended = tally.failed + tally.verified
        if isTooMany(tally.failed, of: ended) {
            return .tooManyFailures(ring: name, failures: tally.failed, ended: ended)
        }
        if ring < plan.rings.count - 1, tally.members > 0 || isWhollyDenied(ring),
            tally.verified + tally.pending == 0
        {
            return .gateOutOfReach(ring: name, possible: 0, members: tally.members)
        }
        return nil
    }

    /// Whether nobody of the first ring may have what moves: then nobody has tried it for the
    /// others.
    private func isWhollyDenied(_ ring: Int) -> Bool {
        ring == 0 && roster.tallies[ring].denied > 0 && roster.tallies[ring].members == 0
    }

    private func isTooMany(_ count: Int, of ended: Int) -> Bool {
        count >= Self.brakeFailures && count * Self.brakeShare > ended
    }

    private var canaryThatBlamesPackage: EndpointID? {
        roster.places[0].lazy.map { roster.entries[$0] }.first { entry in
            guard case .failed(let reason) = entry.phase, !entry.hasLeft else { return false }
            return reason.blamesPackage
        }?.member.endpoint
    }

    /// Whether some of the ring's unhealthy endpoints are excused by unpatched ones that are
    /// unhealthy too: then the world is at fault, and one waits.
    func hasOutage(_ ring: Int) -> Bool {
        roster.tallies[ring].suspects > blamed(ring)
    }

    /// How many unhealthy endpoints of a ring the update is blamed for: those beyond the share that
    /// is unhealthy among endpoints that have not got it.
    private func blamed(_ ring: Int) -> Int {
        let tally = roster.tallies[ring]
        guard tally.suspects > 0 else { return 0 }
        var peers = 0
        var unhealthy = 0
        let oldest = clock.adding(seconds: -Self.peerWordSeconds)
        for entry in roster.entries where entry.counts && entry.phase == .waiting {
            guard let isHealthy = entry.isHealthy, let at = entry.healthAt, at >= oldest else {
                continue
            }
            peers += 1
            if !isHealthy { unhealthy += 1 }
        }
        guard peers >= Self.fewestPeers else { return tally.suspects }
        return max(0, tally.suspects - unhealthy * tally.verified / peers)
    }
}
