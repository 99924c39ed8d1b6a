@testable import AgentCore
import AgentProtocol
import Fleet
import Rollout
import Testing

/// The agent is killed at every write of its journal, and the power cut too: the end is always one
/// true result.
struct CrashTests {
    static let scenarios: [[String: World.Behaviour]] = [
        ["labgood": .good],
        ["laba": .good, "labfail": .fails, "labz": .good],
        ["labgood": .ignored],
        ["labkernel": .wantsReboot, "labgone": .unavailable],
    ]

    @Test(arguments: scenarios, CrashingFolder.Mode.allCases)
    func `a kill of the agent at any write changes nothing in the result, and starts nothing twice`(
        _ behaviours: [String: World.Behaviour], _ mode: CrashingFolder.Mode
    ) async throws {
        let order = Orders.order(behaviours.keys.sorted().map { Orders.update($0) })
        let calm = Workbench(behaviours)
        let expected = try await calm.finish(order).result
        let writes = calm.folder.writes
        #expect(writes > 3)
        for write in 0..<writes {
            let bench = Workbench(behaviours)
            bench.folder.crash(at: write, mode)
            let (result, lives) = try await bench.finish(order)
            #expect(lives > 1, "write \(write)")
            #expect(result.outcomes == expected.outcomes, "write \(write)")
            #expect(try bench.results(of: order).count == 1, "write \(write)")
            #expect(bench.world.starts.values.allSatisfy { $0 == 1 }, "write \(write)")
            #expect(
                bench.world.change { $0.installs } == calm.world.change { $0.installs },
                "write \(write)")
        }
    }

    @Test(arguments: scenarios, CrashingFolder.Mode.allCases)
    func `a power cut at any write ends in one result that the packages bear out`(
        _ behaviours: [String: World.Behaviour], _ mode: CrashingFolder.Mode
    ) async throws {
        let order = Orders.order(behaviours.keys.sorted().map { Orders.update($0) })
        for write in 0..<12 {
            let bench = Workbench(behaviours)
            bench.folder.crash(at: write, mode)
            let (result, _) = try await bench.finish(order, powerCuts: true)
            #expect(try bench.results(of: order).count == 1, "write \(write)")
            for outcome in result.outcomes {
                let version = bench.world.change { $0.installed[outcome.update.key] }
                let isIn = outcome.state == .verified || outcome.state == .pendingRestart
                #expect(
                    isIn == (version == outcome.update.to), "write \(write): \(outcome.sentence)")
            }
            #expect(bench.world.starts.values.allSatisfy { $0 == 1 }, "write \(write)")
        }
    }

    @Test
    func `a run that is cut off is repaired, looked at, and only what is missing is tried again`()
        async throws
    {
        let bench = Workbench(["laba": .good, "labz": .good])
        let order = Orders.order(of: "laba", "labz")
        // The run starts, the power goes while it works.
        let world = bench.world
        try JobFolder(order.job).append(
            [
                JournalEntry(at: Orders.start, .accepted(order)),
                JournalEntry(at: Orders.start, .checked(settled: [], signals: [])),
                JournalEntry(
                    at: Orders.start,
                    .runPlanned(number: 1, plan: world.installRun(for: order.updates), logOffset: 0)
                ),
            ], in: bench.folder)
        try await world.start(
            RunName(job: order.job, number: 1), world.installRun(for: order.updates))
        _ = await world.state(of: RunName(job: order.job, number: 1))
        world.powerCut()
        world.change { $0.installed[World.key("laba")] = "2.0" }
        let (result, _) = try await bench.finish(order)
        #expect(result.states == ["laba": .verified, "labz": .verified])
        #expect(world.change { $0.installs } == ["labz": 1])
        #expect(result.notes.contains { $0.contains("repaired") })
    }

    @Test func `what an interruption has damaged is repaired although a repair was needed before`()
        async throws
    {
        let bench = Workbench(["labgood": .good])
        let order = Orders.order(of: "labgood")
        let world = bench.world
        world.change {
            $0.unfinished[World.key("labold")] = "half-configured"
            $0.cannotBeRepaired = true
            // The second run is the installation: the power goes while it works.
            $0.runs[RunName(job: order.job, number: 2)] = World.Run(
                plan: world.installRun(for: order.updates), polls: 1, ending: .vanished)
            $0.interruptsAt = RunName(job: order.job, number: 2)
        }
        let (result, _) = try await bench.finish(order)
        #expect(result.states == ["labgood": .verified])
        #expect(world.starts.count == 3)
    }

    @Test func `an endpoint that dies twice while installing is left to a person`() async throws {
        let bench = Workbench(["labgood": .good])
        let order = Orders.order(of: "labgood")
        for number in 1...2 {
            let plan = bench.world.installRun(for: order.updates)
            bench.world.change {
                $0.runs[RunName(job: order.job, number: number)] = World.Run(
                    plan: plan, polls: 1, ending: .vanished)
            }
        }
        let (result, _) = try await bench.finish(order)
        #expect(result.states == ["labgood": .failed])
        #expect(result.outcome("labgood")?.failure == .interrupted)
        #expect(bench.world.change { $0.installs }.isEmpty)
    }

    @Test func `a run that the agent finds alive is waited for and not started again`() async throws
    {
        let bench = Workbench(["labgood": .good])
        let order = Orders.order(of: "labgood")
        let plan = bench.world.installRun(for: order.updates)
        bench.world.change {
            $0.runs[RunName(job: order.job, number: 1)] = World.Run(plan: plan, polls: 1)
        }
        let (result, _) = try await bench.finish(order)
        #expect(result.states == ["labgood": .verified])
        #expect(bench.world.starts.isEmpty)
    }

    @Test func `a journal's torn last line is dropped, and a damaged one is told`() throws {
        let entry = JournalEntry(at: Orders.start, .accepted(Orders.order(of: "labgood")))
        let lines = try #require(
            JournalText.lines([entry, JournalEntry(at: Orders.start, .cancelled)]))
        #expect(JournalText.read(lines.dropLast(3)) == .intact([entry]))
        #expect(JournalText.read(Array(lines.prefix(5))) == .absent)
        var damaged = lines
        damaged[4] = 0xFF
        #expect(JournalText.read(damaged) == .damaged([], line: 1))
        let twice = lines + Array("garbage\n".utf8) + lines
        guard case .damaged(let kept, line: 3) = JournalText.read(twice) else {
            throw Workbench.NoResult()
        }
        #expect(kept.count == 2)
    }

    @Test func `after damage nothing more is started, and a scan tells what is there`() async throws
    {
        let bench = Workbench(["labgood": .good, "labz": .good])
        let order = Orders.order(of: "labgood", "labz")
        bench.world.change { $0.installed[World.key("labgood")] = "2.0" }
        try JobFolder(order.job).append(
            [
                JournalEntry(at: Orders.start, .accepted(order)),
                JournalEntry(at: Orders.start, .journalDamaged(line: 2)),
            ],
            in: bench.folder)
        let (result, _) = try await bench.finish(order)
        #expect(result.states == ["labgood": .verified, "labz": .failed])
        #expect(bench.world.starts.isEmpty)
        #expect(result.notes.contains { $0.contains("damaged") })
    }
}
