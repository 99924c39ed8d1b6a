import Calendar
public import Fleet

extension PolicyPlan {
    /// Works out what would happen with the endpoints from one time to another.
    ///
    /// Lane by lane and ring by ring: a ring begins when the last installation of the ring before
    /// it has ended and soaked, and its budget limits how many endpoints work at once. What does
    /// not fit into one opening any more goes into the next.
    public init(of endpoints: [PlanEndpoint], from: Timestamp, until: Timestamp) {
        self.init(from: from, until: until)
        var maker = PlanMaker(PlanStepper(endpoints: endpoints, from: from, until: until), self)
        maker.make()
        self = maker.plan
        installs.sort {
            ($0.startsAt, $0.endpoint, $0.update.key) < ($1.startsAt, $1.endpoint, $1.update.key)
        }
        waiting.sort {
            ($0.endpoint, $0.decision.update.key) < ($1.endpoint, $1.decision.update.key)
        }
        misses.sort {
            ($0.dueAt, $0.endpoint, $0.update.key) < ($1.dueAt, $1.endpoint, $1.update.key)
        }
        budgets.sort {
            ($0.opensAt, $0.policy, $0.ring, $0.site ?? "")
                < ($1.opensAt, $1.policy, $1.ring, $1.site ?? "")
        }
    }

    init(from: Timestamp, until: Timestamp) {
        self.from = from
        self.until = until
    }
}

/// Puts a plan together.
struct PlanMaker {
    let stepper: PlanStepper
    var plan: PolicyPlan
    /// What keeps updates from their windows at the beginning of the plan, besides their time.
    var holds: [PlanHold.Place: PlanHold] = [:]
    /// Whether the endpoint is alone in the input, and not in its rings.
    var isOneOfMany = false

    /// What is in each ring of a chain.
    struct RingMembers {
        /// The items, by the ring's place.
        var items: [Int: [PlanItem]]
        /// The endpoints' places in the input.
        var members: [Int: [Int]]
    }

    /// One policy's lane: what its rings are a sequence of.
    struct Chain: Hashable, Comparable {
        let policy: PolicyName
        let lane: Lane

        static func < (lhs: Self, rhs: Self) -> Bool {
            (lhs.policy, lhs.lane.rawValue) < (rhs.policy, rhs.lane.rawValue)
        }
    }

    /// One version of one package: its rings wait for each other.
    /// What an open rollout carries goes by that rollout's rings, and nothing else does.
    struct Version: Hashable {
        let package: PackageKey
        let candidate: String
        let rollout: String?
    }

    init(_ stepper: PlanStepper, _ plan: PolicyPlan) {
        self.stepper = stepper
        self.plan = plan
    }

    var endpoints: [PlanEndpoint] { stepper.endpoints }

    mutating func make() {
        var chains: [Chain: [PlanItem]] = [:]
        for (endpoint, member) in endpoints.enumerated() {
            for problem in member.policy?.effective.problems ?? [] {
                plan.conflicts.append(.inheritance(endpoint: member.subject.key, problem))
            }
            for update in member.updates.indices {
                switch stepper.outcome(endpoint, update, notBefore: plan.from) {
                case .waiting(let decision): wait(endpoint, decision)
                case .planned(let item):
                    guard let policy = member.policy?.effective.nearest,
                        let lane = item.decision.lane
                    else {
                        install([item], at: item.startsAt, ring: nil)
                        continue
                    }
                    chains[Chain(policy: policy.name, lane: lane), default: []].append(item)
                }
            }
        }
        for (chain, items) in chains.sorted(by: { $0.key < $1.key }) { run(chain, items) }
    }

    private mutating func run(_ chain: Chain, _ items: [PlanItem]) {
        let effective = items.first.flatMap { endpoints[$0.endpoint].policy?.effective }
        let rings = effective?.rings(of: chain.lane) ?? []
        guard !rings.isEmpty else {
            var desk = BudgetDesk(stepper, ring: nil, members: [])
            finish(desk.place(items), desk, chain, ring: nil)
            return
        }
        var byRing = sort(items, into: rings, chain)
        let due = effective.map { Due($0, items, plan) } ?? Due()
        var soaks = soaks(rings, chain.lane, isOverdue: due.isOverdue)
        if let date = due.next { soaks = fit(&byRing, rings, chain, to: date, soaks) }
        var gates = RingGates(items)
        var waves = PlanWaves(byRing.items)
        for (place, ring) in rings.enumerated() {
            var ready: [PlanItem] = []
            for item in byRing.items[place] ?? [] {
                switch gates.turn(of: item, item.version) {
                case .hasCome: ready.append(item)
                case .closed(let gate):
                    // Of rings of which nothing is known it waits for the one before its own.
                    waitForRing(item, ring.name, isOneOfMany ? rings[max(0, place - 1)].name : gate)
                case .notBefore(let turn, let gate):
                    let standing = DecisionContext.RingStanding(
                        ring: ring.name, waitsFor: gate, notBefore: turn)
                    if let next = delayed(item, standing) { ready.append(next) }
                }
            }
            var desk = BudgetDesk(stepper, ring: ring, members: byRing.members[place] ?? [])
            let placed = desk.place(ready)
            finish(placed, desk, chain, ring: ring)
            waves.take(placed, in: place)
            let passing = Passing(
                ring: ring, place: place, isLast: place == rings.count - 1, chain: chain,
                soak: Soak(soaks, place, due.next))
            judge(placed, passing, waves, &gates)
            pass(passing, placed, waves, &gates)
        }
    }

    /// The items and the members of each ring.
    private mutating func sort(
        _ items: [PlanItem], into rings: [Ring], _ chain: Chain
    ) -> RingMembers {
        let assignment = RingAssignment(rings, of: chain.policy)
        var places: [Int: Int] = [:]
        var members: [Int: [Int]] = [:]
        for (endpoint, member) in endpoints.enumerated()
        where member.policy?.effective.nearest?.name == chain.policy {
            let place = assignment.place(of: member.subject, at: plan.from)
            let key = member.subject.key
            if place.isUncertain {
                plan.conflicts.append(.uncertainRing(endpoint: key, policy: chain.policy))
            }
            if let ring = place.ring {
                places[endpoint] = ring
                members[ring, default: []].append(endpoint)
            } else {
                plan.conflicts.append(.withoutRing(endpoint: key, policy: chain.policy))
            }
        }
        var sorted: [Int: [PlanItem]] = [:]
        for item in items {
            let own = item.carried.flatMap { carried in
                rings.firstIndex { $0.name == carried.name }
            }
            if let ring = own ?? places[item.endpoint] {
                sorted[ring, default: []].append(item)
            } else {
                wait(item, .withoutRing)
            }
        }
        return RingMembers(items: sorted, members: members)
    }

    /// The item not before its ring's turn; `nil` when it then waits past the end of the plan.
    private mutating func delayed(
        _ item: PlanItem, _ standing: DecisionContext.RingStanding
    ) -> PlanItem? {
        let place = PlanHold.Place(endpoint: item.endpoint, update: item.update)
        if item.carried == nil { holds[place] = .ring(standing) }
        guard let turn = standing.notBefore, turn > item.startsAt else { return item }
        switch stepper.outcome(item.endpoint, item.update, notBefore: turn) {
        case .planned(var later):
            later.approvedAt = item.approvedAt
            return later
        case .waiting(let decision):
            // It would have had a window: what keeps it is that its turn comes after that.
            let isShut = decision.reasonCode == .doesNotFit || decision.reasonCode == .noWindow
            guard isShut || turn >= plan.until else {
                wait(item.endpoint, decision)
                return nil
            }
            var standing = standing
            standing.isPastWindows = turn < plan.until
            wait(item, .ring(standing))
            return nil
        }
    }
}

extension PlanMaker {
    private mutating func finish(
        _ placed: [BudgetDesk.Session], _ desk: BudgetDesk, _ chain: Chain, ring: Ring?
    ) {
        for session in placed { install(session.items, at: session.startsAt, ring: ring?.name) }
        for (endpoint, decision) in desk.waiting { wait(endpoint, decision) }
        for (item, hold) in desk.shutOut { wait(item, .turn(hold)) }
        guard let ring else { return }
        for endpoint in desk.crowdedOut.sorted() {
            plan.conflicts.append(
                .budgetTooSmall(
                    endpoint: endpoints[endpoint].subject.key, policy: chain.policy,
                    ring: ring.name))
        }
        plan.budgets += desk.use(of: placed).map { use in
            PlannedBudget(
                policy: chain.policy, lane: chain.lane, ring: ring.name, site: use.site,
                opensAt: use.opensAt, peak: use.peak, limit: use.limit)
        }
    }

    private mutating func install(_ items: [PlanItem], at start: Timestamp, ring: PolicyName?) {
        for item in items {
            let member = endpoints[item.endpoint]
            let planned = member.updates[item.update]
            let opening = stepper.opening(item)
            let install = PlannedInstall(
                endpoint: member.subject.key, update: item.decision.update, startsAt: start,
                window: opening?.window, opensAt: opening?.stretch.opens,
                closesAt: opening?.stretch.closes, ring: ring,
                lane: item.decision.lane ?? .routine, rule: item.decision.rule,
                reboot: PlannedReboot(
                    planned.needsReboot, member.policy?.effective.reboot?.value),
                vulnerabilities: (planned.subject.vulnerabilities ?? []).sorted(),
                dueAt: item.decision.dueAt)
            plan.installs.append(install)
            let end = start.adding(seconds: planned.context.work.seconds)
            if let dueAt = install.dueAt, end > dueAt {
                plan.misses.append(
                    PlannedMiss(
                        endpoint: install.endpoint, update: install.update, dueAt: dueAt,
                        startsAt: start,
                        sentence: dueAt <= plan.from
                            ? "It is overdue since \(MinuteText.utc(dueAt)); it would be installed "
                                + "\(MinuteText.utc(start))."
                            : "It would be installed \(MinuteText.utc(start)), too late for "
                                + "its due date, \(MinuteText.utc(dueAt))."))
            }
        }
    }

    private mutating func wait(_ endpoint: Int, _ decision: Decision) {
        let key = endpoints[endpoint].subject.key
        plan.waiting.append(PlannedWait(endpoint: key, decision: decision))
        if let dueAt = decision.dueAt, dueAt <= plan.until {
            plan.misses.append(
                PlannedMiss(
                    endpoint: key, update: decision.update, dueAt: dueAt, startsAt: nil,
                    sentence: dueAt <= plan.from
                        ? "It is overdue since \(MinuteText.utc(dueAt)). \(decision.sentence)"
                        : decision.sentence))
        }
    }

    private mutating func waitForRing(_ item: PlanItem, _ ring: PolicyName, _ gate: PolicyName) {
        wait(item, .ring(DecisionContext.RingStanding(ring: ring, waitsFor: gate)))
    }

    private mutating func wait(_ item: PlanItem, _ hold: PlanHold) {
        let place = PlanHold.Place(endpoint: item.endpoint, update: item.update)
        // A budget of nobody keeps it only when the rings before its own are through.
        if case .turn = hold { holds[place] = holds[place] ?? hold } else { holds[place] = hold }
        // Judged when its turn would have come: what keeps it then is the hold, not its age.
        wait(
            item.endpoint,
            stepper.decide(item.endpoint, item.update, at: item.startsAt, hold: hold))
    }
}
