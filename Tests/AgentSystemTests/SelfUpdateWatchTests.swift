import Testing

@testable import AgentSystem

/// The watch over an update of the agent, told what a machine would show it.
struct SelfUpdateWatchTests {
    private static let old = file(1)
    private static let new = file(2)

    private static func file(_ inode: UInt64) -> ProgramFile {
        ProgramFile(device: 1, inode: inode, size: 40, modifiedMilliseconds: 5)
    }

    private static func sight(
        over: Bool = true, program: ProgramFile? = new, checkedIn: ProgramFile? = nil
    ) -> SelfUpdateWatch.Sight {
        SelfUpdateWatch.Sight(isRunOver: over, program: program, checkedIn: checkedIn)
    }

    private static func watch() -> SelfUpdateWatch {
        SelfUpdateWatch(before: old, patienceSeconds: 300)
    }

    @Test
    func `nothing is judged while the package manager is at work`() {
        var watch = Self.watch()
        for _ in 0..<1000 {
            #expect(watch.next(Self.sight(over: false, program: nil), after: 10) == .wait)
        }
    }

    @Test
    func `a run without end ends the watch and puts nothing back`() {
        var watch = Self.watch()
        #expect(
            watch.next(Self.sight(over: false), after: SelfUpdateWatch.longestRunSeconds + 1)
                == .end(isConfirmed: false))
    }

    @Test
    func `a run that replaced nothing leaves nothing to watch`() {
        var watch = Self.watch()
        #expect(watch.next(Self.sight(program: Self.old), after: 2) == .end(isConfirmed: false))
    }

    @Test
    func `a new program that checks in is confirmed`() {
        var watch = Self.watch()
        #expect(watch.next(Self.sight(), after: 2) == .wait)
        #expect(watch.next(Self.sight(checkedIn: Self.new), after: 2) == .end(isConfirmed: true))
    }

    @Test
    func `a check-in of the old program, which still runs, confirms nothing`() {
        var watch = Self.watch()
        #expect(watch.next(Self.sight(checkedIn: Self.old), after: 2) == .wait)
    }

    @Test
    func `a silent program's service is started anew once, before the patience is over`() {
        var watch = Self.watch()
        var steps: [SelfUpdateWatch.Step] = []
        for _ in 0..<149 { steps.append(watch.next(Self.sight(), after: 2)) }
        #expect(steps.count { $0 == .restartAgent } == 1)
        #expect(steps.allSatisfy { $0 == .wait || $0 == .restartAgent })
    }

    @Test
    func `a silent program is taken back when the old one reaches the server`() {
        var watch = Self.watch()
        _ = watch.next(Self.sight(), after: 100)
        #expect(watch.next(Self.sight(), after: 200) == .askServer)
        guard case .takeBack(let reason) = watch.serverAnswered(true) else {
            Issue.record("It was not taken back.")
            return
        }
        #expect(reason.contains("300 s"))
    }

    @Test
    func `an outage takes nothing back, and is asked about once a minute`() {
        var watch = Self.watch()
        _ = watch.next(Self.sight(), after: 299)
        var asked = 0
        for _ in 0..<600 where watch.next(Self.sight(), after: 2) == .askServer {
            asked += 1
            #expect(watch.serverAnswered(false) == .wait)
        }
        #expect((19...21).contains(asked))
        #expect(watch.next(Self.sight(checkedIn: Self.new), after: 2) == .end(isConfirmed: true))
    }

    @Test
    func `an outage of more than a week brings the program back that is known to work`() {
        var watch = Self.watch()
        let step = watch.next(Self.sight(), after: SelfUpdateWatch.longestOutageSeconds)
        guard case .takeBack = step else {
            Issue.record("\(step)")
            return
        }
    }

    @Test
    func `a program that is gone is brought back without asking anybody`() {
        var watch = Self.watch()
        guard case .takeBack = watch.next(Self.sight(program: nil), after: 300) else {
            Issue.record("It was not taken back.")
            return
        }
    }
}
