import Fleet
import Foundation
import TestSupport
import Testing

@testable import PackageManagers

/// What needrestart names beside what the maps of processes show.
struct NeedrestartTests {
    private static let answer = """
        NEEDRESTART-VER: 3.6
        NEEDRESTART-KCUR: 6.1.0-50-amd64
        NEEDRESTART-KEXP: 6.1.0-56-amd64
        NEEDRESTART-KSTA: 3
        NEEDRESTART-SVC: cron.service
        NEEDRESTART-SVC: spamd.service
        NEEDRESTART-SVC: gone.service
        NEEDRESTART-SVC: systemd-manager
        NEEDRESTART-SVC: -x.service
        NEEDRESTART-SVC: a b.service
        NEEDRESTART-CONT: LXC web
        NEEDRESTART-SESS: anna @ user manager service
        """
    private static let cron = RestartNeed(
        process: "cron", pid: 7, unit: "cron.service", files: ["/usr/lib/libc.so.6"])

    /// Looks with a needrestart that answers so, and with the processes of a folder like /proc.
    private func restarts(
        _ output: CommandOutput, isInstalled: Bool = true, version: String = "3.8-5"
    ) async throws -> ([RestartNeed], [[String]]) {
        try await withTemporaryFolder { folder in
            let program = folder.appending(path: "needrestart")
            if isInstalled { try Data().write(to: program) }
            let process = folder.appending(path: "proc/42")
            try FileManager.default.createDirectory(
                at: process, withIntermediateDirectories: true)
            try Data("0::/system.slice/spamd.service\n".utf8).write(
                to: process.appending(path: "cgroup"))
            try Data("spamd\n".utf8).write(to: process.appending(path: "comm"))
            try FileManager.default.createSymbolicLink(
                atPath: process.appending(path: "root").path, withDestinationPath: "/")
            let runner = RecordedRunner { _ in output }
            let look = Needrestart(
                runner: runner, program: program.path,
                processes: ProcessTable(folder: folder.appending(path: "proc").path))
            let package = Package(
                manager: .apt, name: "needrestart", version: version, architecture: "all",
                source: "needrestart", sourceVersion: version)
            let found = await look.adding(to: [Self.cron], among: [package])
            return (found, runner.commands.map { Array($0.dropFirst()) })
        }
    }

    @Test func `Services that it alone names are added, each once and without files`()
        async throws
    {
        let (found, commands) = try await restarts(CommandOutput(Self.answer))
        #expect(
            found == [
                Self.cron,
                RestartNeed(process: "gone.service", pid: 0, unit: "gone.service", files: []),
                RestartNeed(process: "spamd", pid: 42, unit: "spamd.service", files: []),
            ])
        // Asked for programs, and nothing is restarted.
        #expect(commands == [["-b", "-r", "l"]])
    }

    @Test func `Where it is not installed nothing is run`() async throws {
        let (found, commands) = try await restarts(
            CommandOutput(Self.answer), isInstalled: false)
        #expect(found == [Self.cron])
        #expect(commands.isEmpty)
    }

    @Test(
        arguments: [
            ("3.8-5", true), ("3.11-1", true), ("1:3.8", true), ("4", true), ("3.8.1-1.fc42", true),
            ("3.6-4+deb12u3", false), ("3.5-5ubuntu2.4", false), ("2.1", false), ("1:3.7", false),
            ("", false), ("git", false),
        ])
    func `A version that takes programs of users is not run as root`(
        _ version: String, isRun: Bool
    ) async throws {
        #expect(Needrestart.isSafe(version) == isRun)
        let (found, commands) = try await restarts(
            CommandOutput(Self.answer), version: version)
        #expect(commands.isEmpty == !isRun)
        #expect((found == [Self.cron]) == !isRun)
    }

    @Test func `One that no package brought is not run`() async throws {
        let runner = RecordedRunner { _ in CommandOutput(Self.answer) }
        let look = Needrestart(runner: runner, program: "/bin/sh")
        #expect(await look.adding(to: [Self.cron], among: []) == [Self.cron])
        #expect(runner.commands.isEmpty)
    }

    @Test(arguments: [
        CommandOutput("", errors: "It broke.", status: 1),
        CommandOutput(NeedrestartTests.answer, status: 9),
        CommandOutput(""), CommandOutput("NEEDRESTART-SVC: spamd.service\n"),
        CommandOutput("Something else.\n"),
    ])
    func `An answer that is none leaves what the maps show`(_ output: CommandOutput) async throws {
        #expect(try await restarts(output).0 == [Self.cron])
    }
}
