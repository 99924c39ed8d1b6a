import Fleet
import PackageManagers
import Synchronization
import TestSupport
import Testing

@testable import LinuxPackages

/// The unit in which a tool downloads ahead.
struct PrefetchUnitTests {
    private func unit(_ runner: UnitRunner, proxies: [String] = []) -> PrefetchUnit {
        PrefetchUnit(
            .dnf, runner: runner,
            environment: ["https_proxy": "http://anna:secret@proxy.example:3128"],
            proxies: proxies)
    }

    static let versions: [(String, Bool)] = [
        ("systemd 252 (252.39-1)\n+PAM", true), ("systemd 248\n", true),
        ("systemd 247 (247.3-7)\n", false), ("systemd 239 (239-82)", false), ("", false),
    ]

    @Test(arguments: versions)
    func `a proxy's variable is handed on by its name, where systemd takes that`(
        version: String, isKnown: Bool
    ) async throws {
        let runner = UnitRunner(version: version)
        _ = await unit(runner, proxies: ["https_proxy"]).run(["/usr/bin/dnf", "download"])
        let words = try #require(runner.asked.first { $0.contains("--wait") })
        #expect(words.contains("--setenv=https_proxy") == isKnown)
        #expect(!words.joined().contains("secret"))
        #expect(words.contains("--unit=patchbay-prefetch-dnf.service"))
        #expect(words.suffix(3) == ["--", "/usr/bin/dnf", "download"])
    }

    @Test func `what a killed agent has left downloading is stopped, tool by tool`() async {
        let runner = UnitRunner(version: "systemd 252")
        let installer = EndpointInstaller(runner: runner, inactivityLimitSeconds: 60)
        // apt downloads in the agent's own unit, which ends with it; flatpak cannot.
        await installer.endDownloads(of: [.apt, .dnf, .zypper, .pacman, .flatpak])
        #expect(
            runner.asked
                == ["dnf", "zypper", "pacman"].map {
                    ["/usr/bin/systemctl", "stop", "patchbay-prefetch-\($0).service"]
                })
    }

    @Test func `a download that is cut off stops its unit, which would keep the tool's lock`()
        async throws
    {
        let runner = UnitRunner(version: "systemd 252", hangs: true)
        let download = Task { await unit(runner).run(["/usr/bin/dnf", "download"]) }
        await until { runner.asked.contains { $0.contains("--wait") } }
        download.cancel()
        _ = await download.value
        let stop = ["/usr/bin/systemctl", "stop", "patchbay-prefetch-dnf.service"]
        #expect(runner.asked.last == stop)
        #expect(runner.asked.count { $0 == stop } == 2, "before it, and at its end")
    }
}

/// systemd's programs; in a cancelled task nothing runs.
private final class UnitRunner: CommandRunning {
    private let commands = Mutex<[[String]]>([])
    private let version: String
    private let hangs: Bool

    init(version: String, hangs: Bool = false) {
        self.version = version
        self.hangs = hangs
    }

    var asked: [[String]] { commands.withLock { $0 } }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        guard !Task.isCancelled else { throw .notStarted("cancelled") }
        commands.withLock { $0.append([command.path] + command.arguments) }
        if command.arguments.contains("--wait"), hangs {
            await untilCancelled()
            throw .notStarted("cancelled")
        }
        let isQuestion = command.arguments == ["--version"]
        return CommandOutput(status: 0, output: isQuestion ? Array(version.utf8) : [])
    }
}
