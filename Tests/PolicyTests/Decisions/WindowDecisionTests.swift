import Calendar
import Fleet
import Policy
import Testing

@Suite("An approved update finds its time")
struct WindowDecisionTests {
    private static let saturday = Timestamp("2026-11-28T22:00:00Z") ?? Sample.monday

    @Test(
        arguments: [
            (0, 3600, Decision.ReasonCode.windowOpen, 0),
            (2 * 3600, 2 * 3600, .windowOpen, 2 * 3600),
            (3 * 3600, 3601, .tooLittleTimeLeft, 86_400), (0, 4 * 3600, .windowOpen, 0),
            (-1, 3600, .awaitingWindow, 0), (0, 4 * 3600 + 1, .doesNotFit, nil),
            (4 * 3600, 1, .awaitingWindow, 86_400),
        ] as [(Int64, Int64, Decision.ReasonCode, Int64?)])
    func `nothing starts that cannot end in its window`(
        after: Int64, work: Int64, code: Decision.ReasonCode, start: Int64?
    ) throws {
        let decision = Sample.decide(
            Sample.update(outFor: 30), under: try Sample.policy(),
            DecisionContext(work: WorkEstimate(seconds: work)),
            at: Self.saturday.adding(seconds: after))
        #expect(decision.reasonCode == code)
        #expect(decision.nextAt == start.map { Self.saturday.adding(seconds: $0) })
    }

    @Test func `the reserve for a reboot counts`() throws {
        let decision = Sample.decide(
            Sample.update(), under: try Sample.policy(),
            DecisionContext(work: WorkEstimate(seconds: 3 * 3600, rebootReserveSeconds: 3601)))
        #expect(decision.reasonCode == .doesNotFit)
        #expect(decision.sentence.contains("which no window of its lane has"))
    }

    @Test func `a freeze is named when it keeps the next window shut`() throws {
        let from = try #require(LocalDate("2026-11-25"))
        let to = try #require(LocalDate("2026-12-01"))
        let freeze = try #require(Freeze(from: from, to: to, reason: "Year end"))
        let decision = Sample.decide(Sample.update(), under: try Sample.policy(freezes: [freeze]))
        #expect(decision.reasonCode == .frozen)
        #expect(decision.nextAt == Timestamp("2026-12-05T22:00:00Z"))
        #expect(
            decision.sentence.hasSuffix(
                "a freeze (Year end) keeps the windows before that shut, so it installs in the "
                    + "window weekend, which opens 2026-12-05 22:00 UTC."))
    }

    /// A policy whose everyday window opens a week after the release, at 22:00.
    private func counting(_ others: [MaintenanceWindow] = []) throws -> PatchPolicy {
        let week = try Sample.window("weekend", every: "7 days after release")
        var policy = try Sample.policy(
            rules: [PolicyRule(when: try Sample.when("all"), Treatment(.atOnce))],
            windows: [week] + others)
        policy.lanes.routine.windows += others.compactMap { PolicyName($0.name) }
        return policy
    }

    private func decide(
        _ subject: UpdateSubject, under policy: PatchPolicy, at now: Timestamp = Sample.monday
    ) -> Decision {
        let effective = Sample.effective(policy)
        #expect(effective.countsFromRelease)
        var context = DecisionContext()
        context.outlook = effective.outlook(
            in: Zones(endpoint: .utc), at: now, release: subject.outSince)
        return Decision.decide(subject, under: CompiledPolicy(effective), in: context, at: now)
    }

    @Test func `a window that counts from a release is each update's own`() throws {
        let policy = try counting()
        let decision = decide(Sample.update(outFor: 4), under: policy)
        #expect(decision.reasonCode == .awaitingWindow)
        #expect(decision.nextAt == Timestamp("2026-11-26T22:00:00Z"))
        #expect(
            decide(Sample.update(outFor: 2), under: policy).nextAt
                == Timestamp("2026-11-28T22:00:00Z"))
        let open = try #require(Timestamp("2026-11-26T23:00:00Z"))
        #expect(decide(Sample.update(outFor: 4), under: policy, at: open).reasonCode == .windowOpen)
    }

    @Test func `an update that is only seen counts from its first sighting`() throws {
        var update = Sample.update(outFor: nil)
        update.firstSeenAt = Sample.days(-3)
        #expect(
            decide(update, under: try counting()).nextAt == Timestamp("2026-11-27T22:00:00Z"))
        let unknown = decide(Sample.update(outFor: nil), under: try counting())
        #expect(unknown.reasonCode == .ageUnknown)
        #expect(
            unknown.sentence == "Approved by rule 1 of servers-standard; the window weekend counts "
                + "from the release of the fix, and it is not known since when the fix is out.")
    }

    @Test func `what has missed its one opening says so, or takes another window of its lane`()
        throws
    {
        let late = decide(Sample.update(outFor: 30), under: try counting())
        #expect(late.reasonCode == .noWindow)
        #expect(
            late.sentence.hasSuffix(
                "its window weekend counts from the release of the fix and opened 2026-10-31 "
                    + "22:00 UTC, and no other window of its lane will open."))
        let friday = try Sample.window("friday", every: "friday")
        let other = decide(Sample.update(outFor: 30), under: try counting([friday]))
        #expect(other.reasonCode == .awaitingWindow)
        #expect(other.nextAt == Timestamp("2026-11-27T22:00:00Z"))
    }

    @Test func `an opening after a release is found however far ahead it is`() throws {
        var policy = try counting()
        policy.windows[0].recurrence = .afterRelease(days: 120)
        let alone = decide(Sample.update(outFor: 4), under: policy)
        #expect(alone.reasonCode == .awaitingWindow)
        #expect(alone.nextAt == Timestamp("2027-03-19T22:00:00Z"))
        // Another window of the lane opens each week, and is too short for it.
        policy.windows.append(try Sample.window("short", every: "friday", hours: 1))
        policy.lanes.routine.windows.append(try Sample.name("short"))
        let effective = Sample.effective(policy)
        let subject = Sample.update(outFor: 4)
        var context = DecisionContext(work: WorkEstimate(seconds: 2 * 3600))
        context.outlook = effective.outlook(
            in: Zones(endpoint: .utc), at: Sample.monday, release: subject.outSince)
        let beside = Decision.decide(
            subject, under: CompiledPolicy(effective), in: context, at: Sample.monday)
        #expect(beside.reasonCode == .awaitingWindow, "\(beside.sentence)")
        #expect(beside.nextAt == alone.nextAt)
    }

    @Test func `a plan puts each update into its own opening`() throws {
        let effective = Sample.effective(try counting())
        let zones = Zones(endpoint: .utc)
        let end = Sample.days(31)
        let updates = [("a", 4), ("b", 2), ("c", 30)].map { name, days in
            let subject = Sample.update(name, outFor: Int64(days))
            return PlanUpdate(
                subject: subject,
                outlook: effective.outlook(
                    in: zones, at: Sample.monday, until: end, release: subject.outSince))
        }
        let plan = PolicyPlan(
            of: [
                PlanEndpoint(
                    subject: Sample.endpoint(), policy: CompiledPolicy(effective),
                    outlook: effective.outlook(in: zones, at: Sample.monday, until: end),
                    updates: updates)
            ], from: Sample.monday, until: end)
        #expect(plan.installs.map(\.update.name) == ["a", "b"])
        #expect(
            plan.installs.map(\.startsAt.description)
                == ["2026-11-26T22:00:00Z", "2026-11-28T22:00:00Z"])
        #expect(plan.installs.allSatisfy { $0.window == "weekend" })
        #expect(plan.waiting.map(\.decision.reasonCode) == [.noWindow])
    }

    @Test func `a window that never opens is told`() throws {
        let past = try Sample.window("weekend", every: "2020-01-01")
        let decision = Sample.decide(Sample.update(), under: try Sample.policy(windows: [past]))
        #expect(decision.reasonCode == .noWindow)
        #expect(decision.action == .wait)
    }

    @Test func `a zone that is not known is told`() throws {
        var window = try Sample.window("weekend")
        window.zone = try #require(WindowZone("Mars/Olympus"))
        let decision = Sample.decide(Sample.update(), under: try Sample.policy(windows: [window]))
        #expect(decision.reasonCode == .zoneUnknown)
        #expect(decision.sentence.contains("Mars/Olympus"))
    }

    @Test(arguments: [
        (CatchUp.nextCheckIn, Decision.ReasonCode.catchingUp, Sample.monday as Timestamp?),
        (.nextWindow, .awaitingWindow, Timestamp("2026-11-28T22:00:00Z")),
        (.never, .windowMissed, nil),
    ])
    func `a missed window is made up for as the policy says`(
        catchUp: CatchUp, code: Decision.ReasonCode, nextAt: Timestamp?
    ) throws {
        let effective = Sample.effective(try Sample.policy(catchUp: catchUp))
        let missed = Occurrence(
            opens: Sample.days(-1), closes: Sample.monday, window: "weekend",
            localDate: try #require(LocalDate("2026-11-22")))
        let outlook = effective.outlook(
            in: Zones(endpoint: .utc), at: Sample.monday, missed: [.routine: missed])
        let decision = Decision.decide(
            Sample.update(), under: CompiledPolicy(effective),
            in: DecisionContext(outlook: outlook), at: Sample.monday)
        #expect(decision.reasonCode == code)
        #expect(decision.nextAt == nextAt)
    }

    /// The window is open from 22:00 to 02:00; hours are counted from its opening.
    @Test(
        arguments: [
            (heard: -1, ordered: -2, now: 5, isMissed: true),
            (heard: 1, ordered: -2, now: 5, isMissed: false),
            (heard: 1, ordered: 2, now: 5, isMissed: true),
            (heard: 3, ordered: 2, now: 5, isMissed: false),
            (heard: -1, ordered: 4, now: 5, isMissed: false),
            (heard: -1, ordered: -2, now: 3, isMissed: false),
        ])
    func `a window counts as missed when nobody was there for the order while it was open`(
        heard: Int64, ordered: Int64, now: Int64, isMissed: Bool
    ) throws {
        let policy = CompiledPolicy(Sample.effective(try Sample.policy()))
        func hours(_ count: Int64) -> Timestamp { Self.saturday.adding(seconds: count * 3600) }
        let missed = policy.missedWindow(
            of: Sample.update(), heard: hours(heard), ordered: hours(ordered),
            in: Zones(endpoint: .utc), at: hours(now))
        #expect((missed != nil) == isMissed)
    }

    @Test func `the window is told by its own clock`() throws {
        let berlin = try #require(TimeZoneRules(name: "Europe/Berlin", firstOffset: 3600))
        let effective = Sample.effective(try Sample.policy())
        let outlook = effective.outlook(in: Zones(endpoint: berlin), at: Sample.monday)
        let decision = Decision.decide(
            Sample.update(), under: CompiledPolicy(effective),
            in: DecisionContext(outlook: outlook), at: Sample.monday)
        #expect(decision.nextAt == Timestamp("2026-11-28T21:00:00Z"))
        #expect(decision.sentence.hasSuffix("which opens 2026-11-28 22:00 UTC+01:00."))
    }

    @Test func `a window that is not for installing does not count`() throws {
        var window = try Sample.window("weekend")
        window.kinds = [.prefetch, .detection]
        let decision = Sample.decide(Sample.update(), under: try Sample.policy(windows: [window]))
        #expect(decision.reasonCode == .noWindow)
    }
}
