import Calendar
import Fleet
import Policy
import Testing

@Suite("A policy decides on an update, and says why")
struct PolicyDecisionTests {
    @Test func `an approved update is installed when its window opens`() throws {
        let decision = Sample.decide(Sample.update(), under: try Sample.policy())
        #expect(decision.reasonCode == .awaitingWindow)
        #expect(decision.action == .install)
        #expect(decision.rule == "rule 2 of servers-standard")
        #expect(decision.nextAt == Timestamp("2026-11-28T22:00:00Z"))
        #expect(
            decision.sentence == "Approved by rule 2 of servers-standard after 2 days in the open; "
                + "installs in the window weekend, which opens 2026-11-28 22:00 UTC.")
    }

    @Test func `an exploited vulnerability takes the emergency lane at once`() throws {
        let decision = Sample.decide(Sample.update(kev: true), under: try Sample.policy())
        #expect(decision.reasonCode == .windowOpen)
        #expect(decision.lane == .emergency)
        #expect(decision.nextAt == Sample.monday)
        #expect(
            decision.sentence == "Approved by rule 1 of servers-standard; "
                + "the window any is open, so it may be installed now.")
    }

    @Test func `a fix ages before it is approved`() throws {
        let decision = Sample.decide(Sample.update(outFor: 1), under: try Sample.policy())
        #expect(decision.reasonCode == .ageing)
        #expect(decision.action == .wait)
        #expect(decision.nextAt == Sample.days(1))
        #expect(
            decision.sentence == "Rule 2 of servers-standard approves it after 2 days in the open, "
                + "which is 2026-11-24 12:00 UTC.")
    }

    @Test func `a fix of unknown age waits, and says so`() throws {
        let decision = Sample.decide(Sample.update(outFor: nil), under: try Sample.policy())
        #expect(decision.reasonCode == .ageUnknown)
        #expect(decision.nextAt == nil)
    }

    @Test func `an unrated update has its own rule`() throws {
        let update = Sample.update(severity: .unrated, outFor: 3)
        let decision = Sample.decide(update, under: try Sample.policy())
        #expect(decision.rule == "rule 4 of servers-standard")
        #expect(decision.reasonCode == .ageing)
    }

    @Test func `what no rule matches gets the default`() throws {
        let update = Sample.update(severity: .low)
        let decision = Sample.decide(update, under: try Sample.policy())
        #expect(decision.rule == "default of servers-standard")
        #expect(decision.reasonCode == .awaitingApproval)
        #expect(
            decision.sentence
                == "Waits for a person to approve it, by the default of servers-standard."
        )
    }

    @Test(arguments: [
        (WayBack.noWay, true), (.packageDowngrade, false), (nil, false),
    ])
    func `whoever reads what is to be installed is told that packages offer no way back`(
        wayBack: WayBack?, isTold: Bool
    ) throws {
        var update = Sample.update()
        update.update.wayBack = wayBack
        let sentence = Sample.decide(update, under: try Sample.policy()).sentence
        #expect(sentence.hasSuffix(" packages offer no way back.") == isTold)
        // What is not going to be installed needs none.
        var held = Sample.update("postgresql-15", severity: .moderate)
        held.update.wayBack = wayBack
        #expect(
            !Sample.decide(held, under: try Sample.policy()).sentence.contains("no way back"))
    }

    @Test func `a held package is not installed, and the reason is told`() throws {
        let update = Sample.update("postgresql-15", severity: .moderate)
        let decision = Sample.decide(update, under: try Sample.policy())
        #expect(decision.reasonCode == .onHold)
        #expect(decision.action == .decline)
        #expect(
            decision.sentence
                == "Held by rule 3 of servers-standard: The database team patches these by hand.")
    }

    @Test func `a rule that cannot be judged is passed over, and named`() throws {
        let update = Sample.update(kev: nil, epss: nil)
        let decision = Sample.decide(update, under: try Sample.policy())
        #expect(decision.rule == "rule 2 of servers-standard")
        #expect(
            decision.sentence.hasSuffix(
                "Rule 1 of servers-standard could not be judged, since “epss” and “kev” "
                    + "are not known."))
        // What is known is not told, nor what would have been asked of others.
        let half = Sample.decide(Sample.update(kev: false, epss: nil), under: try Sample.policy())
        #expect(half.sentence.contains("could not be judged, since “epss” is not known."))
    }

    @Test(
        arguments: [
            (Approval.byHand, 1, [], Decision.ReasonCode.awaitingApproval),
            (.byHand, 1, ["Ada"], .awaitingWindow), (.byHand, 2, ["Ada"], .awaitingSecondApproval),
            (.byHand, 2, ["Ada", "Ada"], .awaitingSecondApproval),
            (.byHand, 2, ["Ada", "Ben"], .awaitingWindow), (.prepareOnly, 1, [], .prepared),
            (.prepareOnly, 1, ["Ada"], .awaitingWindow),
            (.afterDays(30), 1, ["Ada"], .awaitingWindow),
            (.atOnce, 2, [], .awaitingWindow), (.declined, 1, ["Ada", "Ben"], .declined),
            (.hold(reason: "x"), 1, ["Ada", "Ben"], .onHold),
        ] as [(Approval, Int, [String], Decision.ReasonCode)])
    func `people approve, release and hurry, but do not lift a denial`(
        approval: Approval, approvers: Int, people: [String], expected: Decision.ReasonCode
    ) throws {
        let treatment = Treatment(approval, approvers: approvers)
        let words = people.map { Self.word(.approved, by: $0) }
        for policy in [
            try Sample.policy(rules: [], otherwise: treatment),
            try Sample.policy(rules: [PolicyRule(when: .always, treatment)]),
        ] {
            let decision = Sample.decide(
                Sample.update(), under: policy, DecisionContext(approvals: words))
            #expect(decision.reasonCode == expected)
            if expected == .awaitingWindow, !people.isEmpty {
                #expect(decision.sentence.hasPrefix("Approved by \(Set(people).sorted()[0])"))
            }
        }
    }

    @Test(arguments: [
        (
            ApprovalByHand.Verdict.declined(reason: "breaks the app"), Decision.ReasonCode.declined,
            "Declined by Cleo: breaks the app."
        ),
        (.hold(reason: "audit week"), .onHold, "Held by Cleo: audit week."),
        (
            .deferred(until: Sample.days(1)), .deferred,
            "Cleo has put the decision off until 2026-11-24 12:00 UTC."
        ),
    ])
    func `a person's no beats a rule's yes and another's yes`(
        verdict: ApprovalByHand.Verdict, code: Decision.ReasonCode, sentence: String
    ) throws {
        let words = [Self.word(.approved, by: "Ada"), Self.word(verdict, by: "Cleo")]
        for order in [words, words.reversed()] {
            let decision = Sample.decide(
                Sample.update(kev: true), under: try Sample.policy(),
                DecisionContext(approvals: order))
            #expect(decision.reasonCode == code)
            #expect(decision.sentence == sentence)
        }
    }

    @Test(arguments: [
        (UpdateSelector(package: "open*"), true), (UpdateSelector(package: "nginx"), false),
        (UpdateSelector(version: "1.0-2"), true), (UpdateSelector(version: "1.0-3"), false),
        (UpdateSelector(vulnerability: "cve-2026-0001"), true),
        (UpdateSelector(vulnerability: "CVE-2026-0002"), false),
        (UpdateSelector(family: "DSA-1"), false),
        (UpdateSelector(package: "openssl", version: "1.0-3"), false), (UpdateSelector(), true),
    ])
    func `a person's word is about the updates that it names`(
        selector: UpdateSelector, matches: Bool
    ) throws {
        let word = ApprovalByHand(
            .declined(reason: "no"), updates: selector, level: .tenant, person: "Ada",
            at: Sample.days(-1))
        let decision = Sample.decide(
            Sample.update(), under: try Sample.policy(), DecisionContext(approvals: [word]))
        #expect((decision.reasonCode == .declined) == matches)
    }

    @Test func `a person's word does not count before it was said`() throws {
        var word = Self.word(.declined(reason: "no"), by: "Ada")
        word.at = Sample.days(1)
        let decision = Sample.decide(
            Sample.update(), under: try Sample.policy(), DecisionContext(approvals: [word]))
        #expect(decision.reasonCode == .awaitingWindow)
    }

    @Test(arguments: [
        (1, Timestamp?.none, Decision.ReasonCode.lastAttemptFailed),
        (2, Sample.days(6), .awaitingRetry), (2, Sample.days(-1), .awaitingWindow),
        (3, Sample.days(6), .stoppedAfterFailures), (3, nil, .stoppedAfterFailures),
    ])
    func `a failure is tried again when its time comes, and three times at most`(
        count: Int, retryAt: Timestamp?, expected: Decision.ReasonCode
    ) throws {
        let failure = DecisionContext.FailureStanding(
            sentence: "The disk was full.", sameCauseCount: count, at: Sample.days(-2),
            retryAt: retryAt)
        let decision = Sample.decide(
            Sample.update(), under: try Sample.policy(), DecisionContext(failure: failure))
        #expect(decision.reasonCode == expected)
        let approved = Sample.decide(
            Sample.update(), under: try Sample.policy(),
            DecisionContext(failure: failure, approvals: [Self.word(.approved, by: "Ada")]))
        #expect(approved.reasonCode == .awaitingWindow, "a later approval begins anew")
    }

    @Test func `a retry happens inside a window`() throws {
        let failure = DecisionContext.FailureStanding(
            sentence: "The network was down.", at: Sample.days(-1), retryAt: Sample.days(2))
        let decision = Sample.decide(
            Sample.update(), under: try Sample.policy(), DecisionContext(failure: failure))
        #expect(decision.nextAt == Timestamp("2026-11-28T22:00:00Z"))
        #expect(decision.sentence.contains("tried again at 2026-11-28 22:00 UTC"))
    }

    @Test func `a ring waits for the one before it`() throws {
        let ring = DecisionContext.RingStanding(
            ring: try Sample.name("broad"), waitsFor: try Sample.name("canary"),
            notBefore: Sample.days(3))
        let decision = Sample.decide(
            Sample.update(), under: try Sample.policy(), DecisionContext(ring: ring))
        #expect(decision.reasonCode == .awaitingRing)
        #expect(
            decision.sentence.hasSuffix(
                "it is in the ring broad, and the ring canary must pass its gate first, "
                    + "not before 2026-11-26 12:00 UTC."))
    }

    @Test func `what comes after its due date says so`() throws {
        let decision = Sample.decide(
            Sample.update(), under: try Sample.policy(), DecisionContext(dueAt: Sample.days(2)))
        #expect(decision.isLate)
        #expect(
            decision.sentence.hasSuffix("That is after its due date, 2026-11-25 12:00 UTC."))
    }

    static func word(_ verdict: ApprovalByHand.Verdict, by person: String) -> ApprovalByHand {
        ApprovalByHand(
            verdict, updates: UpdateSelector(package: "*"), level: .tenant, person: person,
            at: Sample.days(-1))
    }
}
