import Calendar
import Fleet
import Policy
import TestSupport
import Testing

/// Windows that need somebody on duty, in the one decision: the window opens on Saturday,
/// 2026-11-28, and Sunday from 22:00 to 02:00 UTC; hours are counted from its first opening.
@Suite struct `An approved update and who is on duty` {
    private static let saturday = Timestamp("2026-11-28T22:00:00Z") ?? Sample.monday

    private static func hour(_ count: Int64) -> Timestamp { saturday.adding(seconds: count * 3600) }

    private static func duties(_ hours: [ClosedRange<Int64>]) -> [OnDuty] {
        hours.map {
            OnDuty("Anna", OpenStretch(opens: hour($0.lowerBound), closes: hour($0.upperBound)))
        }
    }

    private static func policy(
        catchUp: CatchUp? = nil, beside other: MaintenanceWindow? = nil, freezes: [Freeze] = []
    ) throws -> PatchPolicy {
        var weekend = try Sample.window("weekend")
        weekend.staffing = .onDuty
        var policy = try Sample.policy(
            rules: [PolicyRule(when: try Sample.when("all"), Treatment(.atOnce))],
            windows: [weekend] + [other].compactMap(\.self), freezes: freezes, catchUp: catchUp)
        if let other { policy.lanes.routine.windows.append(try Sample.name(other.name)) }
        return policy
    }

    private static func decide(
        under policy: PatchPolicy, _ duties: [OnDuty], seconds: Int64 = 3600,
        at now: Timestamp, missed: Occurrence? = nil, retryAt: Timestamp? = nil
    ) -> Decision {
        let effective = Sample.effective(policy)
        var zones = Zones(endpoint: .utc)
        zones.onDuty = duties
        var context = DecisionContext(work: WorkEstimate(seconds: seconds))
        if let retryAt {
            context.failure = DecisionContext.FailureStanding(sentence: "Busy.", retryAt: retryAt)
        }
        context.outlook = effective.outlook(
            in: zones, at: now, missed: missed.map { [.routine: $0] } ?? [:])
        return Decision.decide(
            Sample.update(), under: CompiledPolicy(effective), in: context, at: now)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var now: Int64
        var duties: [ClosedRange<Int64>] = []
        var seconds: Int64 = 3600
        var code: Decision.ReasonCode
        var next: Int64?
    }

    @Test(arguments: [
        Case(testDescription: "nobody, shut", now: -30, code: .awaitingDuty),
        Case(testDescription: "nobody, open", now: 1, code: .awaitingDuty),
        Case(
            testDescription: "there from its opening", now: -30, duties: [0...9],
            code: .awaitingWindow, next: 0),
        Case(
            testDescription: "there before and while", now: -3, duties: [-5...9],
            code: .awaitingWindow, next: 0),
        Case(testDescription: "there now", now: 1, duties: [0...9], code: .windowOpen, next: 1),
        Case(testDescription: "comes later", now: 1, duties: [2...9], code: .awaitingDuty, next: 2),
        Case(
            testDescription: "comes in mid-window", now: -30, duties: [1...4],
            code: .awaitingDuty, next: 1),
        Case(
            testDescription: "comes on Sunday", now: -30, duties: [20...30],
            code: .awaitingDuty, next: 24),
        Case(testDescription: "has gone", now: 2, duties: [-9...2], code: .awaitingDuty),
        Case(
            testDescription: "leaves too soon, back on Sunday", now: 2,
            duties: [0...3, 24...28], seconds: 5400, code: .tooLittleTimeLeft, next: 24),
        Case(
            testDescription: "is there on other days only", now: -30, duties: [-9...(-3)],
            code: .awaitingDuty),
        Case(
            testDescription: "the window itself is too short", now: -30, seconds: 5 * 3600,
            code: .doesNotFit),
    ])
    func `it is decided by who is there and when`(_ each: Case) throws {
        let decision = Self.decide(
            under: try Self.policy(), Self.duties(each.duties), seconds: each.seconds,
            at: Self.hour(each.now))
        #expect(decision.reasonCode == each.code)
        #expect(decision.nextAt == each.next.map(Self.hour))
    }

    @Test func `the sentence says that somebody is needed, and since when somebody is`() throws {
        let policy = try Self.policy()
        let shut = Self.decide(under: policy, [], at: Self.hour(-30))
        #expect(
            shut.sentence == "Approved by rule 1 of servers-standard; the window weekend, which "
                + "opens 2026-11-28 22:00 UTC, needs somebody on duty, and nobody is.")
        let open = Self.decide(under: policy, [], at: Self.hour(1))
        #expect(
            open.sentence.hasSuffix(
                "; the window weekend is open and needs somebody on duty, and nobody is."))
        let later = Self.decide(under: policy, Self.duties([2...4]), at: Self.hour(1))
        #expect(
            later.sentence.hasSuffix(
                "needs somebody on duty, and nobody is before 2026-11-29 00:00 UTC, when it "
                    + "installs."))
        #expect(Decision.ReasonCode.awaitingDuty.nextStep == "Declare who is on duty, and when.")
        #expect(shut.mayBePrefetched)
    }

    @Test func `another window of the lane needs nobody and comes first`() throws {
        let friday = try Sample.window("friday", every: "friday")
        let decision = Self.decide(
            under: try Self.policy(beside: friday), [], at: Sample.monday)
        #expect(decision.reasonCode == .awaitingWindow)
        #expect(decision.nextAt == Timestamp("2026-11-27T22:00:00Z"))
        // After it the staffed one would come first.
        let after = Self.decide(
            under: try Self.policy(beside: friday), [],
            at: try #require(Timestamp("2026-11-28T12:00:00Z")))
        #expect(after.reasonCode == .awaitingDuty)
        #expect(after.nextAt == Timestamp("2026-12-04T22:00:00Z"))
    }

    @Test func `an opening that is too short for the work asks nobody to be on duty`() throws {
        // Staffed for an hour each Friday, and unstaffed for four on Tuesdays.
        var friday = try Sample.window("friday", every: "friday", hours: 1)
        friday.staffing = .onDuty
        let tuesday = try Sample.window("tuesday", every: "tuesday")
        func decide(_ hours: Int64, _ windows: [MaintenanceWindow]) throws -> Decision {
            var policy = try Sample.policy(
                rules: [PolicyRule(when: try Sample.when("all"), Treatment(.atOnce))],
                windows: windows)
            policy.lanes.routine.windows = try windows.map { try Sample.name($0.name) }
            let wednesday = Sample.monday.adding(seconds: 2 * 86_400)
            return Self.decide(under: policy, [], seconds: hours * 3600 - 900, at: wednesday)
        }
        #expect(try decide(1, [friday, tuesday]).reasonCode == .awaitingDuty)
        let long = try decide(2, [friday, tuesday])
        #expect(long.reasonCode == .awaitingWindow)
        #expect(long.sentence.contains("tuesday"), "\(long.sentence)")
        #expect(try decide(2, [friday]).reasonCode == .doesNotFit)
        // Of two that need somebody the one is named in which the work has room.
        var sunday = try Sample.window("sunday", every: "sunday")
        sunday.staffing = .onDuty
        let later = try decide(2, [friday, sunday, tuesday])
        #expect(later.reasonCode == .awaitingDuty)
        #expect(later.sentence.contains("the window sunday"), "\(later.sentence)")
    }

    @Test func `an opening with too little time left is not what it waits for`() throws {
        // Half an hour of Saturday is left: Sunday is when somebody must be there.
        let decision = Self.decide(
            under: try Self.policy(), [], at: Self.hour(4).adding(seconds: -1800))
        #expect(decision.reasonCode == .awaitingDuty)
        #expect(decision.sentence.contains("opens 2026-11-29 22:00 UTC"), "\(decision.sentence)")
    }

    @Test func `a retry that is due later is what it waits for, unless nobody is there`() throws {
        let (policy, retry) = (try Self.policy(), Self.hour(2))
        let there = Self.decide(
            under: policy, Self.duties([0...4]), at: Self.hour(1), retryAt: retry)
        #expect(there.reasonCode == .awaitingRetry && there.nextAt == retry)
        let nobody = Self.decide(under: policy, [], at: Self.hour(1), retryAt: retry)
        #expect(nobody.reasonCode == .awaitingDuty && nobody.nextAt == nil)
    }

    @Test(arguments: CatchUp.allCases)
    func `a missed opening is not made up for while nobody is there`(catchUp: CatchUp) throws {
        let missed = Occurrence(
            opens: Self.hour(0), closes: Self.hour(4), window: "weekend",
            localDate: try #require(LocalDate("2026-11-28")))
        let decision = Self.decide(
            under: try Self.policy(catchUp: catchUp), Self.duties([0...4]), at: Self.hour(9),
            missed: missed)
        #expect(decision.reasonCode == (catchUp == .never ? .windowMissed : .awaitingDuty))
        #expect(decision.nextAt == nil)
    }

    @Test(arguments: Seeds.all)
    func `with nobody on duty nothing is ever installed in such a window`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let policy = try Self.policy(catchUp: CatchUp.allCases.randomElement(using: &generator))
        for _ in 0..<40 {
            let now = Sample.monday.adding(
                seconds: Int64.random(in: 0...2_000_000, using: &generator))
            let decision = Self.decide(
                under: policy, [], seconds: Int64.random(in: 0...20_000, using: &generator),
                at: now)
            #expect(
                [.awaitingDuty, .doesNotFit].contains(decision.reasonCode),
                "seed \(seed), \(now): \(decision.sentence)")
            #expect(decision.nextAt == nil, "seed \(seed), \(now)")
        }
    }

    @Test func `a plan installs while somebody is there, and says who waits for nobody`() throws {
        let effective = Sample.effective(try Self.policy())
        func plan(_ duties: [OnDuty]) -> PolicyPlan {
            var zones = Zones(endpoint: .utc)
            zones.onDuty = duties
            let outlook = effective.outlook(in: zones, at: Sample.monday, until: Sample.days(21))
            let endpoint = PlanEndpoint(
                subject: Sample.endpoint(), policy: CompiledPolicy(effective), outlook: outlook,
                updates: [PlanUpdate(subject: Sample.update())])
            return PolicyPlan(of: [endpoint], from: Sample.monday, until: Sample.days(21))
        }
        let nobody = plan([])
        #expect(nobody.installs.isEmpty)
        #expect(nobody.waiting.map(\.decision.reasonCode) == [.awaitingDuty])
        #expect(nobody.waiting.map(\.endpoint) == ["ept_1"])
        let sunday = plan(Self.duties([25...27]))
        #expect(sunday.installs.map(\.startsAt) == [Self.hour(25)])
        #expect(sunday.installs.map(\.closesAt) == [Self.hour(27)])
        #expect(sunday.waiting.isEmpty)
    }
}
