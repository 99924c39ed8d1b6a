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
        _ commands: [[String]], kind: RunPlan.Kind = .install, limit: Int64 = 600,
        hosts: [String]? = nil, afterwards: [[String]]? = nil, in folder: URL
    ) throws -> RunFolder {
        let run = folder.appending(path: "run-1")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        var plan = RunPlan(
            kind: kind, commands: commands, environment: ["PATH": "/usr/bin:/bin", "MARK": "7"],
            inactivityLimitSeconds: limit, updates: [])
        plan.scriptHosts = hosts
        plan.afterwards = afterwards
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

    @Test(arguments: [("exit 7", "exit 0", 7), ("exit 0", "exit 3", 3), ("exit 0", "exit 0", 0)])
    func `what follows a run is done whatever became of it`(
        run: String, after: String, status: Int32
    ) async throws {
        try await withTemporaryFolder { folder in
            let place = try prepared(
                [["/bin/sh", "-c", run]],
                afterwards: [["/bin/sh", "-c", "echo put back; \(after)"]], in: folder)
            #expect(await Supervision(place).run() == .exited(status))
            #expect(log(place).hasSuffix("\nput back"))
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

/// Scripts that hang below a package manager, which is stood in for.
extension SupervisorTests {
    /// A package manager that does this, in a folder.
    private func host(_ script: String, in folder: URL) throws -> String {
        let file = folder.appending(path: "labhost")
        try writeProgram("#!/bin/sh\n\(script)\n", to: file)
        return file.path
    }

    @Test func `a script that hangs is ended by itself, and the package manager goes on`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let program = try host(
                """
                echo begins
                /bin/sh -c 'echo waits for ever; sleep 1000; true'
                echo goes on
                exit 5
                """, in: folder)
            let place = try prepared([[program]], limit: 10, hosts: ["labhost"], in: folder)
            #expect(await Supervision(place).run() == .exited(5))
            let lines = log(place).split(separator: "\n")
            #expect(lines.compactMap { HangWord(line: $0) } == [HangWord(seconds: 10)])
            #expect(lines.contains("goes on"))
        }
    }

    @Test func `a script that shrugs off the signal is killed`() async throws {
        try await withTemporaryFolder { folder in
            let program = try host(
                "/bin/sh -c 'trap : TERM; echo waits; while :; do sleep 1000; done'; exit 6",
                in: folder)
            let place = try prepared([[program]], limit: 10, hosts: ["labhost"], in: folder)
            #expect(await Supervision(place, grace: 1).run() == .exited(6))
        }
    }

    @Test func `scripts that hang again and again end the run`() async throws {
        try await withTemporaryFolder { folder in
            let program = try host(
                "while :; do /bin/sh -c 'echo waits; sleep 1000; true'; done", in: folder)
            let place = try prepared([[program]], limit: 1, hosts: ["labhost"], in: folder)
            guard case .hung = await Supervision(place, grace: 1).run() else {
                Issue.record("\(log(place))")
                return
            }
            let words = log(place).split(separator: "\n").compactMap { HangWord(line: $0) }
            #expect(words.count <= Supervisor.mostEndedScripts)
        }
    }

    @Test func `what runs below the package manager is found, and nobody's service`() {
        let rows: [(Int32, Int32, Int32, String)] = [
            (1, 0, 1, "init"), (10, 1, 10, "patchbay-agent"), (11, 10, 10, "apt-get"),
            (12, 11, 10, "dpkg"), (13, 12, 10, "labhang.postin"), (14, 13, 10, "sleep"),
            (15, 13, 15, "a service"), (16, 11, 10, "apt's own"), (17, 1, 17, "dpkg"),
            (18, 17, 17, "of another"),
        ]
        let all = rows.map { pid, parent, session, name in
            HangingScript.Process(
                pid: pid, parent: parent, session: session, startTicks: 0, name: name)
        }
        func found(_ run: Int32, _ hosts: [String]) -> Set<Int32> {
            Set(HangingScript.processes(below: run, hosts: hosts, among: all).map(\.pid))
        }
        #expect(found(11, ["dpkg"]) == [13, 14])
        #expect(found(12, ["dpkg"]) == [13, 14])
        #expect(found(11, ["rpm"]) == [])
        #expect(found(14, ["dpkg"]) == [])
        #expect(found(99, ["dpkg"]) == [])
    }

    @Test(arguments: [
        (["rpm", "-U", "--force", "--", "/var/cache/a-1.rpm"], "/var/cache/a-1.rpm"),
        (["rpm", "-U", "--", "/a.rpm", "/b.rpm"], ""), (["rpm", "-e", "--", "a"], ""),
        (["dpkg", "--configure", "a"], ""), (["rpm", "--"], ""), ([], ""),
    ])
    func `the package that a package manager was started for is told`(
        arguments: [String], file: String
    ) {
        let bytes: [UInt8] = arguments.flatMap { [UInt8]($0.utf8) + [0] }
        #expect(HangingScript.file(in: bytes) == file)
    }

    @Test func `the word of a script that was ended names the package`() async throws {
        try await withTemporaryFolder { folder in
            let program = try host("/bin/sh -c 'sleep 1000; true'; exit 5", in: folder)
            let place = try prepared(
                [[program, "-U", "--", "/lab-2.0-1.noarch.rpm"]], limit: 2, hosts: ["labhost"],
                in: folder)
            #expect(await Supervision(place).run() == .exited(5))
            let words = log(place).split(separator: "\n").compactMap { HangWord(line: $0) }
            #expect(words.map(\.file) == ["/lab-2.0-1.noarch.rpm"])
        }
    }

    @Test func `a process is read with its parent and whatever name it has`() {
        let line = "12 (a) b) S 7 12 9 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 777 1 1"
        #expect(
            HangingScript.process(in: line)
                == HangingScript.Process(
                    pid: 12, parent: 7, session: 9, startTicks: 777, name: "a) b"))
        #expect(HangingScript.process(in: "12 (a) Z 7") == nil)
        #expect(HangingScript.process(in: "") == nil)
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
