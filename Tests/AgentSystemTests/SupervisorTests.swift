import AgentCore
@testable import AgentSystem
import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

/// Real runs with real programs. The supervisor is this package's own agent where it is built;
/// these tests run it in-process in a child made by the product's own launcher.
struct SupervisorTests {
    static let job: JobID = {
        var generator = SeededGenerator(seed: 5)
        return JobID(at: Timestamp(seconds: 1_700_000_000), using: &generator)
    }()

    /// A folder with a plan in it, as the agent makes it.
    private func prepared(
        _ commands: [[String]], kind: RunPlan.Kind = .install, limit: Int64 = 600, in folder: URL
    ) throws -> RunFolder {
        let run = folder.appending(path: "run-1")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        let plan = RunPlan(
            kind: kind, commands: commands, environment: ["PATH": "/usr/bin:/bin", "MARK": "7"],
            inactivityLimitSeconds: limit, updates: [])
        let place = RunFolder(path: run.path)
        try Data(AgentJSON.encode(plan) ?? []).write(to: URL(filePath: place.plan))
        return place
    }

    private func log(_ place: RunFolder) -> String {
        SmallFile.line(place.log) ?? ""
    }

    @Test func `an installation ends with the first program that fails`() async throws {
        try await withTemporaryFolder { folder in
            let place = try prepared(
                [["/bin/echo", "one"], ["/bin/sh", "-c", "exit 7"], ["/bin/echo", "three"]],
                in: folder)
            #expect(await Supervision(place).run() == .exited(7))
            #expect(log(place).contains("one"))
            #expect(!log(place).contains("three\n"))
        }
    }

    @Test func `a repair runs all its programs and ends as the last one did`() async throws {
        try await withTemporaryFolder { folder in
            let place = try prepared(
                [["/bin/sh", "-c", "exit 7"], ["/bin/echo", "second"]], kind: .repair, in: folder)
            #expect(await Supervision(place).run() == .exited(0))
            #expect(log(place).contains("second"))
        }
    }

    @Test func `a program has the plan's environment, nothing to read and the log for its words`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let place = try prepared(
                [["/bin/sh", "-c", "env; cat; echo to errors >&2"]], in: folder)
            #expect(await Supervision(place).run() == .exited(0))
            #expect(log(place).contains("MARK=7"))
            #expect(log(place).contains("to errors"))
            #expect(!log(place).contains("HOME="))
        }
    }

    @Test func `a signal is told`() async throws {
        try await withTemporaryFolder { folder in
            let place = try prepared([["/bin/sh", "-c", "kill -9 $$"]], in: folder)
            #expect(await Supervision(place).run() == .signalled(9))
        }
    }

    @Test func `a program that is not there is told`() async throws {
        try await withTemporaryFolder { folder in
            let place = try prepared([["/nonexistent/tool"]], in: folder)
            guard case .notStarted(let words) = await Supervision(place).run() else {
                Issue.record("\(String(describing: place.readEnding()))")
                return
            }
            #expect(words.contains("/nonexistent/tool"))
        }
    }

    @Test
    func `a program that prints nothing is ended with its children, and its last line is kept`()
        async throws
    {
        try await withTemporaryFolder { folder in
            // The shell ignores SIGTERM and waits for a child of its own.
            let place = try prepared(
                [
                    [
                        "/bin/sh", "-c",
                        "trap '' TERM; echo waiting for nothing; sleep 1000 & wait; sleep 1000",
                    ]
                ],
                limit: 1, in: folder)
            #expect(
                await Supervision(place, grace: 1).run() == .hung(lastLine: "waiting for nothing"))
        }
    }
}

/// Shutdowns that packages schedule while they are installed. The login manager's file and the
/// program that calls off are stood in for.
extension SupervisorTests {
    private func shutdown(in folder: URL, cancels: Bool = true) -> ScheduledShutdown {
        let file = folder.appending(path: "scheduled").path
        return ScheduledShutdown(
            file: file, cancels: [[cancels ? "/bin/rm" : "/bin/true", file]], patience: 600)
    }

    @Test(arguments: ["reboot", "kexec"])
    func `a reboot that a program schedules is called off, and told`(mode: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "scheduled").path
            // As the login manager does it: the file is there whole, or not at all.
            let place = try prepared(
                [
                    ["/bin/sh", "-c", "echo MODE=\(mode) > \(file).new; mv \(file).new \(file)"],
                    ["/bin/echo", "and the next"],
                ], in: folder)
            let run = Supervision(place, shutdown: shutdown(in: folder))
            #expect(await run.run() == .exited(0))
            #expect(!FileManager.default.fileExists(atPath: file))
            let words = log(place).split(separator: "\n").compactMap { ShutdownWord(line: $0) }
            #expect(words == [ShutdownWord(.rebootCalledOff)])
            #expect(log(place).contains("and the next"))
        }
    }

    @Test func `a reboot from before is left alone`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "scheduled")
            try Data("MODE=reboot\n".utf8).write(to: file)
            let quiet = try prepared([["/bin/echo", "one"]], in: folder)
            let run = Supervision(quiet, shutdown: shutdown(in: folder))
            #expect(await run.run() == .exited(0))
            #expect(FileManager.default.fileExists(atPath: file.path))
            #expect(!log(quiet).contains("was scheduled"))
        }
    }

    /// A power supply that runs out, or a person, knows better.
    @Test(arguments: [
        ("poweroff", true, ShutdownWord.End.powerOffStays), ("halt", true, .powerOffStays),
        ("reboot", false, .rebootStays),
    ])
    func `what turns the machine off is left alone, and what cannot be called off is told`(
        mode: String, cancels: Bool, end: ShutdownWord.End
    ) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "scheduled").path
            let place = try prepared(
                [
                    ["/bin/sh", "-c", "echo MODE=\(mode) > \(file).new; mv \(file).new \(file)"],
                    ["/bin/echo", "two"],
                ], in: folder)
            let run = Supervision(place, shutdown: shutdown(in: folder, cancels: cancels))
            #expect(await run.run() == .exited(0))
            let words = log(place).split(separator: "\n").compactMap { ShutdownWord(line: $0) }
            #expect(words == [ShutdownWord(end)])
            #expect(FileManager.default.fileExists(atPath: file))
        }
    }
}

/// Runs a supervisor's programs without the steps that belong to a process of its own (a session,
/// ignored signals).
private struct Supervision {
    let place: RunFolder
    let grace: Int64
    let shutdown: ScheduledShutdown

    init(
        _ place: RunFolder, grace: Int64 = 5,
        shutdown: ScheduledShutdown = ScheduledShutdown(file: "/nonexistent", cancels: [])
    ) {
        self.place = place
        self.grace = grace
        self.shutdown = shutdown
    }

    /// On a thread of its own: a supervisor waits by sleeping, which must not hold up other tests.
    func run() async -> RunEnding? {
        guard let plan = place.readPlan() else { return nil }
        let supervisor = Supervisor(
            folder: place.path, graceSeconds: grace, shutdown: shutdown)
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: supervisor.runAll(plan)) }
        }
    }
}
