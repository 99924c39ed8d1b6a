import Calendar
import Fleet
import Policy
import Testing

@Suite("Rings decide whose turn it is, in plans and in explanations")
struct RingTurnTests {
    private static let until = Sample.days(21)
    private static let saturday = Timestamp("2026-11-28T22:00:00Z") ?? Sample.monday

    private static func rings(
        minimum: Int? = 1, soak: TimeSpan = .hours(12), last: RingMembers = .rest,
        budget: DisruptionBudget? = nil
    ) throws -> PatchPolicy {
        let whole = try #require(Percentage("100%"))
        return try Sample.policy(rings: [
            Ring(
                name: try Sample.name("canary"),
                members: .matching(try Sample.group("tag = canary")), soak: soak,
                gate: minimum.map { RingGate(verified: whole, minimum: $0) }),
            Ring(name: try Sample.name("broad"), members: last, budget: budget),
        ])
    }

    private static func endpoint(
        _ key: String, _ policy: PatchPolicy, tags: Set<String> = [],
        _ updates: [String] = ["openssl"]
    ) -> PlanEndpoint {
        let effective = Sample.effective(policy)
        return PlanEndpoint(
            subject: Sample.endpoint(key, tags: tags), policy: CompiledPolicy(effective),
            outlook: effective.outlook(in: Zones(endpoint: .utc), at: Sample.monday, until: until),
            updates: updates.map {
                PlanUpdate(
                    subject: Sample.update($0),
                    context: DecisionContext(work: WorkEstimate(seconds: 600)), needsReboot: false)
            })
    }

    private static func plan(_ endpoints: [PlanEndpoint]) -> PolicyPlan {
        PolicyPlan(of: endpoints, from: Sample.monday, until: until)
    }

    private static func explained(_ endpoints: [PlanEndpoint]) -> [Decision] {
        PolicyPlan.decisions(on: endpoints, at: Sample.monday).flatMap(\.self)
    }

    @Test(arguments: [1, 3])
    func `a gate that has nobody for an update holds up those after it`(minimum: Int) throws {
        let policy = try Self.rings(minimum: minimum)
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"], []), Self.endpoint("b", policy),
        ])
        #expect(plan.installs.isEmpty)
        #expect(plan.waiting.map(\.decision.reasonCode) == [.awaitingRing])
        #expect(
            plan.conflicts.map(\.sentence) == [
                "servers-standard: nobody in the ring canary needs openssl, and its gate wants "
                    + "\(minimum); the rollout would halt there, and the rings after it never begin."
            ])
    }

    @Test func `a ring without a gate in which nobody gets the update is passed at once`() throws {
        let policy = try Self.rings(minimum: nil)
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"], []), Self.endpoint("b", policy),
        ])
        #expect(plan.installs.map(\.startsAt) == [Self.saturday])
        #expect(plan.conflicts.isEmpty)
    }

    @Test func `what no canary needs goes after what was approved with it`() throws {
        let policy = try Self.rings()
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"], ["nginx"]), Self.endpoint("b", policy),
        ])
        #expect(plan.installs.map(\.endpoint) == ["a", "b"])
        #expect(plan.installs.last?.startsAt == Self.saturday.adding(seconds: 86_400))
        #expect(plan.conflicts.isEmpty)
    }

    @Test func `an explanation of several endpoints goes by the rings of their plan`() throws {
        let policy = try Self.rings()
        let decisions = Self.explained([
            Self.endpoint("a", policy, tags: ["canary"]), Self.endpoint("b", policy),
        ])
        #expect(decisions.map(\.reasonCode) == [.awaitingWindow, .awaitingRing])
        #expect(decisions[1].nextAt == Self.saturday.adding(seconds: 600 + 12 * 3600))
        #expect(decisions[1].sentence.contains("in the ring broad, and the ring canary must pass"))
    }

    @Test(arguments: [1, nil] as [Int?])
    func `one endpoint alone waits for the ring before its own`(minimum: Int?) throws {
        let policy = try Self.rings(minimum: minimum)
        let later = try #require(Self.explained([Self.endpoint("b", policy)]).first)
        #expect(later.reasonCode == .awaitingRing)
        #expect(later.nextAt == nil)
        let first = Self.explained([Self.endpoint("a", policy, tags: ["canary"])])
        #expect(first.map(\.reasonCode) == [.awaitingWindow])
    }

    @Test func `what no ring takes is never said to be installed`() throws {
        let policy = try Self.rings(last: .matching(try Sample.group("tag = pilot")))
        let endpoints = [
            Self.endpoint("a", policy, tags: ["canary"]), Self.endpoint("b", policy),
        ]
        #expect(Self.explained(endpoints).map(\.reasonCode) == [.awaitingWindow, .noRing])
        let plan = Self.plan(endpoints)
        #expect(plan.waiting.map(\.decision.reasonCode) == [.noRing])
        #expect(
            plan.waiting.first?.decision.sentence.hasSuffix(
                "; no ring of the lane routine takes the endpoint, so nothing reaches it.") == true)
        // The server asks the policy itself.
        let compiled = CompiledPolicy(Sample.effective(policy))
        #expect(
            compiled.lanesWithoutRing(for: endpoints[1].subject, at: Sample.monday)
                .contains(LaneSet(.routine)))
        #expect(compiled.lanesWithoutRing(for: endpoints[0].subject, at: Sample.monday).isEmpty)
        var context = DecisionContext()
        context.lanesWithoutRing = .all
        #expect(Sample.decide(Sample.update(), under: policy, context).reasonCode == .noRing)
        // What an open rollout carries there is not kept from it.
        context.carriedIn = .routine
        #expect(
            Sample.decide(Sample.update(), under: policy, context).reasonCode == .awaitingWindow)
    }

    @Test func `a budget of nobody is told instead of an open window`() throws {
        let policy = try Self.rings(
            minimum: nil, budget: DisruptionBudget(.endpoints(0)))
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"], []), Self.endpoint("b", policy),
        ])
        let waits = try #require(plan.waiting.first)
        #expect(waits.decision.reasonCode == .awaitingTurn)
        #expect(waits.decision.nextAt == nil)
        #expect(waits.decision.sentence.contains("the budget of the ring broad lets nobody work"))
    }

    @Test func `a soak that outlasts the last window is named as the reason`() throws {
        let policy = try Self.rings(soak: .hours(15 * 24 + 12))
        let plan = Self.plan([
            Self.endpoint("a", policy, tags: ["canary"]), Self.endpoint("b", policy),
        ])
        #expect(plan.installs.map(\.endpoint) == ["a"])
        let waits = try #require(plan.waiting.first)
        #expect(waits.decision.reasonCode == .awaitingRing)
        #expect(waits.decision.sentence.hasSuffix("the soak leaves none."))
        // A turn behind the end of the plan says nothing of windows.
        let long = try Self.rings(soak: .hours(30 * 24))
        let open = try #require(
            Self.plan([
                Self.endpoint("a", long, tags: ["canary"]), Self.endpoint("b", long),
            ]).waiting.first)
        #expect(open.decision.reasonCode == .awaitingRing)
        #expect(open.decision.sentence.hasSuffix("not before 2026-12-28 22:10 UTC."))
    }

    @Test func `an order that is out says when its window opens, and not when it ends`() throws {
        let policy = try Self.rings()
        var context = DecisionContext()
        context.job = DecisionContext.JobStanding(
            stage: .queued, sentence: "Waits.", deployment: "A wave", deadline: Sample.days(7))
        func decided() -> Decision { Sample.decide(Sample.update(), under: policy, context) }
        // What a person ordered by hand is not bound to a lane.
        #expect(decided().sentence == "Approved; waits for the endpoint to collect it.")
        context.carriedIn = .routine
        #expect(decided().reasonCode == .queued)
        #expect(decided().nextAt == Self.saturday)
        #expect(
            decided().sentence.hasPrefix("Approved, and its order is out; its window "),
            "\(decided().sentence)")
        #expect(
            decided().sentence.hasSuffix(" opens 2026-11-28 22:00 UTC."), "\(decided().sentence)")
        // An order that ends before its window opens waits for nothing.
        context.job?.deadline = Sample.days(1)
        #expect(decided().nextAt == Sample.days(1))
    }
}
