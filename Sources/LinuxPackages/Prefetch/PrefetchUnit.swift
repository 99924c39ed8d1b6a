import Fleet
import PackageManagers
import SystemFiles

/// The unit of systemd in which a tool downloads ahead, as an installation has one: the tools write
/// locks and state in places that the agent's own unit may not touch.
///
/// It goes on when `systemd-run` is killed, so that it is stopped by its name.
struct PrefetchUnit: Sendable {
    /// How long downloading ahead may take, in seconds: six hours bring 2 GB over 1 Mbit/s.
    static let seconds: Int64 = 6 * 3600
    /// How long a tool has to end after it was asked to, in seconds: a job waits for it.
    private static let stopSeconds = 15
    /// The first version of systemd that takes a variable from its caller's environment
    /// (`--setenv=NAME`, NEWS of systemd 248).
    private static let takesVariables = 248
    private static let systemdRun = "/usr/bin/systemd-run"
    private static let systemctl = "/usr/bin/systemctl"

    /// Whether systemd is the first process.
    static var isPossible: Bool {
        Files.exists("/run/systemd/system") && Files.exists(systemdRun)
    }

    /// The unit's name. Each tool has its own, since systemd forgets one that ended only a moment
    /// later.
    let name: String
    private let runner: any CommandRunning
    private let environment: [String: String]
    private let proxies: [String]

    /// - Parameters:
    ///   - manager: the tool.
    ///   - runner: runs programs.
    ///   - environment: what `systemd-run` finds in its environment.
    ///   - proxies: the names of the proxy variables in it, whose values may hold passwords and
    ///     never stand in an argument.
    init(
        _ manager: PackageManagerName, runner: any CommandRunning, environment: [String: String],
        proxies: [String]
    ) {
        name = "patchbay-prefetch-\(manager.rawValue).service"
        self.runner = runner
        self.environment = environment
        self.proxies = proxies
    }

    /// Runs a tool to its end. It is at its end too when this returns because the task was
    /// cancelled or the time was up.
    func run(
        _ command: [String], seconds: Int64 = PrefetchUnit.seconds
    ) async -> CommandOutput {
        // What an agent that was killed may have left.
        await stop()
        let words = await words(command, seconds)
        let output = await tool(words[0]).run(Array(words.dropFirst()), seconds: seconds)
        if Task.isCancelled || output.status == ToolRunner.notRun {
            // A task of its own: in a cancelled one no program is run.
            await Task { await stop() }.value
        }
        return output
    }

    /// Ends it, if it is there.
    func stop() async {
        _ = await tool(Self.systemctl).run(["stop", name])
    }

    private func words(_ command: [String], _ seconds: Int64) async -> [String] {
        var known: [String] = []
        if !proxies.isEmpty {
            let version = Self.version(await tool(Self.systemdRun).run(["--version"]).lines)
            if let version, version >= Self.takesVariables { known = proxies }
        }
        let variables =
            ToolEnvironment.fixed.sorted { $0.key < $1.key }.map {
                "--setenv=\($0.key)=\($0.value)"
            } + known.map { "--setenv=\($0)" }
        return [
            Self.systemdRun, "--wait", "--pipe", "--collect", "--quiet", "--unit=\(name)",
            "--property=RuntimeMaxSec=\(seconds)",
            "--property=TimeoutStopSec=\(Self.stopSeconds)",
        ] + variables + ["--"] + command
    }

    /// The version in the first line, `systemd 252 (252.39-1)`.
    private static func version(_ lines: [String]) -> Int? {
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1, words[0] == "systemd" else { return nil }
        return Int(words[1].prefix { $0.isNumber })
    }

    private func tool(_ path: String) -> ToolRunner {
        ToolRunner(runner: runner, path: path, environment: environment)
    }
}
