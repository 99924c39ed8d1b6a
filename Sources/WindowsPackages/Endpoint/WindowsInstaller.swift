public import AgentCore
public import Fleet
package import PackageManagers
public import Policy
public import Rollout
import ToolOutputs

/// Installs exact versions with the tools of a Windows endpoint.
///
/// A run is one tool's: updates of Windows first and all together, then the others, each by itself.
public struct WindowsInstaller: Installing {
    /// How long a run may print nothing before it is taken to hang, in seconds: half an hour.
    public static let standardInactivityLimit: Int64 = 1_800
    /// How much longer the Windows Update Agent may be silent: it says nothing while it installs,
    /// and a large update of a slow machine takes some hours.
    static let patienceWithUpdates: Int64 = 8

    private let tools: WindowsTools
    private let inactivityLimit: Int64
    private let environment: [String: String]

    /// An installer that runs these programs.
    ///
    /// - Parameters:
    ///   - programs: where the tools stand.
    ///   - stateFolder: the agent's folder, which holds the script.
    ///   - inactivityLimitSeconds: how long a run may print nothing before it is ended.
    ///   - environment: all that runs find in their environment.
    public init(
        _ programs: WindowsPrograms, stateFolder: String,
        inactivityLimitSeconds: Int64 = WindowsInstaller.standardInactivityLimit,
        environment: [String: String]
    ) {
        self.init(
            programs, runner: SubprocessRunner(), stateFolder: stateFolder,
            inactivityLimitSeconds: inactivityLimitSeconds, environment: environment)
    }

    package init(
        _ programs: WindowsPrograms, runner: any CommandRunning, stateFolder: String,
        inactivityLimitSeconds: Int64 = WindowsInstaller.standardInactivityLimit,
        environment: [String: String] = [:]
    ) {
        tools = WindowsTools(programs, runner: runner, stateFolder: stateFolder)
        inactivityLimit = inactivityLimitSeconds
        self.environment = environment
    }

    /// Looks tool by tool, and stops at the first that has something to install: the rest is looked
    /// at again after that run. Windows has no package database that a repair could mend.
    public func preflight(
        _ updates: [LockedUpdate], tolerating brokenPackages: [String]
    ) async -> Preflight {
        var settled = updates.filter { tools.tool($0.manager) == nil }.map {
            Self.skipped(
                $0,
                Obstacle(
                    .refused, "This endpoint has no \($0.manager.rawValue) to install it with."))
        }
        for tool in tools.all {
            let own = updates.filter { $0.manager == tool.manager }
            guard !own.isEmpty else { continue }
            switch await tool.check(own) {
            case .locked(let holder): return .locked(holder: holder)
            case .obstacles(let obstacles):
                settled += own.compactMap { update in
                    obstacles[update].map { Self.skipped(update, $0) }
                }
                let open = own.filter { obstacles[$0] == nil }
                guard open.isEmpty else { return .ready(install: open, settled: settled) }
            }
        }
        return .ready(install: [], settled: settled)
    }

    private static func skipped(_ update: LockedUpdate, _ obstacle: Obstacle) -> UpdateOutcome {
        UpdateOutcome(
            update: update, state: .skipped, failure: obstacle.failure, versionAfter: update.from,
            sentence: obstacle.sentence)
    }

    /// Nothing is kept: Chocolatey's sources either still have the version before, or have not, and
    /// the others cannot go back.
    public func keepWaysBack(
        for updates: [LockedUpdate], at now: Timestamp, within bandwidth: Bandwidth?
    ) async -> [LockedUpdate: WayBack] {
        var ways: [LockedUpdate: WayBack] = [:]
        for tool in tools.all {
            let own = updates.filter { $0.manager == tool.manager && !$0.isRollback }
            guard !own.isEmpty else { continue }
            let back = await tool.canGoBack(own)
            for update in own { ways[update] = back.contains(update) ? .packageDowngrade : .noWay }
        }
        return ways
    }

    /// The run that installs these updates, which are all of one tool, or the first of them.
    /// Nothing is left aside: no tool here begins with what an earlier run has left.
    public func installRun(for updates: [LockedUpdate], leaving aside: [String]) -> RunPlan {
        guard let tool = updates.first.flatMap({ tools.tool($0.manager) }) else {
            return plan([], [])
        }
        let batch = tool.batch(of: updates.filter { $0.manager == tool.manager })
        var plan = plan([tool.command(for: batch)], batch)
        plan.note = Self.notes[tool.manager]
        if tool.manager == .windowsUpdate {
            plan.inactivityLimitSeconds *= Self.patienceWithUpdates
        }
        return plan
    }

    /// What a tool was told to agree to.
    private static let notes: [PackageManagerName: String] = [
        .chocolatey: "Chocolatey was told to answer its own questions with yes (-y).",
        .winget: "winget was told to accept the terms of its sources; a package with licence "
            + "terms of its own is left alone.",
    ]

    private func plan(_ commands: [[String]], _ updates: [LockedUpdate]) -> RunPlan {
        RunPlan(
            kind: .install, commands: commands, environment: environment,
            inactivityLimitSeconds: inactivityLimit, updates: updates)
    }

    /// Nothing is mended: no preflight ever asks for it.
    public func repairRun(leaving aside: [String]) -> RunPlan {
        var plan = plan([], [])
        plan.kind = .repair
        return plan
    }

    /// Reads what a run printed and how it ended.
    public func verdict(on run: RunPlan, ending: RunEnding, logTail: String) -> RunVerdict {
        let lines = Self.lines(logTail)
        var verdict =
            switch ending {
            case .exited(let status):
                tool(of: run)?.verdict(status: status, lines: lines, on: run.updates)
                    ?? RunVerdict(failure: .other, sentence: "The run ended with \(status).")
            case .signalled(let number):
                RunVerdict(
                    failure: .interrupted, sentence: "The tool was ended by signal \(number).")
            case .hung(let lastLine):
                RunVerdict(
                    failure: .hung, culprits: run.updates.count == 1 ? run.updates.map(\.name) : [],
                    sentence: "The tool printed nothing for \(run.inactivityLimitSeconds) s and "
                        + "was ended; its last line: \(AskedProgram.quote(lastLine))")
            case .vanished:
                RunVerdict(
                    failure: .interrupted,
                    sentence:
                        "The run was cut off by a reboot, a power cut or a kill before it ended.")
            case .notStarted(let reason): RunVerdict(failure: .other, sentence: reason)
            }
        verdict.notes += lines.compactMap { ShutdownWord(line: $0)?.note(run.updates.first?.name) }
        return verdict
    }

    /// What a run is doing now.
    public func progress(of run: RunPlan, from log: String) -> RunStep? {
        tool(of: run)?.step(Self.lines(log), of: run.updates)
    }

    /// Windows' tools leave nothing half installed that they could tell of.
    public func unfinishedPackages() async -> [PackageKey: String] { [:] }

    /// No tool of Windows tells which files are a package's own.
    public func files(among files: [String], of package: PackageKey) async -> [String] { [] }

    private func tool(of run: RunPlan) -> (any WindowsTool)? {
        run.updates.first.flatMap { tools.tool($0.manager) }
    }

    private static func lines(_ log: String) -> [String] {
        TextLines.strings(ToolText.decoded(Array(log.utf8)))
    }
}

// MARK: - Downloading ahead

extension WindowsInstaller: Prefetching {
    /// Downloads updates of Windows into the Agent's own store; the others' tools have none that
    /// their installations would use.
    public func prefetch(
        _ updates: [LockedUpdate], at bandwidth: Bandwidth?
    ) async -> [PrefetchResult] {
        let own = updates.filter { $0.manager == .windowsUpdate }
        var results = updates.filter { $0.manager != .windowsUpdate }.map {
            PrefetchResult(
                update: $0, state: .notPossible,
                sentence: "\($0.manager.rawValue) cannot download without installing.")
        }
        guard !own.isEmpty else { return results }
        let note =
            bandwidth.map {
                " Windows Update cannot be limited by the agent, so that the policy's \($0) did not "
                    + "hold for it."
            } ?? ""
        for var result in await tools.update.download(own) {
            if result.state == .downloaded { result.sentence += note }
            results.append(result)
        }
        return results
    }

    /// Whether the Windows Update Agent has said that it has downloaded an update.
    public func isDownloaded(_ update: LockedUpdate) -> Bool {
        update.manager == .windowsUpdate && tools.update.isDownloaded(update)
    }

    /// Leaves it where it is.
    public func discard(_ update: LockedUpdate) -> String? {
        update.manager == .windowsUpdate
            ? "Windows Update clears its own store." : nil
    }
}
