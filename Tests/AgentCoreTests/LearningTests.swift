@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout
import Testing

/// What the endpoint learns of how long its installations take.
@Suite struct `The agent learns how long installations take` {
    private let bench = Workbench(["labgood": .good, "labmore": .good, "labfails": .fails])

    private func runner() -> JobRunner {
        JobRunner(
            endpoint: Orders.endpoint, desk: ScanDesk(bench.world), installer: bench.world,
            runs: bench.world, state: bench.folder, effects: bench.world.effects)
    }

    private func job(_ name: String, expected: Int64? = nil) -> JobRun {
        var order = Orders.order([Orders.update(name)])
        order.expectedSeconds = expected
        return JobRun(order, endpoint: Orders.endpoint)
    }

    private func learn(_ seconds: Int64?, _ name: String, failing: FailureClass? = nil) -> Int64? {
        let plan = RunPlan(
            kind: .install, commands: [], environment: [:], inactivityLimitSeconds: 0,
            updates: [Orders.update(name)])
        return runner().learn(
            from: plan, RunVerdict(failure: failing, sentence: "So it went."), seconds)
    }

    @Test func `a run that went well is reported with what it took, and is remembered`()
        async throws
    {
        let (result, _) = try await bench.finish(Orders.order([Orders.update("labgood")]))
        let run = try #require(result.runs?.first)
        #expect(result.runs?.count == 1)
        #expect(run.packages == [World.key("labgood")] && run.isPlausible)
        let memo = WorkMemo.load(from: bench.folder)
        #expect(memo.packages.map(\.name) == ["labgood"])
        #expect(memo.packages.first?.samples == "\(run.seconds)/1")
    }

    @Test func `a run that failed teaches nothing`() async throws {
        let (result, _) = try await bench.finish(Orders.order([Orders.update("labfails")]))
        #expect(result.runs == nil)
        #expect(WorkMemo.load(from: bench.folder) == WorkMemo())
        #expect(learn(80, "labgood", failing: .network) == nil && learn(nil, "labgood") == nil)
    }

    @Test func `the larger of its own figure and the order's counts`() throws {
        let usual = WorkFigures.estimate(lines: 1, bytes: 0, reboots: false).seconds
        #expect(runner().workSeconds(of: job("labgood")) == usual)
        #expect(runner().workSeconds(of: job("labgood", expected: 3)) == usual)
        #expect(runner().workSeconds(of: job("labgood", expected: 900)) == 900)
        for seconds in [200, 340, 260] as [Int64] { #expect(learn(seconds, "labgood") == seconds) }
        #expect(runner().workSeconds(of: job("labgood", expected: 90)) == 340)
        #expect(runner().workSeconds(of: job("labgood", expected: 900)) == 900)
        #expect(runner().workSeconds(of: job("labmore")) == usual)
    }

    @Test func `a memory that cannot be read is no reason to stop`() throws {
        try bench.folder.replace(WorkMemo.path, with: Array("torn".utf8))
        #expect(WorkMemo.load(from: bench.folder) == WorkMemo())
        #expect(learn(200, "labgood") == 200)
        #expect(WorkMemo.load(from: bench.folder).packages.count == 1)
    }

    @Test func `what was installed longest ago is forgotten first`() {
        var memo = WorkMemo()
        for number in 0...WorkMemo.mostPackages {
            memo.add(InstallRun(seconds: 5, packages: [World.key("p\(number)")]))
        }
        #expect(memo.packages.count == WorkMemo.mostPackages)
        #expect(memo.packages.first?.name == "p1")
    }

    @Test func `a journal of a former release, without times, is read`() throws {
        let old =
            #"{"at":"2026-11-21T12:00:00Z","event":{"runEnded":{"ending":{"exited":{"_0":0}},"#
            + #""number":1,"verdict":{"culprits":[],"notes":[],"sentence":"Done."}}}}"#
        let entry = try #require(AgentJSON.decode(JournalEntry.self, from: old.utf8))
        guard case .runEnded(1, .exited(0), _, let seconds) = entry.event else {
            Issue.record("It is another event.")
            return
        }
        #expect(seconds == nil)
    }
}
