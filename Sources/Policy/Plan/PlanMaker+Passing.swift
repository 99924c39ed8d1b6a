import Fleet

/// How a ring is passed by what none of its endpoints needs.
extension PlanMaker {
    /// A ring that is passed.
    struct Passing {
        let ring: Ring
        let place: Int
        let isLast: Bool
        let chain: Chain
        let soak: Soak
    }

    /// When the next ring begins for what this one has installed.
    mutating func judge(
        _ placed: [BudgetDesk.Session], _ passing: Passing, _ waves: PlanWaves,
        _ gates: inout RingGates
    ) {
        let ring = passing.ring
        var ends: [RingGates.Group: (version: Version, members: Set<Int>, last: Timestamp)] = [:]
        for session in placed {
            for item in session.items {
                var end =
                    ends[RingGates.Group(item.version)] ?? (item.version, [], session.endsAt)
                end.members.insert(item.endpoint)
                end.last = max(end.last, session.endsAt)
                ends[RingGates.Group(item.version)] = end
            }
        }
        tellShortening(placed, passing)
        for end in ends.values {
            let version = end.version
            // A ring that is watched already, or has passed, is left as it stands.
            let real = gates.standing(of: ring.name, version)
            if let real, real.ring.isDone { continue }
            let seconds = (real?.soak ?? passing.soak).seconds(from: end.last)
            gates.open(version, at: end.last.adding(seconds: seconds), after: ring.name)
            var count = end.members.count + (real?.ring.verified ?? 0)
            // Who gets something else of the same wave counts for the gate too.
            if case .members(let all, _) = waves.standing(of: version, in: passing.place) {
                count = max(count, all)
            }
            guard let minimum = ring.gate?.minimum, count < minimum, !passing.isLast else {
                continue
            }
            close(version, count, minimum, passing, &gates)
        }
    }

    /// Lets what nobody in a ring installs go on to the later ones as a rollout does: after what
    /// was approved with it there; at once where nobody gets any of that and no gate has a minimum;
    /// else never.
    mutating func pass(
        _ passing: Passing, _ placed: [BudgetDesk.Session], _ waves: PlanWaves,
        _ gates: inout RingGates
    ) {
        let ring = passing.ring
        let installed = Set(placed.flatMap { $0.items.map(\.version) })
        for version in waves.versions(after: passing.place)
        where gates[closed: version] == nil && !installed.contains(version) {
            let minimum = ring.gate?.minimum ?? 0
            switch waves.standing(of: version, in: passing.place) {
            case .nobody:
                if isOneOfMany { gates[closed: version] = ring.name }
                if !isOneOfMany, minimum > 0 { close(version, 0, minimum, passing, &gates) }
            case .members(let count, _) where count < minimum:
                close(version, count, minimum, passing, &gates)
            case .members(_, let end?):
                let seconds = passing.soak.seconds(from: end)
                gates.open(version, at: end.adding(seconds: seconds), after: ring.name)
            // None of them finds a time in this plan, and so the ring does not pass in it.
            case .members(_, nil): gates[closed: version] = ring.name
            }
        }
    }

    /// Says so where a ring is watched for less than the policy says. What an open rollout carries
    /// has been told when that was opened.
    private mutating func tellShortening(_ placed: [BudgetDesk.Session], _ passing: Passing) {
        let own = placed.filter { $0.items.contains { $0.carried == nil } }
        guard !passing.isLast, let end = own.map(\.endsAt).max() else { return }
        let seconds = passing.soak.seconds(from: end)
        guard seconds < passing.ring.soak.seconds else { return }
        plan.conflicts.append(
            .soakShortened(
                policy: passing.chain.policy, lane: passing.chain.lane, ring: passing.ring.name,
                from: passing.ring.soak, seconds: seconds))
    }

    private mutating func close(
        _ version: Version, _ count: Int, _ minimum: Int, _ passing: Passing,
        _ gates: inout RingGates
    ) {
        gates[closed: version] = passing.ring.name
        plan.conflicts.append(
            .gateCannotBeMet(
                policy: passing.chain.policy, ring: passing.ring.name,
                package: version.package.name, members: count, minimum: minimum))
    }
}

extension PlanItem {
    /// What it installs, and the rollout that carries it.
    var version: PlanMaker.Version {
        PlanMaker.Version(
            package: decision.update.key, candidate: decision.update.candidate,
            rollout: carried?.rollout.key)
    }
}
