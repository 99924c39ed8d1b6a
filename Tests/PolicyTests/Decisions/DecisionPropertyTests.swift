import Calendar
import Fleet
import Foundation
import Policy
import TestSupport
import Testing

@Suite("Whatever comes together, there is one decision")
struct DecisionPropertyTests {
    @Test(arguments: Seeds.all)
    func `any input gets a code, its action, a rule and a sentence`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let sample = try RandomCase(&generator)
            let decision = sample.decide()
            #expect(decision.action == decision.reasonCode.action)
            #expect(!decision.rule.isEmpty)
            #expect(decision.sentence.hasSuffix("."), "\(decision.sentence)")
            #expect(!decision.sentence.contains("  ") && !decision.sentence.contains(".."))
            #expect(decision == sample.decide(), "the same input gives the same decision")
            if let nextAt = decision.nextAt, decision.reasonCode != .queued {
                #expect(nextAt >= Sample.monday, "\(decision.reasonCode)")
            }
            let bytes = try JSONEncoder().encode(decision)
            let again = try JSONDecoder().decode(Decision.self, from: bytes)
            #expect(again.sentence == decision.sentence)
            #expect(again.lane == decision.lane)
        }
    }

    @Test(arguments: Seeds.all)
    func `a denial at any level beats every approval`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<80 {
            var sample = try RandomCase(&generator)
            sample.context.job = nil
            sample.context.isSilent = false
            let level = PolicyLevel.allCases.randomElement(using: &generator) ?? .tenant
            let denial = try Sample.policy(
                "the-denial",
                rules: [PolicyRule(when: .always, Treatment(.hold(reason: "no")))])
            sample.policies.append(PlacedPolicy(denial, at: level))
            sample.context.approvals = [PolicyDecisionTests.word(.approved, by: "Ada")]
            let decision = sample.decide()
            #expect(decision.action == .decline, "\(level) \(decision.sentence)")
        }
    }

    @Test(arguments: Seeds.all)
    func `adding a rule after the one that matches changes nothing`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<80 {
            var sample = try RandomCase(&generator)
            sample.policies = Array(sample.policies.prefix(1))
            sample.policies[0].policy.rules.append(PolicyRule(when: .always, Treatment(.byHand)))
            let before = sample.decide()
            sample.policies[0].policy.rules.append(
                PolicyRule(when: .always, Treatment(RandomCase.approval(&generator))))
            #expect(sample.decide() == before)
        }
    }

    @Test(arguments: Seeds.all)
    func `the first rule that matches decides`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<80 {
            var sample = try RandomCase(&generator)
            sample.policies = Array(sample.policies.prefix(1))
            sample.context = DecisionContext()
            sample.subject.update.installability = .installable
            let rules = sample.policies[0].policy.rules
            let first = rules.firstIndex {
                $0.when.evaluate(sample.subject, at: Sample.monday) == .yes
            }
            let expected = first.map { "rule \($0 + 1) of p0" } ?? "default of p0"
            #expect(sample.decide().rule == expected)
        }
    }

    @Test(arguments: Seeds.all)
    func `what may be installed now is approved and inside a window`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let sample = try RandomCase(&generator)
            let decision = sample.decide()
            guard decision.reasonCode == .windowOpen, let lane = decision.lane else { continue }
            let effective = try #require(sample.effective)
            let calendar = try WindowCalendar(
                effective.windows(of: lane), freezes: effective.freezes.map(\.value),
                zones: Zones(endpoint: .utc))
            #expect(calendar.isOpen(at: Sample.monday))
        }
    }
}

/// Policies of several levels, an update and what stands around it, all drawn from a seed.
private struct RandomCase {
    var policies: [PlacedPolicy] = []
    var subject: UpdateSubject
    var context: DecisionContext

    init(_ generator: inout SeededGenerator) throws {
        subject = Sample.update(
            ["openssl", "postgresql-15", "nginx"].randomElement(using: &generator) ?? "",
            severity: Severity.allCases.randomElement(using: &generator) ?? .low,
            classes: [UpdateClass.allCases.randomElement(using: &generator) ?? .security],
            kev: [true, false, nil].randomElement(using: &generator) ?? nil,
            outFor: [0, 3, 30, nil].randomElement(using: &generator) ?? nil)
        context = DecisionContext()
        for number in 0..<Int.random(in: 1...3, using: &generator) {
            let rules = try (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                PolicyRule(
                    when: try Sample.when(ExpressionPropertyTests.update(depth: 2, &generator)),
                    Treatment(
                        Self.approval(&generator),
                        approvers: Int.random(in: 1...2, using: &generator),
                        lane: Lane.allCases.randomElement(using: &generator) ?? .routine))
            }
            let policy = try Sample.policy(
                "p\(number)", applies: number == 0 ? "all" : "role = server or role = kiosk",
                rules: rules, otherwise: Treatment(Self.approval(&generator)),
                catchUp: CatchUp.allCases.randomElement(using: &generator))
            policies.append(
                PlacedPolicy(
                    policy, at: PolicyLevel.allCases.randomElement(using: &generator) ?? .site))
        }
        drawContext(&generator)
    }

    private mutating func drawContext(_ generator: inout SeededGenerator) {
        if Int.random(in: 0...9, using: &generator) == 0 {
            context.job = DecisionContext.JobStanding(
                stage: [.queued, .halted, .working, .interrupted, .pendingRestart]
                    .randomElement(using: &generator) ?? .queued,
                sentence: "Works.", deployment: "D", deadline: Sample.days(1))
        }
        context.isSilent = Int.random(in: 0...9, using: &generator) == 0
        context.work = WorkEstimate(seconds: Int64.random(in: 0...20_000, using: &generator))
        context.dueAt =
            [Sample.days(-1), Sample.days(9), nil].randomElement(using: &generator) ?? nil
        if Bool.random(using: &generator) {
            context.failure = DecisionContext.FailureStanding(
                sentence: "It broke.",
                sameCauseCount: Int.random(in: 1...4, using: &generator),
                retryAt: [Sample.days(1), nil].randomElement(using: &generator) ?? nil)
        }
        let verdicts: [ApprovalByHand.Verdict] = [
            .approved, .approved, .declined(reason: "no"), .hold(reason: "later"),
            .deferred(until: Sample.days(1)),
        ]
        for person in ["Ada", "Ben"] where Bool.random(using: &generator) {
            guard let verdict = verdicts.randomElement(using: &generator) else { continue }
            context.approvals.append(PolicyDecisionTests.word(verdict, by: person))
        }
    }

    static func approval(_ generator: inout SeededGenerator) -> Approval {
        let all: [Approval] = [
            .atOnce, .afterDays(2), .afterDays(0), .byHand, .prepareOnly, .declined,
            .hold(reason: "no"),
        ]
        return all.randomElement(using: &generator) ?? .byHand
    }

    var effective: EffectivePolicy? {
        EffectivePolicy(of: policies, for: Sample.endpoint(), at: Sample.monday)
    }

    func decide() -> Decision {
        var context = context
        let effective = effective
        context.outlook =
            effective?.outlook(in: Zones(endpoint: .utc), at: Sample.monday) ?? .unrestricted
        return Decision.decide(
            subject, under: effective.map(CompiledPolicy.init), in: context, at: Sample.monday)
    }
}
