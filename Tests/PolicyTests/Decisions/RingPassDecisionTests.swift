import Calendar
import Fleet
import Policy
import TestSupport
import Testing
import Verdicts

/// What a policy makes of a ring that must come first, in the one decision.
@Suite struct `A ring must have verified it on the same stack` {
    private static let pass = RingPass(ring: "lab", seconds: 3 * 86_400)
    private static let stack = "debian 12 on amd64"

    private static func compiled(
        _ pass: RingPass? = pass, approval: Approval = .atOnce
    ) throws -> CompiledPolicy {
        var policy = try Sample.policy(
            "mission-critical", rules: [], otherwise: Treatment(approval))
        policy.before = Preconditions(passed: pass)
        return CompiledPolicy(Sample.effective(policy))
    }

    private static func standing(
        members: Int = 4, twins: Int = 2, verified: Int = 0, since: Timestamp? = nil,
        failure: String? = nil, stack: String? = stack
    ) -> PassStanding {
        PassStanding(
            pass, stack: stack, members: members, twins: twins, verified: verified, since: since,
            failure: failure)
    }

    private static func decide(
        _ standing: PassStanding?, _ pass: RingPass? = pass, approval: Approval = .atOnce,
        days: Int64 = 0, in context: DecisionContext = DecisionContext()
    ) throws -> Decision {
        var context = context
        context.pass = standing
        return Decision.decide(
            Sample.update(), under: try compiled(pass, approval: approval), in: context,
            at: Sample.days(days))
    }

    @Test func `what nobody has verified waits, and says of whom it is expected`() throws {
        let decision = try Self.decide(Self.standing())
        #expect(decision.reasonCode == .awaitingTwin)
        #expect(decision.action == .wait)
        #expect(decision.nextAt == nil)
        #expect(decision.rule == "before of mission-critical")
        #expect(
            decision.sentence
                == "Waits for the ring lab, as mission-critical asks: none of its 2 endpoints with the "
                + "same stack (debian 12 on amd64) has verified it.")
    }

    @Test func `what has been verified holds for the time that is asked, and then goes on`() throws
    {
        let shown = Self.standing(verified: 1, since: Sample.days(-1))
        let early = try Self.decide(shown)
        #expect(early.reasonCode == .awaitingTwin)
        #expect(early.nextAt == Sample.days(2))
        #expect(
            early.sentence
                == "Waits for the ring lab, as mission-critical asks: 1 of its 2 endpoints with the "
                + "same stack (debian 12 on amd64) has verified it, which must hold until "
                + "2026-11-25 12:00 UTC.")
        let ripe = try Self.decide(shown, days: 2)
        #expect(ripe.action == .install)
        #expect(
            ripe.sentence.hasSuffix(
                " 1 endpoint of the ring lab with the same stack (debian 12 on amd64) has verified it, "
                    + "and it failed on none."))
    }

    @Test func `without a time it goes on at once`() throws {
        let shown = PassStanding(
            RingPass(ring: "lab"), stack: Self.stack, members: 1, twins: 1, verified: 1,
            since: Sample.monday)
        #expect(try Self.decide(shown, RingPass(ring: "lab")).action == .install)
    }

    @Test(arguments: [
        (4, "no endpoint of the ring lab has the same stack (debian 12 on amd64)"),
        (0, "the ring lab has no endpoint that was scanned"),
    ])
    func `where the ring has no twin it is refused, with the reason`(
        _ members: Int, _ reason: String
    ) throws {
        let decision = try Self.decide(Self.standing(members: members, twins: 0))
        #expect(decision.reasonCode == .noTwin)
        #expect(decision.action == .decline)
        #expect(decision.sentence == "Refused by mission-critical: \(reason).")
        #expect(decision.nextAt == nil)
    }

    @Test func `what went wrong on one of them waits, however many have verified it`() throws {
        let standing = Self.standing(
            verified: 1, since: Sample.days(-9), failure: "it went wrong on lab-2")
        let decision = try Self.decide(standing)
        #expect(decision.reasonCode == .awaitingTwin)
        #expect(decision.nextAt == nil)
        #expect(decision.sentence.contains("it went wrong on lab-2, which has the same stack"))
    }

    @Test func `who tries it for the others does not wait for them`() throws {
        let decision = try Self.decide(Self.standing(stack: nil))
        #expect(decision.action == .install)
        #expect(!decision.sentence.contains("lab"))
    }

    @Test func `where nothing is known of the ring it waits, and no order is taken back`() throws {
        let decision = try Self.decide(nil)
        #expect(decision.reasonCode == .awaitingTwin)
        #expect(decision.sentence.contains("what it has verified is known on the server only"))
        let denied = Decision.denied(
            Sample.update(), under: try Self.compiled(), approvals: [], at: Sample.monday)
        #expect(denied == nil)
    }

    @Test
    func `a person's approval does not get past it, and an order that has not begun goes back`()
        throws
    {
        let approved = ApprovalByHand(
            .approved, updates: UpdateSelector(package: "*"), level: .tenant, person: "anna",
            at: Sample.days(-1))
        var context = DecisionContext(approvals: [approved])
        #expect(
            try Self.decide(Self.standing(), approval: .byHand, in: context).reasonCode
                == .awaitingTwin
        )
        #expect(
            try Self.decide(Self.standing(twins: 0), approval: .byHand, in: context).reasonCode
                == .noTwin)
        context.job = DecisionContext.JobStanding(
            stage: .queued, sentence: "Queued.", deployment: "d", deadline: Sample.days(9))
        #expect(try Self.decide(Self.standing(), in: context).reasonCode == .awaitingTwin)
        context.job?.stage = .working
        #expect(try Self.decide(Self.standing(), in: context).reasonCode == .inProgress)
    }

    @Test func `a denial is told before it, and a policy that asks for nothing takes no notice`()
        throws
    {
        #expect(try Self.decide(Self.standing(), approval: .declined).reasonCode == .declined)
        #expect(try Self.decide(Self.standing(twins: 0), nil).action == .install)
    }

    @Test
    func `a nearer policy that says nothing of it inherits it, and one that does replaces it`()
        throws
    {
        var wide = try Sample.policy("wide")
        wide.before = Preconditions(passed: Self.pass)
        var near = try Sample.policy("near")
        func passed() -> RingPass? {
            EffectivePolicy(
                of: [PlacedPolicy(wide, at: .provider), PlacedPolicy(near, at: .tenant)],
                for: Sample.endpoint(), at: Sample.monday)?.before?.value.passed
        }
        #expect(passed() == Self.pass)
        near.before = Preconditions(snapshot: .preferred)
        #expect(passed() == nil)
    }

    private static let systems: [(id: String, versions: [String], areTwins: Bool)] = [
        ("debian", ["12", "12"], true), ("debian", ["11", "12"], false),
        ("ubuntu", ["22.04", "24.04"], false), ("rocky", ["9.3", "9.4"], true),
        ("rhel", ["8.10", "9.0"], false), ("alpine", ["3.20.1", "3.20.3"], true),
        ("alpine", ["3.19.1", "3.20.1"], false), ("opensuse-leap", ["15.5", "15.6"], false),
    ]

    @Test(arguments: systems.indices)
    func `releases are compared as far as they decide which packages there are`(_ number: Int) {
        let (id, versions, areTwins) = Self.systems[number]
        let stacks = versions.map { version in
            EndpointStack(
                OperatingSystem(id: id, versionId: version, name: id), architecture: "amd64",
                packages: [], of: Self.pass)
        }
        #expect((stacks[0] == stacks[1]) == areTwins)
    }

    @Test func `the stack is the packages that are named, whatever else is installed`() {
        let pass = RingPass(ring: "lab", stack: ["postgresql-*", "nginx"])
        func stack(_ packages: [String], _ architecture: String = "amd64") -> EndpointStack {
            EndpointStack(
                OperatingSystem(id: "debian", versionId: "", name: "Debian", codename: "trixie"),
                architecture: architecture, packages: packages, of: pass)
        }
        let database = stack(["bash", "postgresql-15", "nginx"])
        #expect(database == stack(["nginx", "postgresql-15", "zlib1g"]))
        #expect(database != stack(["postgresql-15"]))
        #expect(database != stack(["postgresql-16", "nginx"]))
        #expect(database != stack(["bash", "postgresql-15", "nginx"], "arm64"))
        #expect(database.words == "debian trixie on amd64 with nginx and postgresql-15")
        let many = stack((1...9).map { "postgresql-\($0)" })
        #expect(many.words.hasSuffix("postgresql-6 and 3 more"))
    }
}
