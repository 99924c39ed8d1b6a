@testable import AgentCore
import AgentProtocol
import Fleet
import Rollout
import Testing

/// The way of a job when nothing crashes.
struct JobWayTests {
    @Test func `a good update is verified by a fresh scan`() async throws {
        let bench = Workbench(["labgood": .good])
        let (result, _) = try await bench.finish(Orders.order(of: "labgood"))
        #expect(result.states == ["labgood": .verified])
        #expect(result.outcome("labgood")?.versionAfter == "2.0")
        #expect(bench.world.change { $0.scans } == 2)
    }

    @Test func `success without effect is a failed verification that says so`() async throws {
        let bench = Workbench(["labgood": .ignored])
        let (result, _) = try await bench.finish(Orders.order(of: "labgood"))
        let outcome = try #require(result.outcome("labgood"))
        #expect(outcome.state == .failedVerification)
        #expect(outcome.failure == .nothingChanged)
        #expect(outcome.sentence == "apt reported success but labgood is still 1.0.")
    }

    @Test func `one failing package does not stop the others, and the rest is tried once more`()
        async throws
    {
        let bench = Workbench(["laba": .good, "labfail": .fails, "labz": .good])
        let (result, _) = try await bench.finish(Orders.order(of: "laba", "labfail", "labz"))
        #expect(result.states == ["laba": .verified, "labfail": .failed, "labz": .verified])
        #expect(result.outcome("labfail")?.failure == .maintainerScript)
        #expect(result.outcome("labfail")?.sentence.contains("half-configured") == true)
        #expect(bench.world.change { $0.installs } == ["laba": 1, "labfail": 1, "labz": 1])
    }

    @Test func `several failing packages one after another do not stop the last one`() async throws
    {
        let names = ["laba", "labb", "labc"]
        let bench = Workbench(
            Dictionary(uniqueKeysWithValues: names.map { ($0, World.Behaviour.fails) })
                .merging(["labz": .good]) { $1 })
        let (result, _) = try await bench.finish(Orders.order(of: "laba", "labb", "labc", "labz"))
        #expect(names.allSatisfy { result.states[$0] == .failed })
        #expect(result.states["labz"] == .verified)
        #expect(bench.world.starts.count == 4)
    }

    @Test func `the retries have an end`() async throws {
        let names = ["laba", "labb", "labc", "labd"]
        let bench = Workbench(
            Dictionary(uniqueKeysWithValues: names.map { ($0, World.Behaviour.fails) })
                .merging(["labz": .good]) { $1 })
        let (result, _) = try await bench.finish(
            Orders.order(of: "laba", "labb", "labc", "labd", "labz"))
        #expect(result.outcomes.allSatisfy { $0.state == .failed })
        #expect(result.outcome("labz")?.sentence.hasPrefix("labz was not reached: ") == true)
        #expect(bench.world.starts.count == JobRun.maximumRetriesWithoutCulprits + 1)
    }

    @Test func `a hanging package is named, and what was behind it goes in without it`()
        async throws
    {
        let bench = Workbench(["laba": .good, "labhang": .hangs, "labz": .good])
        let (result, _) = try await bench.finish(Orders.order(of: "laba", "labhang", "labz"))
        #expect(result.states == ["laba": .verified, "labhang": .failed, "labz": .verified])
        #expect(result.outcomes.compactMap(\.failure) == [.hung])
        #expect(bench.world.change { $0.installs } == ["laba": 1, "labhang": 1, "labz": 1])
    }

    @Test func `what hangs without a name is not tried again`() async throws {
        let bench = Workbench(["laba": .good, "labnameless": .hangs, "labz": .good])
        bench.world.change { $0.hangsWithoutName = true }
        let (result, _) = try await bench.finish(Orders.order(of: "laba", "labnameless", "labz"))
        #expect(result.states == ["laba": .verified, "labnameless": .failed, "labz": .failed])
        #expect(result.outcomes.compactMap(\.failure) == [.hung, .hung])
        #expect(bench.world.starts.count == 1)
    }

    @Test func `an update that asks for a reboot is pending, and its neighbour is not`()
        async throws
    {
        let bench = Workbench(["labkernel": .wantsReboot, "labgood": .good])
        let (result, _) = try await bench.finish(Orders.order(of: "labkernel", "labgood"))
        #expect(result.states == ["labkernel": .pendingRestart, "labgood": .verified])
    }

    @Test func `a reboot signal that names nobody counts for all, unless it was there before`()
        async throws
    {
        let signal = RebootSignal(
            kind: .rebootRequiredFile, detail: "the file /run/reboot-required")
        let before = Workbench(["labgood": .good])
        before.world.change { $0.signals = [signal] }
        #expect(
            try await before.finish(Orders.order(of: "labgood")).result.states == [
                "labgood": .verified
            ])
    }

    @Test func `a process that maps the replaced files keeps its package pending`() async throws {
        let bench = Workbench(["labdaemon": .leavesDaemon, "labgood": .good])
        let (result, _) = try await bench.finish(Orders.order(of: "labdaemon", "labgood"))
        #expect(result.states == ["labdaemon": .pendingRestart, "labgood": .verified])
        #expect(result.outcome("labdaemon")?.sentence.contains("daemon (pid 7)") == true)
    }

    @Test func `a version that no source offers is skipped while the rest goes in`() async throws {
        let bench = Workbench(["labgood": .good, "labgone": .unavailable])
        let (result, _) = try await bench.finish(Orders.order(of: "labgood", "labgone"))
        #expect(result.states == ["labgood": .verified, "labgone": .skipped])
        #expect(result.outcome("labgone")?.failure == .versionNotAvailable)
    }

    @Test func `what is installed already is verified without a run`() async throws {
        let bench = Workbench(["labgood": .good])
        bench.world.change { $0.installed[World.key("labgood")] = "2.0" }
        let (result, _) = try await bench.finish(Orders.order(of: "labgood"))
        #expect(result.states == ["labgood": .verified])
        #expect(bench.world.starts.isEmpty)
    }

    @Test func `a held lock is waited for, with the holder's name, and the job succeeds after it`()
        async throws
    {
        let bench = Workbench(["labgood": .good])
        bench.world.change { $0.lockedUntil = $0.now.adding(seconds: 600) }
        let watch = JobWatch()
        let job = try await bench.live(Orders.order(of: "labgood"), watch: watch)
        guard case .finished(let result) = job.stage else { throw Workbench.NoResult() }
        #expect(result.states == ["labgood": .verified])
        #expect(bench.world.now.seconds(since: Orders.start) >= 600)
    }

    @Test func `the patience for a lock has an end`() async throws {
        let bench = Workbench(["labgood": .good])
        bench.world.change {
            $0.lockedUntil = $0.now.adding(seconds: JobRun.lockPatienceSeconds * 2)
        }
        let (result, _) = try await bench.finish(Orders.order(of: "labgood"))
        #expect(result.outcome("labgood")?.state == .skipped)
        #expect(result.outcome("labgood")?.failure == .lockHeld)
        #expect(bench.world.starts.isEmpty)
    }

    @Test func `an interrupted package database is repaired once, and the note tells`() async throws
    {
        let bench = Workbench(["labgood": .good])
        bench.world.change { $0.isInterrupted = true }
        let (result, _) = try await bench.finish(Orders.order(of: "labgood"))
        #expect(result.states == ["labgood": .verified])
        #expect(
            result.notes == ["An earlier run had been cut off; the package database was repaired."])
    }

    @Test func `a package that cannot be mended does not keep the others back`() async throws {
        let bench = Workbench(["labgood": .good])
        bench.world.change {
            $0.unfinished[World.key("labold")] = "half-configured"
            $0.cannotBeRepaired = true
        }
        let (result, _) = try await bench.finish(Orders.order(of: "labgood"))
        #expect(result.states == ["labgood": .verified])
    }

    @Test func `the deadline keeps a run from being started`() async throws {
        let bench = Workbench(["labgood": .good])
        bench.world.change { $0.lockedUntil = $0.now.adding(seconds: 400) }
        let order = Orders.order([Orders.update("labgood")], deadlineSeconds: 300)
        let (result, _) = try await bench.finish(order)
        #expect(result.outcome("labgood")?.state == .skipped)
        #expect(bench.world.starts.isEmpty)
    }

    @Test func `a call-off is obeyed before the start and not after it`() async throws {
        let waiting = Workbench(["labgood": .good])
        let watch = JobWatch()
        watch.requestCancel()
        let job = try await waiting.live(Orders.order(of: "labgood"), watch: watch)
        guard case .finished(let result) = job.stage else { throw Workbench.NoResult() }
        #expect(result.cancelledBeforeStart)
        #expect(result.states == ["labgood": .skipped])
        #expect(waiting.world.starts.isEmpty)

        var running = JobRun(Orders.order(of: "labgood"), endpoint: Orders.endpoint)
        running.stage = .running(number: 1, waiting.world.installRun(for: running.order.updates))
        #expect(running.handle(.cancelRequested, at: Orders.start).isEmpty)
    }

    @Test func `a scan that fails is repeated, and without one nothing is claimed`() async throws {
        let bench = Workbench(["labgood": .good])
        bench.world.change { $0.failingScans = 2 }
        #expect(
            try await bench.finish(Orders.order(of: "labgood")).result.states == [
                "labgood": .verified
            ])

        let blind = Workbench(["labgood": .good])
        blind.world.change { $0.failingScans = 1000 }
        let (result, _) = try await blind.finish(Orders.order(of: "labgood"))
        #expect(result.states == ["labgood": .skipped])
        #expect(blind.world.starts.isEmpty)
    }
}

/// Orders that the agent does not obey, whoever sends them.
struct HostileOrderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let order: JobOrder

        init(_ words: String, _ order: JobOrder) {
            testDescription = words
            self.order = order
        }
    }

    static let cases: [Case] = [
        Case(
            "for another endpoint",
            Orders.order([Orders.update("labgood")], endpoint: Orders.identifier(99))),
        Case("past its deadline", Orders.order([Orders.update("labgood")], deadlineSeconds: -1)),
        Case(
            "a package twice",
            Orders.order([Orders.update("labgood"), Orders.update("labgood", to: "3.0")])),
        Case("an option as a name", Orders.order([Orders.update("--reinstall")])),
        Case("a shell's character in a name", Orders.order([Orders.update("labgood;reboot")])),
        Case("a newline in a name", Orders.order([Orders.update("labgood\nx")])),
        Case("a path as a name", Orders.order([Orders.update("../../etc/passwd")])),
        Case("an upper-case name", Orders.order([Orders.update("LabGood")])),
        Case("an empty name", Orders.order([Orders.update("")])),
        Case("a version with a space", Orders.order([Orders.update("labgood", to: "2.0 -o x")])),
        Case("a version with a slash", Orders.order([Orders.update("labgood", to: "2.0/sid")])),
        Case("an option as a version", Orders.order([Orders.update("labgood", to: "--force-yes")])),
        Case(
            "an option behind an epoch",
            Orders.order([Orders.update("labgood", to: "1:--force-yes")])),
        Case(
            "a shell's character in a version",
            Orders.order([Orders.update("labgood", to: "v2$(reboot)")])),
        Case("a letter beyond ASCII", Orders.order([Orders.update("labgood", to: "é2.0")])),
        Case(
            "a version that is too long",
            Orders.order([Orders.update("labgood", to: "2." + String(repeating: "0", count: 300))])),
        Case("an empty version", Orders.order([Orders.update("labgood", to: "")])),
        Case("a downgrade", Orders.order([Orders.update("labgood", to: "0.9")])),
        Case("a package that is not installed", Orders.order([Orders.update("labnew")])),
        Case(
            "an architecture that is an option",
            Orders.order([
                LockedUpdate(
                    manager: .apt, name: "labgood", architecture: "-o", from: "1.0", to: "2.0")
            ])),
    ]

    @Test(arguments: cases) func `is refused without a run`(_ hostile: Case) async throws {
        let bench = Workbench(["labgood": .good])
        let (result, _) = try await bench.finish(hostile.order)
        #expect(result.outcomes.map(\.update) == hostile.order.updates)
        #expect(result.outcomes.allSatisfy { $0.state == .skipped && $0.failure == .refused })
        #expect(bench.world.starts.isEmpty)
    }

    @Test func `a version that begins with a letter is one, as some sources have them`()
        async throws
    {
        let bench = Workbench(["labgood": .good])
        let order = Orders.order([Orders.update("labgood", to: "v2.0-1")])
        let (result, _) = try await bench.finish(order)
        #expect(result.states == ["labgood": .verified])
    }

    @Test func `an empty order and one beyond the limit are refused`() async throws {
        let bench = Workbench(["labgood": .good])
        let (empty, _) = try await bench.finish(Orders.order([]))
        #expect(empty.outcomes.isEmpty && empty.cancelledBeforeStart)
        let many = (0...JobOrder.maximumUpdates).map { Orders.update("lab\($0)") }
        let other = Workbench([:])
        let (large, _) = try await other.finish(Orders.order(many))
        #expect(large.outcomes.allSatisfy { $0.failure == .refused })
        #expect(other.world.starts.isEmpty)
    }

    @Test func `a bad line does not spoil the good ones`() async throws {
        let bench = Workbench(["labgood": .good])
        let order = Orders.order([Orders.update("labgood"), Orders.update("--purge")])
        let (result, _) = try await bench.finish(order)
        #expect(result.states == ["labgood": .verified, "--purge": .skipped])
    }
}
