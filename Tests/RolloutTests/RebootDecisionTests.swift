import Fleet
import Policy
import Rollout
import Testing

@Suite struct `A reboot and the people at the endpoint` {
    private static let now = RolloutSample.start
    private static let rule = RebootRule(mode: .prompt, deadline: .days(3), deferrals: 2)

    private static func ago(_ seconds: Int64) -> Timestamp { now.adding(seconds: -seconds) }

    private static func decide(
        _ rule: RebootRule = rule, _ change: (inout RebootSituation) -> Void
    ) -> RebootDecision {
        var situation = RebootSituation(neededSince: ago(3600))
        change(&situation)
        return RebootDecision.decide(situation, by: rule, at: now)
    }

    @Test func `no need, no reboot; and never means never`() {
        #expect(Self.decide { $0.neededSince = nil } == .notNeeded)
        #expect(Self.decide(.none) { _ in } == .leftToPeople)
    }

    @Test func `windows and inhibitors are respected`() {
        #expect(Self.decide { $0.isWindowOpen = false } == .waitForWindow)
        #expect(Self.decide { $0.inhibitors = ["backup"] } == .inhibited(by: ["backup"]))
        #expect(Self.decide { _ in } == .reboot)
    }

    @Test(arguments: [.ifNeeded, .prompt] as [RebootRule.Mode], [3600, 34_560_000] as [Int64])
    func `with a session open there is no reboot before a warning was acknowledged`(
        mode: RebootRule.Mode, age: Int64
    ) {
        let rule = RebootRule(mode: mode, deadline: .days(3), deferrals: 2)
        let decision = Self.decide(rule) {
            $0.hasSession = true
            $0.isAgreed = true
            $0.neededSince = Self.ago(age)
        }
        #expect(decision == .warn(deferralsLeft: age > 300_000 ? 0 : 2))
    }

    @Test func `an acknowledged warning gives the time that it promised`() {
        let decision = Self.decide(RebootRule(mode: .ifNeeded)) {
            $0.hasSession = true
            $0.warningAcknowledgedAt = Self.ago(60)
        }
        #expect(decision == .waitForWarning(until: Self.now.adding(seconds: 840)))
        let over = Self.decide(RebootRule(mode: .ifNeeded)) {
            $0.hasSession = true
            $0.warningAcknowledgedAt = Self.ago(900)
        }
        #expect(over == .reboot)
    }

    @Test func `deferrals are counted, and none reaches beyond the deadline`() {
        func deferred(_ count: Int, needed age: Int64) -> RebootDecision {
            Self.decide {
                $0.neededSince = Self.ago(age)
                $0.hasSession = true
                $0.warningAcknowledgedAt = Self.ago(1800)
                $0.deferrals = count
                $0.deferredUntil = Self.now.adding(seconds: 7200)
            }
        }
        #expect(deferred(2, needed: 3600) == .deferred(until: Self.now.adding(seconds: 7200)))
        #expect(
            deferred(3, needed: 3600)
                == .ask(until: Self.now.adding(seconds: 3 * 86_400 - 3600), deferralsLeft: 0))
        #expect(
            deferred(1, needed: 3 * 86_400 - 60) == .deferred(until: Self.now.adding(seconds: 60)))
        #expect(deferred(1, needed: 3 * 86_400) == .reboot)
    }

    @Test func `loops are stopped: two in a window, three in a day`() {
        let inWindow = Self.decide {
            $0.windowOpenedAt = Self.ago(7200)
            $0.reboots = [Self.ago(5000), Self.ago(2000)]
        }
        #expect(inWindow == .loopStopped(reboots: 2))
        let reboots = [80_000, 50_000, 20_000].map { Self.ago($0) }
        #expect(Self.decide { $0.reboots = reboots } == .loopStopped(reboots: 3))
        #expect(Self.decide { $0.reboots = [Self.ago(86_400)] + reboots.dropFirst() } == .reboot)
    }
}
