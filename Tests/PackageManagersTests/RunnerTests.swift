import Foundation
import SystemFiles
import TestSupport
import Testing

@testable import PackageManagers

struct RunnerTests {
    private let runner = SubprocessRunner()

    private func text(_ command: Command) async throws -> String {
        String(decoding: try await runner.run(command).output, as: UTF8.self)
    }

    @Test func `a program has the C locale, no questions and none of this process's variables`()
        async throws
    {
        let lines = Set(
            try await text(Command(path: "/usr/bin/env", arguments: [])).split(separator: "\n").map(
                String.init))
        #expect(
            lines.contains("LC_ALL=C.UTF-8") && lines.contains("DEBIAN_FRONTEND=noninteractive"))
        let known = Set(CommandEnvironment.base.keys).union(CommandEnvironment.inherited)
        for line in lines { #expect(known.contains(String(line.prefix { $0 != "=" })), "\(line)") }
    }

    @Test func `a program reads nothing`() async throws {
        #expect(try await text(Command(path: "/bin/cat", arguments: [])).isEmpty)
    }

    @Test func `arguments reach the program as they are`() async throws {
        let arguments = ["%s|", "a b", "$(id)", "; rm -rf /", "\"q\"", "*"]
        #expect(
            try await text(Command(path: "/usr/bin/printf", arguments: arguments))
                == "a b|$(id)|; rm -rf /|\"q\"|*|")
    }

    @Test func `a status and both streams are kept apart`() async throws {
        let result = try await runner.run(Command(path: "/bin/ls", arguments: ["/nonexistent"]))
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.complaint?.contains("nonexistent") == true)
    }

    @Test func `a program that does not end is ended with its children`() async throws {
        try await withTemporaryFolder { folder in
            let mark = folder.appending(path: "pid").path
            let script = "sleep 300 & echo $! > \(mark); wait"
            let command = Command(path: "/bin/sh", arguments: ["-c", script], timeoutSeconds: 15)
            await #expect(throws: CommandFailure.timedOut(seconds: 15)) {
                try await runner.run(command)
            }
            let child = try #require(Files.line(mark))
            // Its new parent may need a moment to take note of its end: until then it is a zombie.
            for _ in 0..<4800 where isRunning(child) {
                try await Task.sleep(for: .milliseconds(25))
            }
            #expect(!isRunning(child))
        }
    }

    /// proc_pid_stat(5): the state stands behind the name's parenthesis.
    private func isRunning(_ process: String) -> Bool {
        guard let status = Files.line("/proc/\(process)/stat"), let end = status.lastIndex(of: ")")
        else { return false }
        return !status[end...].hasPrefix(") Z")
    }

    @Test func `a program that is not there is named`() async {
        await #expect(throws: CommandFailure.self) {
            try await runner.run(Command(path: "/nonexistent/apt-get", arguments: []))
        }
    }

    @Test func `a wrapper earlier on the PATH is not run`() {
        #expect(
            AptSetting.aptGet.hasPrefix("/usr/bin/") && AptSetting.aptCache.hasPrefix("/usr/bin/"))
    }
}
