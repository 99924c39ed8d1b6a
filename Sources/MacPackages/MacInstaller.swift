public import AgentCore
public import Fleet
import PackageManagers
public import Policy
public import Rollout
import SystemFiles
import ToolOutputs

/// Installs updates on a Mac with its own tools.
///
/// A run is one tool's: macOS's own part of a lock list first, then Homebrew's, then the App Store's,
/// with a scan between. No tool there takes a version, so each is asked right before its run whether
/// it still offers what was approved.
public struct MacInstaller: Installing {
    /// How long a run may print nothing before it is taken to hang, in seconds: half an hour.
    public static let standardInactivityLimit: Int64 = 1800

    let place: MacPlace
    let runner: any CommandRunning
    private let inactivityLimit: Int64
    let proxies: [String: String]
    private let stateFolder: String?
    private let steps = MacSteps()
    let downloads = MacDownloads()

    /// An installer for this machine.
    ///
    /// - Parameters:
    ///   - inactivityLimitSeconds: how long a run may print nothing before it is ended.
    ///   - proxyEnvironment: the proxy variables that runs get; nothing else is inherited.
    ///   - stateFolder: the agent's folder; `nil` to keep nothing.
    public init(
        inactivityLimitSeconds: Int64 = MacInstaller.standardInactivityLimit,
        proxyEnvironment: [String: String] = [:], stateFolder: String? = nil
    ) {
        self.init(
            MacPlace(), runner: SubprocessRunner(), inactivityLimitSeconds: inactivityLimitSeconds,
            proxyEnvironment: proxyEnvironment, stateFolder: stateFolder)
    }

    init(
        _ place: MacPlace, runner: any CommandRunning,
        inactivityLimitSeconds: Int64 = MacInstaller.standardInactivityLimit,
        proxyEnvironment: [String: String] = [:], stateFolder: String? = nil
    ) {
        self.place = place
        self.runner = runner
        inactivityLimit = inactivityLimitSeconds
        proxies = proxyEnvironment
        self.stateFolder = stateFolder
    }

    /// Looks tool by tool, and stops at the first that has something to install: the rest is looked
    /// at again after that run.
    public func preflight(
        _ updates: [LockedUpdate], tolerating brokenPackages: [String]
    ) async -> Preflight {
        let tools: [any MacTool]
        do {
            tools = try await self.tools()
        } catch {
            return .blocked(.other, error.message)
        }
        let managers = Set(tools.map(\.manager))
        var settled = updates.filter { !managers.contains($0.manager) }.map {
            Self.skipped(
                $0, .refused, "This endpoint has no \($0.manager.rawValue) to install it with.")
        }
        for tool in tools {
            let own = updates.filter { $0.manager == tool.manager }
            guard !own.isEmpty else { continue }
            let (install, rest) = await preflight(own, with: tool)
            settled += rest
            if !install.isEmpty { return .ready(install: install, settled: settled) }
        }
        return .ready(install: [], settled: settled)
    }

    private func preflight(
        _ updates: [LockedUpdate], with tool: any MacTool
    ) async -> (install: [LockedUpdate], settled: [UpdateOutcome]) {
        let name = tool.manager.rawValue
        var settled = updates.filter(\.isRollback).map {
            Self.skipped(
                $0, .versionNotAvailable,
                "\(name) has no way back: it offers the newest version only.")
        }
        let forward = updates.filter { !$0.isRollback }
        guard !forward.isEmpty else { return ([], settled) }
        let offers = await tool.offers(for: forward)
        var install: [LockedUpdate] = []
        for update in forward {
            switch offers[update] {
            case .installs(let step):
                steps[update] = step
                install.append(update)
            case .refused(let failure, let sentence):
                settled.append(Self.skipped(update, failure, sentence))
            case nil:
                settled.append(
                    Self.skipped(
                        update, .versionNotAvailable,
                        "\(name) does not offer \(update.name) \(update.to)."))
            }
        }
        return (install, settled)
    }

    /// None of the tools keeps what it replaces, or takes it again.
    public func keepWaysBack(
        for updates: [LockedUpdate], at now: Timestamp, within bandwidth: Bandwidth?
    ) async -> [LockedUpdate: WayBack] {
        Dictionary(updates.map { ($0, WayBack.noWay) }) { one, _ in one }
    }

    /// The run that installs these updates, which are all of one tool.
    public func installRun(for updates: [LockedUpdate], leaving aside: [String]) -> RunPlan {
        let commands =
            updates.first.flatMap { tool($0.manager) }?
            .commands(for: updates.map { steps[$0] ?? MacStep(argument: $0.name) }) ?? []
        return RunPlan(
            kind: .install, commands: commands, environment: environment,
            inactivityLimitSeconds: inactivityLimit, updates: updates)
    }

    /// Nothing of these tools is mended: none of them keeps a database that a run could leave half
    /// written.
    public func repairRun(leaving aside: [String]) -> RunPlan {
        RunPlan(
            kind: .repair, commands: [], environment: environment,
            inactivityLimitSeconds: inactivityLimit, updates: [])
    }

    /// The run as it is: none of the tools can be told how fast to download.
    public func limiting(_ run: RunPlan, to bandwidth: Bandwidth) async -> RunPlan {
        var run = run
        run.note = Self.withoutLimit(run.updates.first?.manager)
        return run
    }

    static func withoutLimit(_ manager: PackageManagerName?) -> String {
        "\(manager?.rawValue ?? "The tool") has no option that limits how fast it downloads."
    }

    /// Reads what a run printed and how it ended.
    public func verdict(on run: RunPlan, ending: RunEnding, logTail: String) -> RunVerdict {
        let lines = logTail.split(whereSeparator: \.isNewline).map(String.init)
        guard case .exited(let status) = ending else {
            return ending.verdict(silentSeconds: run.inactivityLimitSeconds) { MacWords.quote($0) }
                ?? RunVerdict(failure: .other, sentence: "The run ended in a way not known.")
        }
        let manager = run.updates.first?.manager
        if manager == .softwareupdate, status == 0 { notePrepared(run, lines) }
        // Words count even when the status says that all went well.
        if let verdict = manager.flatMap(tool)?.complaint(status: status, lines: lines) {
            return verdict
        }
        let name = manager?.rawValue ?? "The package manager"
        guard status != 0 else {
            return RunVerdict(failure: nil, sentence: "\(name) reported success.")
        }
        let words = lines.last { !TextLines.trimmed($0).isEmpty }.map { ": \(MacWords.quote($0))" }
        return RunVerdict(
            failure: .other, sentence: "\(name) ended with status \(status)\(words ?? ".")")
    }

    private func notePrepared(_ run: RunPlan, _ lines: [String]) {
        guard let system = run.updates.first(where: { $0.name == SoftwareProduct.system }),
            SoftwareUpdateComplaint(lines: lines).asksForRestart
        else { return }
        PreparedSystem(stateFolder: stateFolder).note(system.to)
    }

    /// What a run is doing now.
    public func progress(of run: RunPlan, from log: String) -> RunStep? {
        for line in log.split(whereSeparator: \.isNewline).reversed() {
            var text = TextLines.trimmed(line)
            if text.hasPrefix("==> ") { text = String(text.dropFirst(4)) }
            if ["Installing", "Upgrading", "Pouring", "Moving"].contains(where: {
                text.hasPrefix($0)
            }) {
                return RunStep(phase: .installing, sentence: "\(MacWords.quote(text)).")
            }
            if text.hasPrefix("Downloading") || text.hasPrefix("Fetching") {
                return RunStep(phase: .downloading, sentence: "Downloads packages.")
            }
        }
        return nil
    }

    /// None: these tools put a new version in place as a whole.
    public func unfinishedPackages() async -> [PackageKey: String] { [:] }

    /// None: processes are not looked at on a Mac.
    public func files(among files: [String], of package: PackageKey) async -> [String] { [] }

    // MARK: - Tools

    func tools() async throws(ScanFailure) -> [any MacTool] {
        let facts = MacFacts(place: place, runner: runner)
        return kit.all(try await facts.system(), await facts.kernel())
    }

    private var kit: MacTools {
        MacTools(place: place, runner: runner, proxies: proxies, stateFolder: stateFolder)
    }

    /// The tool as far as it is the same on every macOS.
    private func tool(_ manager: PackageManagerName) -> (any MacTool)? {
        guard manager == .softwareupdate else {
            return kit.others.first { $0.manager == manager }
        }
        return SoftwareUpdateTool(
            place: place, runner: runner, system: .unknown, kernel: KernelValues([]))
    }

    var environment: [String: String] {
        MacEnvironment.fixed.merging(HomebrewEnvironment.fixed) { _, new in new }
            .merging(proxies) { fixed, _ in fixed }
    }

    private static func skipped(
        _ update: LockedUpdate, _ failure: FailureClass, _ sentence: String
    ) -> UpdateOutcome {
        UpdateOutcome(
            update: update, state: .skipped, failure: failure, versionAfter: update.from,
            sentence: sentence)
    }
}
