import AgentCore
@testable import AgentSystem
import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

/// The real agent program as supervisor, started, killed and found again.
@Suite(.requires(.agentProgram)) struct SupervisedRunsTests {
    static let run = RunName(job: SupervisorTests.job, number: 1)

    private func runs(_ folder: URL) -> SupervisedRuns {
        SupervisedRuns(
            state: DiskStateFolder(folder.path), command: [Requirement.agentPath, "supervise"],
            effects: .system,
            usesSystemd: false)
    }

    private func plan(_ script: String, limit: Int64 = 600) -> RunPlan {
        RunPlan(
            kind: .install, commands: [["/bin/sh", "-c", script]],
            environment: ["PATH": "/usr/bin:/bin"],
            inactivityLimitSeconds: limit, updates: [])
    }

    private func ending(_ runs: SupervisedRuns) async throws -> RunEnding {
        for _ in 0..<2400 {
            if case .ended(let ending) = await runs.state(of: Self.run) { return ending }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NoEnding()
    }

    /// Waits until the program has printed its first word, by when the supervisor has settled in.
    private func begun(_ folder: URL) async throws {
        let log = "\(folder.path)/\(JobFolder(Self.run.job).log)"
        for _ in 0..<2400 {
            if SmallFile.line(log)?.contains("\nbegun") == true { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NoEnding()
    }

    private struct NoEnding: Error {}

    @Test func `a run that hangs is ended with everything in its session`() async throws {
        try await withTemporaryFolder { folder in
            let runs = runs(folder)
            let mark = folder.appending(path: "child").path
            // A child that has left the process group, as a script's background job does.
            try await runs.start(
                Self.run,
                plan("set -m; sleep 1000 & echo $! > \(mark); echo last words; wait", limit: 15))
            #expect(try await ending(runs) == .hung(lastLine: "last words"))
            let text = try String(contentsOfFile: mark, encoding: .utf8)
            let child = try #require(Int32(text.filter(\.isNumber)))
            #expect(ProcessTable.entry(child).map(\.isDead) ?? true)
        }
    }

    private func claim(_ folder: URL) throws -> ProcessRecord {
        let place = RunFolder(path: "\(folder.path)/\(JobFolder(Self.run.job).run(1))")
        return try #require(place.readClaim())
    }

    @Test func `a run is started, found running, and its ending read`() async throws {
        try await withTemporaryFolder { folder in
            let runs = runs(folder)
            #expect(await runs.state(of: Self.run) == .notStarted)
            let gate = folder.appending(path: "gate").path
            try await runs.start(
                Self.run, plan("echo working; while [ ! -e \(gate) ]; do sleep 0.1; done; exit 3"))
            #expect(await runs.state(of: Self.run) == .running)
            try Data().write(to: URL(filePath: gate))
            #expect(try await ending(runs) == .exited(3))
        }
    }

    @Test func `a second start of the same run does nothing`() async throws {
        try await withTemporaryFolder { folder in
            let runs = runs(folder)
            let count = folder.appending(path: "count").path
            try await runs.start(Self.run, plan("echo x >> \(count)"))
            try await runs.start(Self.run, plan("echo x >> \(count)"))
            _ = try await ending(runs)
            try await Task.sleep(for: .milliseconds(300))
            #expect(try String(contentsOfFile: count, encoding: .utf8) == "x\n")
        }
    }

    @Test func `the supervisor has a session of its own and shrugs off the usual signals`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let runs = runs(folder)
            let gate = folder.appending(path: "gate").path
            try await runs.start(
                Self.run, plan("echo begun; while [ ! -e \(gate) ]; do sleep 0.1; done; exit 4"))
            let process = try claim(folder)
            #expect(ProcessTable.entry(process.pid)?.session == process.pid)
            try await begun(folder)
            for number in [SIGTERM, SIGINT, SIGHUP] { kill(process.pid, number) }
            try Data().write(to: URL(filePath: gate))
            #expect(try await ending(runs) == .exited(4))
        }
    }

    @Test func `when the supervisor is killed, its program counts as running until it is gone`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let runs = runs(folder)
            let gate = folder.appending(path: "gate").path
            try await runs.start(
                Self.run, plan("echo begun; while [ ! -e \(gate) ]; do sleep 0.1; done; echo done"))
            try await begun(folder)
            kill(try claim(folder).pid, SIGKILL)
            try await Task.sleep(for: .milliseconds(200))
            #expect(await runs.state(of: Self.run) == .running)
            try Data().write(to: URL(filePath: gate))
            #expect(try await ending(runs) == .vanished)
            let log = try String(
                contentsOfFile: "\(folder.path)/\(JobFolder(Self.run.job).log)", encoding: .utf8)
            #expect(log.contains("done"))
        }
    }

    @Test func `a systemd that does not answer leaves no dead process behind`() async throws {
        try await withTemporaryFolder { folder in
            let mark = folder.appending(path: "pid")
            let mute = folder.appending(path: "systemd-run")
            try writeProgram(
                "#!/bin/sh\necho $$ > \(mark.path)\nexec sleep 1000\n", to: mute)
            let runs = SupervisedRuns(
                state: DiskStateFolder(folder.path), command: ["/nonexistent"], effects: .system,
                usesSystemd: true, systemdRun: mute.path, patience: 15_000)
            await #expect(throws: RunStartFailure("systemd did not answer.")) {
                try await runs.start(Self.run, plan("exit 0"))
            }
            let text = try String(contentsOf: mark, encoding: .utf8)
            let child = try #require(Int32(text.filter(\.isNumber)))
            #expect(ProcessTable.entry(child) == nil)
        }
    }

    @Test func `a run whose supervisor does not start is told, and never starts later`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let state = DiskStateFolder(folder.path)
            let broken = SupervisedRuns(
                state: state, command: ["/nonexistent"], effects: .system, usesSystemd: false)
            await #expect(throws: RunStartFailure.self) {
                try await broken.start(Self.run, plan("exit 0"))
            }
            guard case .ended(.notStarted) = await broken.state(of: Self.run) else {
                Issue.record("\(await broken.state(of: Self.run))")
                return
            }
        }
    }
}

extension Requirement {
    /// Where this package's build puts the agent.
    static var agentPath: String {
        Places.packageRoot.appending(path: ".build/debug/patchbay-agent").path
    }

    /// The agent is built.
    static let agentProgram = Requirement.tool(
        Places.packageRoot.appending(path: ".build/debug/patchbay-agent").path,
        package: "none: run swift build")
}
