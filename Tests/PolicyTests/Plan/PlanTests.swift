import Calendar
import Fleet
import Policy
import TestSupport
import Testing

@Suite("A plan says what would happen")
struct PlanTests {
    private static let until = Sample.days(21)
    private static let saturday = Timestamp("2026-11-28T22:00:00Z") ?? Sample.monday
    private static let hour: Int64 = 3600

    private static func endpoint(
        _ key: String, _ policy: PatchPolicy, tags: Set<String> = [], site: String = "Berlin",
        _ updates: [PlanUpdate]
    ) -> PlanEndpoint {
        let effective = Sample.effective(policy)
        return PlanEndpoint(
            subject: Sample.endpoint(key, tags: tags, site: site),
            policy: CompiledPolicy(effective),
            outlook: effective.outlook(in: Zones(endpoint: .utc), at: Sample.monday, until: until),
            updates: updates)
    }

    private static func update(
        _ name: String = "openssl", outFor days: Int64 = 4, seconds: Int64 = 600,
        severity: Severity = .important, dueAt: Timestamp? = nil, needsReboot: Bool? = false
    ) -> PlanUpdate {
        PlanUpdate(
            subject: Sample.update(name, severity: severity, outFor: days),
            context: DecisionContext(work: WorkEstimate(seconds: seconds), dueAt: dueAt),
            needsReboot: needsReboot)
    }

    private static func plan(_ endpoints: [PlanEndpoint]) -> PolicyPlan {
        PolicyPlan(of: endpoints, from: Sample.monday, until: until)
    }

    private static func ringed(
        soak: TimeSpan = .hours(12), minimum: Int? = 1, budget: DisruptionBudget? = nil
    ) throws -> PatchPolicy {
        let whole = try #require(Percentage("100%"))
        return try Sample.policy(rings: [
            Ring(
                name: try Sample.name("canary"),
                members: .matching(try Sample.group("tag = canary")),
                soak: soak, gate: minimum.map { RingGate(verified: whole, minimum: $0) }),
            Ring(name: try Sample.name("broad"), members: .rest, budget: budget),
        ])
    }

    /// Endpoints of three rings, whose clocks are ahead of UTC by so many hours: each has its
    /// window from 22:00 to 02:00 by its own clock.
    private static func threeRings(
        _ hoursAhead: [(key: String, hours: Int)], dueAt: Timestamp, overdue: String? = nil
    ) throws -> PolicyPlan {
        func ring(_ name: String) throws -> Ring {
            Ring(
                name: try Sample.name(name),
                members: name == "broad" ? .rest : .matching(try Sample.group("tag = \(name)")),
                soak: .hours(12))
        }
        var policy = try Sample.policy(rings: [ring("canary"), ring("early"), ring("broad")])
        policy.sla = [try Sample.name("e8-ml3")]
        let effective = Sample.effective(policy)
        return plan(
            try hoursAhead.map { key, hours in
                let zone = try #require(
                    TimeZoneRules(name: "Test/\(hours)", firstOffset: hours * 3600))
                return PlanEndpoint(
                    subject: Sample.endpoint(key, tags: [key]), policy: CompiledPolicy(effective),
                    outlook: effective.outlook(
                        in: Zones(endpoint: zone), at: Sample.monday, until: until),
                    updates: [update(dueAt: dueAt)]
                        + (key == overdue ? [update("bash", dueAt: Sample.days(-1))] : []))
            })
    }

    @Test func `rings are fitted to the due date, and who has too early a window goes earlier`()
        throws
    {
        // The canary's window opens at 16:00, that of the others at 22:00 and 18:00 UTC.
        let due = Self.saturday.adding(seconds: 14 * Self.hour)
        let plan = try Self.threeRings([("canary", 6), ("early", 0), ("broad", 4)], dueAt: due)
        #expect(plan.misses.isEmpty)
        #expect(plan.installs.map(\.endpoint) == ["canary", "broad", "early"])
        #expect(plan.installs.map(\.ring?.text) == ["canary", "early", "early"])
        let deadline = try #require(plan.deadlines.first)
        #expect(
            deadline.moves.map { [$0.endpoint, $0.from, $0.to] } == [["broad", "broad", "early"]])
        #expect(deadline.dueAt == due)
        // From the end of the canary at 16:10 to what leaves the third its window until 22:00.
        #expect((3600..<6 * 3600).contains(deadline.rings[0].soakSeconds))
        // The third's window shuts at 22:00, and its work takes ten minutes.
        #expect(deadline.rings[1].latestStart == Self.saturday.adding(seconds: -600))
    }

    @Test func `what is overdue is told so, and the others keep their own date`() throws {
        let due = Self.saturday.adding(seconds: 14 * Self.hour)
        let plan = try Self.threeRings(
            [("canary", 6), ("early", 0), ("broad", 4)], dueAt: due, overdue: "early")
        #expect(plan.deadlines.map(\.dueAt) == [due])
        #expect(plan.installs.filter { $0.update.name == "openssl" }.count == 3)
        #expect(
            plan.deadlines.first?.moves.map { [$0.endpoint, $0.from, $0.to] }
                == [["broad", "broad", "early"]])
        #expect(plan.misses.map(\.endpoint) == ["early"])
        #expect(
            plan.misses.first?.sentence.hasPrefix("It is overdue since 2026-11-22 12:00 UTC; ")
                == true)
        // Nothing is watched for longer than it must be while something is overdue.
        #expect(plan.deadlines.first?.rings.map(\.soakSeconds).prefix(2) == [3600, 3600])
        #expect(
            plan.conflicts.map(\.sentence).contains(
                "servers-standard, routine: the ring canary is watched for 1 h instead of 12 hours, "
                    + "so that due dates are kept."))
    }

    /// An endpoint to which an open rollout carries an update.
    private static func carried(
        _ key: String, _ ring: Int, _ rollout: PlannedRollout,
        job stage: DecisionContext.JobStanding.Stage? = nil, _ policy: PatchPolicy,
        _ name: String = "openssl"
    ) -> PlanEndpoint {
        var update = update(name)
        update.carried = CarriedUpdate(rollout: rollout, ring: ring)
        update.context.carriedIn = rollout.lane
        update.context.job = stage.map {
            DecisionContext.JobStanding(
                stage: $0, sentence: "Works.", deployment: "A wave", deadline: Sample.days(60),
                createdAt: Sample.monday)
        }
        return endpoint(key, policy, tags: ring == 0 ? ["canary"] : [], [update])
    }

    private static func rollout(
        soakUntil: Timestamp? = nil, isPassed: Bool = false, verified: Int = 0
    ) throws -> PlannedRollout {
        PlannedRollout(
            key: "dep", lane: .routine,
            rings: [
                .init(
                    name: try Sample.name("canary"), isOpen: true, isPassed: isPassed,
                    soakUntil: soakUntil, soakSeconds: 12 * hour, verified: verified),
                .init(
                    name: try Sample.name("broad"), isOpen: isPassed, isPassed: false,
                    soakUntil: nil, soakSeconds: 0, verified: 0),
            ])
    }

    @Test func `an order that is out is planned when it begins, in its ring, and the next waits`()
        throws
    {
        let policy = try Self.ringed()
        let rollout = try Self.rollout()
        let plan = Self.plan([
            Self.carried("a", 0, rollout, job: .queued, policy),
            Self.carried("b", 1, rollout, policy),
        ])
        #expect(plan.installs.map(\.endpoint) == ["a", "b"])
        #expect(plan.installs.map(\.ring?.text) == ["canary", "broad"])
        #expect(
            plan.installs.map(\.startsAt) == [
                Self.saturday, Self.saturday.adding(seconds: 86_400),
            ])
        #expect(plan.waiting.isEmpty && plan.conflicts.isEmpty)
        let working = Self.plan([Self.carried("a", 0, rollout, job: .working, policy)])
        #expect(working.installs.map(\.startsAt) == [Sample.monday])
        #expect(working.installs.map(\.ring?.text) == ["canary"])
    }

    @Test func `what no canary of an open rollout needs comes after what its canaries get`() throws
    {
        let policy = try Self.ringed()
        let rollout = try Self.rollout()
        let plan = Self.plan([
            Self.carried("a", 0, rollout, job: .queued, policy),
            Self.carried("b", 1, rollout, policy, "nginx"),
        ])
        #expect(plan.installs.map(\.endpoint) == ["a", "b"])
        #expect(plan.installs.last?.startsAt == Self.saturday.adding(seconds: 86_400))
        #expect(plan.waiting.isEmpty && plan.conflicts.isEmpty)
    }

    @Test func `rings of an open rollout stand in the plan as they really do`() throws {
        let policy = try Self.ringed()
        let watched = try Self.rollout(soakUntil: Self.saturday.adding(seconds: 3600), verified: 1)
        let soaking = Self.plan([Self.carried("b", 1, watched, policy)])
        #expect(soaking.installs.map(\.startsAt) == [Self.saturday.adding(seconds: 3600)])
        let passed = try Self.rollout(isPassed: true, verified: 1)
        let open = Self.plan([Self.carried("b", 1, passed, job: .queued, policy)])
        #expect(open.installs.map(\.startsAt) == [Self.saturday])
        // A canary that nobody works on, and that has not reached its gate.
        let stuck = Self.plan([Self.carried("b", 1, try Self.rollout(), policy)])
        #expect(stuck.installs.isEmpty)
        #expect(stuck.waiting.map(\.decision.reasonCode) == [.awaitingRing])
    }

    @Test func `an order is not planned at a time at which it has ended`() throws {
        var endpoint = Self.carried("a", 0, try Self.rollout(), job: .queued, try Self.ringed())
        endpoint.updates[0].context.job?.deadline = Self.saturday
        let plan = Self.plan([endpoint])
        #expect(plan.installs.isEmpty)
        #expect(plan.waiting.map(\.decision.reasonCode) == [.queued])
    }

    @Test func `with time enough nobody is moved, and who cannot make it is told today`() throws {
        let late = try Self.threeRings(
            [("canary", 6), ("early", 0), ("broad", 4)], dueAt: Self.saturday.adding(seconds: -1))
        #expect(late.deadlines.first?.misses.map(\.endpoint) == ["early"])
        #expect(late.deadlines.first?.misses.first?.reason == .noWindow)
        let easy = try Self.threeRings(
            [("canary", 6), ("early", 0), ("broad", 4)], dueAt: Sample.days(20))
        #expect(easy.deadlines.first?.moves.isEmpty == true)
        #expect(easy.deadlines.first?.rings.map(\.soakSeconds).prefix(2) == [43_200, 43_200])
        #expect(easy.installs.map(\.ring?.text) == ["canary", "early", "broad"])
    }

    @Test func `a date behind the plan's end is left alone`() throws {
        let plan = try Self.threeRings(
            [("canary", 6), ("early", 0), ("broad", 4)], dueAt: Sample.days(22))
        #expect(plan.deadlines.isEmpty)
        #expect(plan.installs.map(\.ring?.text) == ["canary", "early", "broad"])
    }

    @Test func `the way back from a date begins when what it is for is approved`() throws {
        var policy = try Self.ringed()
        policy.sla = [try Sample.name("e8-ml3")]
        // Sunday's window is the first after two days from when Saturday's has begun.
        var update = Self.update(dueAt: Sample.days(20))
        update.subject.releasedAt = Self.saturday.adding(seconds: 12 * Self.hour - 2 * 86_400)
        let plan = Self.plan([Self.endpoint("a", policy, tags: ["canary"], [update])])
        let install = try #require(plan.installs.first)
        #expect(install.startsAt == Self.saturday.adding(seconds: 86_400))
        #expect(plan.deadlines.first?.rings.first?.endsAt == install.startsAt.adding(seconds: 600))
    }

    @Test func `each endpoint, version, window, reboot, size and vulnerability`() throws {
        let policy = try Sample.policy(reboot: RebootRule(mode: .ifNeeded))
        let plan = Self.plan([
            Self.endpoint("a", policy, [Self.update(needsReboot: true), Self.update("nginx")])
        ])
        #expect(plan.installs.map(\.update.name) == ["nginx", "openssl"])
        let install = try #require(plan.installs.last)
        #expect(install.startsAt == Self.saturday)
        #expect(install.closesAt == Self.saturday.adding(seconds: 4 * Self.hour))
        #expect(install.window == "weekend")
        #expect(install.reboot == .inWindow)
        #expect(install.rule == "rule 2 of servers-standard")
        #expect(plan.installs[0].reboot == .none)
        #expect(plan.bytes == 2_000_000)
        #expect(plan.vulnerabilities == ["CVE-2026-0001"])
        #expect(plan.waiting.isEmpty && plan.misses.isEmpty && plan.conflicts.isEmpty)
    }

    @Test func `what a gate keeps waiting says so, and not that it was young when the plan began`()
        throws
    {
        let policy = try Self.ringed(minimum: 2)
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"], [Self.update(outFor: 0)]),
            Self.endpoint("b", policy, [Self.update(outFor: 0)]),
        ])
        #expect(plan.installs.map(\.endpoint) == ["a"])
        let waits = try #require(plan.waiting.first)
        #expect(waits.endpoint == "b")
        #expect(waits.decision.reasonCode == .awaitingRing)
        #expect(waits.decision.sentence.contains("canary"))
    }

    @Test func `what ripens in a window starts when it is ripe`() throws {
        // Out since five days and 13 hours before Saturday's window: two days later is inside it.
        var update = Self.update()
        update.subject.releasedAt = Self.saturday.adding(seconds: Self.hour - 2 * 86_400)
        let plan = Self.plan([Self.endpoint("a", try Sample.policy(), [update])])
        #expect(plan.installs.map(\.startsAt) == [Self.saturday.adding(seconds: Self.hour)])
    }

    @Test func `what a rule of age takes back before its window waits, by that rule`() throws {
        let policy = try Sample.policy(
            rules: [PolicyRule(when: try Sample.when("age > 3 days"), Treatment(.prepareOnly))],
            otherwise: Treatment(.atOnce))
        var update = Self.update()
        update.subject.releasedAt = Sample.monday.adding(seconds: -86_400)
        let plan = Self.plan([Self.endpoint("a", policy, [update])])
        #expect(plan.installs.isEmpty)
        #expect(plan.waiting.map(\.decision.reasonCode) == [.prepared])
    }

    @Test func `what waits for a person stands apart, with its decision`() throws {
        let plan = Self.plan([
            Self.endpoint("a", try Sample.policy(), [Self.update(severity: .low)])
        ])
        #expect(plan.installs.isEmpty)
        #expect(plan.waiting.map(\.decision.reasonCode) == [.awaitingApproval])
    }

    @Test func `what misses its due date is listed, planned or not`() throws {
        let plan = Self.plan([
            Self.endpoint(
                "a", try Sample.policy(),
                [
                    Self.update(dueAt: Sample.days(3)), Self.update("bash", dueAt: Sample.days(9)),
                    Self.update("curl", severity: .low, dueAt: Sample.days(9)),
                    Self.update("dash", severity: .low, dueAt: Sample.days(90)),
                ])
        ])
        #expect(plan.misses.map(\.update.name) == ["openssl", "curl"])
        #expect(plan.misses.map(\.startsAt) == [Self.saturday, nil])
    }

    @Test func `a session takes what fits, the most urgent first, and the rest comes next time`()
        throws
    {
        let updates = [
            Self.update("a-late", seconds: 2 * Self.hour, dueAt: Sample.days(20)),
            Self.update("b-soon", seconds: 2 * Self.hour, dueAt: Sample.days(10)),
            Self.update("c-never", seconds: 2 * Self.hour),
        ]
        let plan = Self.plan([Self.endpoint("a", try Sample.policy(), updates)])
        let sunday = Self.saturday.adding(seconds: 86_400)
        #expect(plan.installs.map(\.update.name) == ["a-late", "b-soon", "c-never"])
        #expect(plan.installs.map(\.startsAt) == [Self.saturday, Self.saturday, sunday])
    }

    @Test func `a ring waits until the one before has ended and soaked`() throws {
        let policy = try Self.ringed(soak: .hours(12))
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"], [Self.update()]),
            Self.endpoint("b", policy, [Self.update()]),
        ])
        #expect(plan.installs.map(\.endpoint) == ["a", "b"])
        #expect(
            plan.installs.map(\.startsAt)
                == [Self.saturday, Self.saturday.adding(seconds: 86_400)])
        #expect(plan.installs.map { $0.ring?.text } == ["canary", "broad"])
        let hasty = try Self.ringed(soak: .hours(1))
        let fast = Self.plan([
            Self.endpoint("a", hasty, tags: ["canary"], [Self.update(seconds: 600)]),
            Self.endpoint("b", hasty, [Self.update()]),
        ])
        #expect(fast.installs.last?.startsAt == Self.saturday.adding(seconds: 4200))
    }

    @Test func `a gate that cannot be met is a conflict, and nobody is planned after it`() throws {
        let policy = try Self.ringed(minimum: 3)
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"], [Self.update()]),
            Self.endpoint("b", policy, [Self.update()]),
        ])
        #expect(plan.installs.map(\.endpoint) == ["a"])
        #expect(plan.waiting.map(\.decision.reasonCode) == [.awaitingRing])
        #expect(
            plan.conflicts.map(\.sentence) == [
                "servers-standard: the ring canary has 1 endpoints that need openssl, and its gate "
                    + "wants 3; the rings after it would never begin."
            ])
    }

    @Test func `a budget lets so many work at once, and shows its use`() throws {
        let policy = try Self.ringed(minimum: nil, budget: DisruptionBudget(.endpoints(2)))
        let plan = Self.plan(
            (0..<5).map { Self.endpoint("e\($0)", policy, [Self.update(seconds: Self.hour)]) })
        let starts = plan.installs.map { $0.startsAt.seconds(since: Self.saturday) / Self.hour }
        #expect(starts == [0, 0, 1, 1, 2])
        #expect(plan.budgets.map(\.peak) == [2])
        #expect(plan.budgets.map(\.limit) == [2])
        let perSite = try Self.ringed(
            minimum: nil, budget: DisruptionBudget(.endpoints(1), per: .site))
        let sites = Self.plan(
            (0..<4).map {
                Self.endpoint(
                    "e\($0)", perSite, site: $0 < 2 ? "Berlin" : "Bonn",
                    [Self.update(seconds: Self.hour)])
            })
        #expect(
            sites.installs.map { $0.startsAt.seconds(since: Self.saturday) } == [0, 0, 3600, 3600])
        #expect(sites.budgets.map(\.site) == ["Berlin", "Bonn"])
    }

    @Test func `an endpoint that reboots keeps its place in the budget until it is back`() throws {
        let policy = try Self.ringed(minimum: nil, budget: DisruptionBudget(.endpoints(1)))
        for (needsReboot, expected) in [(true, [0, 900, 1800]), (nil, [0, 600, 1200])] {
            var update = Self.update(needsReboot: needsReboot)
            update.context.work = WorkEstimate(seconds: 600, rebootReserveSeconds: 300)
            let plan = Self.plan((0..<3).map { Self.endpoint("e\($0)", policy, [update]) })
            #expect(
                plan.installs.map { Int($0.startsAt.seconds(since: Self.saturday)) } == expected)
            #expect(plan.budgets.map(\.peak) == [1])
        }
    }

    @Test func `a budget without room is a conflict`() throws {
        let policy = try Self.ringed(minimum: nil, budget: DisruptionBudget(.endpoints(0)))
        let plan = Self.plan([Self.endpoint("b", policy, [Self.update()])])
        #expect(plan.installs.isEmpty)
        #expect(
            plan.conflicts == [
                .budgetTooSmall(
                    endpoint: "b", policy: try Sample.name("servers-standard"),
                    ring: try Sample.name("broad"))
            ])
    }

    @Test func `without a policy everything waits for a person`() {
        let plan = Self.plan([
            PlanEndpoint(
                subject: Sample.endpoint(), policy: nil, outlook: .unrestricted,
                updates: [Self.update()])
        ])
        #expect(plan.waiting.map(\.decision.reasonCode) == [.awaitingApproval])
    }

    @Test(arguments: Seeds.all)
    func `every update is planned once or waits, inside its window and the budget`(seed: UInt64)
        throws
    {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            let limit = Int.random(in: 1...4, using: &generator)
            let policy = try Self.ringed(
                soak: .hours(Int.random(in: 0...30, using: &generator)),
                budget: DisruptionBudget(.endpoints(limit)))
            let endpoints = (0..<Int.random(in: 1...14, using: &generator)).map { number in
                Self.endpoint(
                    "e\(number)", policy,
                    tags: Int.random(in: 0...3, using: &generator) == 0 ? ["canary"] : [],
                    ["openssl", "nginx", "bash"].filter { _ in Bool.random(using: &generator) }.map
                    {
                        Self.update(
                            $0, outFor: Int64.random(in: 0...5, using: &generator),
                            seconds: Int64.random(in: 1...9000, using: &generator))
                    })
            }
            let plan = Self.plan(endpoints)
            let total = endpoints.reduce(0) { $0 + $1.updates.count }
            #expect(plan.installs.count + plan.waiting.count == total)
            let keys = plan.installs.map { $0.endpoint + $0.update.name }
            #expect(Set(keys).count == keys.count)
            for install in plan.installs {
                let closes = try #require(install.closesAt)
                #expect(install.startsAt < closes && install.startsAt < Self.until)
            }
            #expect(plan.budgets.allSatisfy { $0.peak <= $0.limit })
            let again = Self.plan(endpoints)
            #expect(again == plan, "the same input gives the same plan")
        }
    }
}
