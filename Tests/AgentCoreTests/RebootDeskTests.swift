@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout
import TestSupport
import Testing

@Suite struct `An agent and the reboot that a job needs` {
    let lives = Lives(["labkernel": .wantsReboot, "labgood": .good])

    static func care(
        _ mode: RebootRule.Mode = .ifNeeded, windows: [RebootWindow]? = nil,
        probes: [String]? = nil, deferrals: Int? = nil, deadline: Int64? = nil
    ) -> Aftercare {
        Aftercare(
            reboot: mode, deadlineSeconds: deadline, deferrals: deferrals, windows: windows,
            probes: probes, withinSeconds: 60)
    }

    static func order(_ names: String..., care: Aftercare?) -> JobOrder {
        var order = Orders.order(names.map { Orders.update($0) }, deadlineSeconds: 30 * 86_400)
        order.aftercare = care
        return order
    }

    static func person(_ user: UInt32) -> UserSession {
        UserSession(user: user, name: "user\(user)", terminal: "/dev/pts/\(user)")
    }

    @Test func `it reboots, and the job ends only after a fresh look in the new boot`() async throws
    {
        let order = Self.order("labkernel", care: Self.care(probes: ["tcp:443"]))
        let first = try await lives.install(order)
        #expect(first.goesOn == true)
        #expect(first.states == ["labkernel": .pendingRestart])
        #expect(try await lives.look(lives.desk()))
        #expect(try lives.results(of: order).count == 1)
        lives.boot()
        try await lives.look(lives.desk())
        let last = try #require(try lives.results(of: order).last)
        #expect(last.goesOn == nil)
        #expect(last.states == ["labkernel": .verified])
        #expect(last.isHealthy == true)
        #expect(last.wasHealthy == true)
        #expect(last.failure == nil)
        #expect(lives.machine.reboots == 1)
    }

    @Test func `how long a reboot takes is remembered and told`() async throws {
        var lives = lives
        lives.endsAtReboot = true
        let order = Self.order("labkernel", care: Self.care(probes: []))
        let first = try await lives.install(order)
        #expect(first.rebootSeconds == nil)
        #expect(try await lives.look(lives.desk()))
        lives.boot()
        try await lives.look(lives.desk())
        let last = try #require(try lives.results(of: order).last)
        #expect(last.states == ["labkernel": .verified])
        #expect(last.probes?.map(\.probe) == ["back in time"])
        #expect(last.rebootSeconds == 40)
        #expect(WorkMemo.load(from: lives.folder).reboots == "40/1")
    }

    @Test func `an order that says nothing of reboots ends as it always has`() async throws {
        let result = try await lives.install(Self.order("labkernel", care: nil))
        #expect(result.goesOn == nil)
        #expect(result.states == ["labkernel": .pendingRestart])
        #expect(try await lives.look(lives.desk()) == false)
    }

    @Test func `it waits for its window, and reboots in it`() async throws {
        let now = lives.world.now
        let window = RebootWindow(
            from: now.adding(seconds: 7200), until: now.adding(seconds: 10_800))
        _ = try await lives.install(Self.order("labkernel", care: Self.care(windows: [window])))
        #expect(try await lives.look(lives.desk(), steps: 2000))
        let at = try #require(lives.machine.change { $0.reboots.first })
        #expect(window.from <= at && at < window.until)
    }

    @Test func `a reboot is at hand in its window, and not while it waits for one`()
        async throws
    {
        let now = lives.world.now
        let window = RebootWindow(
            from: now.adding(seconds: 7200), until: now.adding(seconds: 10_800))
        lives.machine.change { $0.sessions = [Self.person(1000)] }
        _ = try await lives.install(Self.order("labkernel", care: Self.care(windows: [window])))
        let desk = lives.desk()
        try await lives.look(desk, steps: 3)
        #expect(!desk.isAtHand)
        lives.world.change { $0.now = window.from }
        try await lives.look(desk, steps: 1)
        #expect(desk.isAtHand)
    }

    @Test func `people are warned first, and have the time that the warning promises`() async throws
    {
        lives.machine.change { $0.sessions = [Self.person(1000), Self.person(1001)] }
        _ = try await lives.install(Self.order("labkernel", care: Self.care()))
        #expect(try await lives.look(lives.desk(), steps: 3000))
        let (shown, reboots) = lives.machine.change { ($0.shown.map(\.at), $0.reboots) }
        let users = lives.machine.change { Set($0.shown.map(\.user)) }
        #expect(users == [1000, 1001])
        let first = try #require(shown.first)
        let at = try #require(reboots.first)
        #expect(at.seconds(since: first) >= RebootRule.usualWarning.seconds)
    }

    @Test func `people are told the time by their own clock, and whose clock it is`() async throws {
        lives.machine.change { content in
            content.sessions = [Self.person(1000)]
            content.offset = 19_800
        }
        _ = try await lives.install(Self.order("labkernel", care: Self.care()))
        let desk = lives.desk()
        try await lives.look(desk, steps: 3)
        let told = try #require(lives.machine.change { $0.shown.first }).text
        let status = desk.answer(PeopleRequest(.status), from: Asker(user: 1000)).status
        let instant = try #require(status.rebootAt)
        let time = MinuteText.local(instant, offset: 19_800)
        #expect(time.hasSuffix("UTC+05:30"))
        #expect(told.contains(", at \(time), for labkernel"), "\(told)")
        #expect(status.sentence.contains(time), "\(status.sentence)")
    }

    @Test func `nobody is rebooted whom no warning has reached`() async throws {
        lives.machine.change { content in
            content.sessions = [Self.person(1000)]
            content.unreachable = [1000]
        }
        _ = try await lives.install(Self.order("labkernel", care: Self.care(deadline: 60)))
        let desk = lives.desk()
        #expect(try await lives.look(desk, steps: 500) == false)
        let status = desk.answer(PeopleRequest(.status), from: Asker(user: 1000)).status
        #expect(status.sentence.contains("user1000"))
        // The notification program of the user's desktop says that it has shown it.
        #expect(desk.answer(PeopleRequest(.shown), from: Asker(user: 1000)).refusal == nil)
        #expect(try await lives.look(desk, steps: 3000))
    }

    @Test func `deferrals are counted on the disk, and only those who are there may defer`()
        async throws
    {
        lives.machine.change { $0.sessions = [Self.person(1000)] }
        _ = try await lives.install(Self.order("labkernel", care: Self.care(deferrals: 2)))
        let desk = lives.desk()
        #expect(try await lives.look(desk, steps: 5) == false)
        let wish = PeopleRequest(.defer, seconds: 3600)
        #expect(desk.answer(wish, from: Asker(user: 1001)).refusal != nil)
        let before = lives.world.now
        let answer = desk.answer(wish, from: Asker(user: 1000))
        #expect(answer.refusal == nil)
        #expect(answer.status.deferralsLeft == 1)
        // Another life of the agent knows it too.
        let later = lives.desk()
        #expect(try await lives.look(later, steps: 5) == false)
        #expect(later.answer(wish, from: Asker(user: 0)).refusal == nil)
        #expect(later.answer(wish, from: Asker(user: 1000)).refusal?.contains("2 times") == true)
        #expect(try await lives.look(later, steps: 5000))
        let at = try #require(lives.machine.change { $0.reboots.first })
        #expect(at.seconds(since: before) >= 3600 + RebootRule.usualWarning.seconds)
    }

    @Test func `a prompt waits for consent, and the deadline ends the waiting`() async throws {
        lives.machine.change { $0.sessions = [Self.person(1000)] }
        _ = try await lives.install(
            Self.order("labkernel", care: Self.care(.prompt, deadline: 86_400)))
        let desk = lives.desk()
        let start = lives.world.now
        #expect(try await lives.look(desk, steps: 500) == false)
        #expect(desk.answer(PeopleRequest(.agree), from: Asker(user: 1000)).refusal == nil)
        #expect(try await lives.look(desk, steps: 5))
        #expect(lives.world.now.seconds(since: start) < 86_400)
    }

    @Test(arguments: ["backup (nightly run)", ""])
    func `programs that must not be cut off come first`(
        _ inhibitor: String
    ) async throws {
        _ = try await lives.install(Self.order("labkernel", care: Self.care()))
        if inhibitor.isEmpty {
            lives.world.change { $0.lockedUntil = $0.now.adding(seconds: 86_400) }
        } else {
            lives.machine.change { $0.inhibitors = [inhibitor] }
        }
        let desk = lives.desk()
        #expect(try await lives.look(desk, steps: 100) == false)
        lives.machine.change { $0.inhibitors = [] }
        lives.world.change { $0.lockedUntil = nil }
        #expect(try await lives.look(desk, steps: 5))
    }

    @Test func `a package that is half installed keeps it from rebooting`() async throws {
        _ = try await lives.install(Self.order("labkernel", care: Self.care()))
        lives.world.change { $0.unfinished = [World.key("labgood"): "half-configured"] }
        let desk = lives.desk()
        #expect(try await lives.look(desk, steps: 50) == false)
        let status = desk.answer(PeopleRequest(.status), from: Asker(user: 0)).status
        #expect(status.sentence.contains("labgood"))
    }
}

@Suite struct `What ends an agent's reboots` {
    let lives = Lives(["labkernel": .wantsReboot, "labgood": .good])
    private typealias Desk = `An agent and the reboot that a job needs`

    @Test func `two reboots in a window that do not help are the last`() async throws {
        let now = lives.world.now
        let window = RebootWindow(from: now, until: now.adding(seconds: 86_400))
        let order = Desk.order("labkernel", care: Desk.care(windows: [window]))
        _ = try await lives.install(order)
        for _ in 0..<5 {
            guard try await lives.look(lives.desk()) else { break }
            lives.boot(clearing: false)
        }
        #expect(lives.machine.reboots == RebootDecision.mostInWindow)
        let last = try #require(try lives.results(of: order).last)
        #expect(last.failure == .rebootNotClearing)
        #expect(last.goesOn == nil)
    }

    @Test func `without windows three in a day are the last`() async throws {
        let order = Desk.order("labkernel", care: Desk.care())
        _ = try await lives.install(order)
        for _ in 0..<6 {
            guard try await lives.look(lives.desk()) else { break }
            lives.boot(clearing: false)
        }
        #expect(lives.machine.reboots == RebootDecision.mostInDay)
        #expect(try lives.results(of: order).last?.failure == .rebootNotClearing)
    }

    @Test func `a counter that cannot be read counts as used up`() async throws {
        _ = try await lives.install(Desk.order("labkernel", care: Desk.care()))
        try lives.folder.replace("reboot/history.json", with: Array("[".utf8))
        #expect(try await lives.look(lives.desk(), steps: 50) == false)
    }

    @Test func `a signed policy that says never beats an order that says reboot`() async throws {
        lives.machine.change {
            $0.signed = RebootTerms(
                rule: .none, opening: .open(since: nil, until: nil),
                check: HealthCheck(probes: []))
        }
        var care = Desk.care()
        care.isRebootAsked = true
        let order = Desk.order(care: care)
        #expect(try await lives.install(order).goesOn == true)
        #expect(try await lives.look(lives.desk(), steps: 50) == false)
        let last = try #require(try lives.results(of: order).last)
        #expect(last.failure == .refused)
        #expect(lives.machine.reboots == 0)
    }

    @Test func `a reboot that was asked for needs no other reason`() async throws {
        var care = Desk.care()
        care.isRebootAsked = true
        let order = Desk.order(care: care)
        _ = try await lives.install(order)
        #expect(try await lives.look(lives.desk()))
        lives.boot()
        try await lives.look(lives.desk())
        let last = try #require(try lives.results(of: order).last)
        #expect(last.failure == nil && last.goesOn == nil)
        #expect(last.notes.contains("The endpoint has rebooted."))
    }

    @Test(arguments: [false, true])
    func `where only what needs it is rebooted, one that is merely asked for is refused`(
        isNeeded: Bool
    ) async throws {
        lives.machine.change {
            $0.signed = RebootTerms(
                rule: RebootRule(mode: .ifNeeded), opening: .open(since: nil, until: nil),
                check: HealthCheck(probes: []), mustBeNeeded: true)
        }
        if isNeeded {
            lives.world.change {
                $0.signals = [RebootSignal(kind: .rebootRequiredFile, detail: "a new kernel")]
            }
        }
        var care = Desk.care()
        care.isRebootAsked = true
        let order = Desk.order(care: care)
        #expect(try await lives.install(order).goesOn == true)
        #expect(try await lives.look(lives.desk(), steps: 50) == isNeeded)
        guard !isNeeded else { return }
        let last = try #require(try lives.results(of: order).last)
        #expect(last.failure == .refused)
        #expect(last.notes.contains { $0.contains("Nothing on this endpoint needs a reboot") })
        #expect(lives.machine.reboots == 0)
    }

    @Test func `a job that the control plane has called off reboots nothing`() async throws {
        let order = Desk.order("labkernel", care: Desk.care())
        _ = try await lives.install(order)
        lives.link.change { $0.cancels = true }
        #expect(try await lives.look(lives.desk()) == false)
        #expect(lives.machine.reboots == 0)
        #expect(try lives.results(of: order).last?.goesOn == nil)
    }

    @Test func `a reboot that cannot be ordered is tried again, and counted`() async throws {
        _ = try await lives.install(Desk.order("labkernel", care: Desk.care()))
        lives.machine.change { $0.rebootFault = "no power" }
        #expect(try await lives.look(lives.desk(), steps: 2) == false)
        lives.machine.change { $0.rebootFault = nil }
        #expect(try await lives.look(lives.desk()))
    }
}

@Suite struct `Health after an installation` {
    let lives = Lives(["labkernel": .wantsReboot, "labgood": .good])
    private typealias Desk = `An agent and the reboot that a job needs`

    @Test func `a probe that fails after the reboot makes the endpoint unhealthy`() async throws {
        let order = Desk.order("labkernel", care: Desk.care(probes: ["unit:nginx.service"]))
        _ = try await lives.install(order)
        #expect(try await lives.look(lives.desk()))
        lives.boot()
        lives.machine.change { $0.failing = ["unit:nginx.service"] }
        try await lives.look(lives.desk())
        let last = try #require(try lives.results(of: order).last)
        #expect(last.isHealthy == false)
        #expect(last.failure == .unhealthyAfterPatch)
        #expect(last.states == ["labkernel": .verified])
    }

    @Test func `an endpoint that was unhealthy before is not the update's fault`() async throws {
        lives.machine.change { $0.failing = ["tcp:80"] }
        let result = try await lives.install(
            Desk.order("labgood", care: Desk.care(.never, probes: ["tcp:80"])))
        #expect(result.wasHealthy == false)
        #expect(result.isHealthy == false)
        #expect(result.failure == nil)
    }

    @Test func `without a reboot the probes are asked before the result`() async throws {
        let result = try await lives.install(
            Desk.order("labgood", care: Desk.care(.never, probes: ["tcp:80"])))
        #expect(result.wasHealthy == true)
        #expect(result.isHealthy == true)
        #expect(result.goesOn == nil)
    }

    @Test func `a script is not run, since nothing vouches for it`() async throws {
        let result = try await lives.install(
            Desk.order("labgood", care: Desk.care(.never, probes: ["script:check"])))
        #expect(result.isHealthy == false)
        #expect(result.probes?.first?.sentence.contains("signed") == true)
    }
}
