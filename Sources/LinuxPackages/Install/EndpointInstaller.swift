public import AgentCore
import Applications
public import Fleet
package import PackageManagers
public import Policy
public import Recipes
public import Rollout

/// Installs exact versions with whatever package tools the endpoint has.
///
/// A run is one tool's: of a lock list for several tools the native tool's part is installed and
/// verified first, then the next tool's.
public struct EndpointInstaller: Installing {
    /// How long a run may print nothing before it is taken to hang, in seconds: half an hour.
    public static let standardInactivityLimit = AptInstaller.standardInactivityLimit

    let apt: AptInstaller
    let runner: any CommandRunning
    private let inactivityLimit: Int64
    let proxyEnvironment: [String: String]
    private let replaced: ReplacedPackages?
    private let applications: RecipeParts?

    /// What the agent needs to bring applications in by recipes.
    public struct RecipeParts: Sendable {
        /// The signed recipes that hold.
        public var recipes: @Sendable () -> [Recipe]
        /// The agent's own program, by which the runs are made.
        public var program: String

        /// What the agent needs.
        public init(program: String, recipes: @escaping @Sendable () -> [Recipe]) {
            self.program = program
            self.recipes = recipes
        }
    }

    let stateFolder: String?

    /// An installer for this machine.
    ///
    /// - Parameters:
    ///   - inactivityLimitSeconds: how long a run may print nothing before it is ended.
    ///   - proxyEnvironment: the proxy variables that runs get; nothing else is inherited.
    ///   - stateFolder: the agent's folder, in which replaced packages are kept; `nil` to keep
    ///     none.
    ///   - applications: what recipes need; `nil` where nothing is installed by them.
    public init(
        inactivityLimitSeconds: Int64 = EndpointInstaller.standardInactivityLimit,
        proxyEnvironment: [String: String] = [:], stateFolder: String? = nil,
        applications: RecipeParts? = nil
    ) {
        self.init(
            runner: SubprocessRunner(), inactivityLimitSeconds: inactivityLimitSeconds,
            proxyEnvironment: proxyEnvironment, stateFolder: stateFolder,
            applications: applications)
    }

    package init(
        runner: any CommandRunning, inactivityLimitSeconds: Int64,
        proxyEnvironment: [String: String] = [:], stateFolder: String? = nil,
        applications: RecipeParts? = nil
    ) {
        self.applications = applications
        apt = AptInstaller(
            inactivityLimitSeconds: inactivityLimitSeconds, proxyEnvironment: proxyEnvironment,
            stateFolder: stateFolder)
        self.runner = runner
        replaced = stateFolder.map {
            ReplacedPackages(folder: KeptFolder(KeptFolder.path(in: $0), runner: runner))
        }
        self.stateFolder = stateFolder
        inactivityLimit = inactivityLimitSeconds
        self.proxyEnvironment = proxyEnvironment
    }

    /// Looks tool by tool, the native one first, and stops at the first that has something to
    /// install: the rest is looked at again after that run.
    public func preflight(
        _ updates: [LockedUpdate], tolerating brokenPackages: [String]
    ) async -> Preflight {
        if let worker = FirstBoot.worker(root: "") { return .locked(holder: worker) }
        let tools = EndpointTools.read(root: "").all + (recipeTool == nil ? [] : [.recipe])
        var settled = updates.filter { !tools.contains($0.manager) }.map {
            outcome($0, .refused, "This endpoint has no \($0.manager.rawValue) to install it with.")
        }
        for manager in tools {
            let own = updates.filter { $0.manager == manager }
            guard !own.isEmpty else { continue }
            switch await preflight(own, with: manager, tolerating: brokenPackages) {
            case .ready(let install, let more):
                settled += more
                let first = AgentPackage.apart(install)
                guard first.isEmpty else { return .ready(install: first, settled: settled) }
            case .blocked(let failure, let sentence):
                settled += own.map { outcome($0, failure, sentence) }
            case .locked(let holder): return .locked(holder: holder)
            case .needsRepair(let reason): return .needsRepair(reason)
            }
        }
        return .ready(install: [], settled: settled)
    }

    private func preflight(
        _ updates: [LockedUpdate], with manager: PackageManagerName,
        tolerating brokenPackages: [String]
    ) async -> Preflight {
        if manager == .apt {
            let answer = await apt.preflight(updates, tolerating: brokenPackages)
            guard case .ready(let install, let settled) = answer else { return answer }
            // What was downloaded ahead is looked at once more before it is installed.
            let stuck = await apt.dropSpoiled(install)
            return .ready(
                install: install.filter { stuck[$0] == nil },
                settled: settled
                    + install.compactMap { update in
                        stuck[update].map { outcome(update, .hashMismatch, $0) }
                    })
        }
        guard let tool = tool(manager) else {
            return .blocked(.refused, "\(manager.rawValue) is not supported yet.")
        }
        await replaced?.dropChanged(updates, with: tool)
        return await LockListCheck(tool: tool).check(updates, tolerating: Set(brokenPackages))
    }

    /// Keeps what updates replace, or finds out how else they can be undone.
    public func keepWaysBack(
        for updates: [LockedUpdate], at now: Timestamp, within bandwidth: Bandwidth?
    ) async -> [LockedUpdate: WayBack] {
        let ofApt = updates.filter { $0.manager == .apt }
        let cap = ofApt.isEmpty ? nil : await capOfApt(bandwidth)
        var ways = await apt.keepPackages(replacedBy: ofApt, at: now) {
            cap?.applied(to: $0) ?? $0
        }
        for (manager, own) in Dictionary(grouping: updates, by: \.manager) where manager != .apt {
            let forward = own.filter { !$0.isRollback }
            guard let tool = tool(manager), let replaced, !forward.isEmpty else { continue }
            let found = await replaced.keep(forward, with: tool, at: now) { command in
                var limited: [String]?
                if let bandwidth {
                    limited = await self.cap(bandwidth, on: [command]).applied(to: command)
                }
                _ = await download(
                    limited ?? command, with: manager, seconds: KeptPackages.fetchSeconds)
            }
            ways.merge(found) { _, new in new }
        }
        return ways
    }

    /// The files that the sources of apt and recipes offer; other tools do not say it beforehand.
    public func offeredFiles(for updates: [LockedUpdate]) async -> [LockedUpdate: String] {
        var files = await apt.offeredFiles(for: updates.filter { $0.manager == .apt })
        if let tool = recipeTool {
            for update in updates where update.manager == .recipe {
                files[update] = tool.offeredFile(for: update)
            }
        }
        return files
    }

    private func outcome(
        _ update: LockedUpdate, _ failure: FailureClass, _ sentence: String
    ) -> UpdateOutcome {
        UpdateOutcome(
            update: update, state: .skipped, failure: failure, versionAfter: update.from,
            sentence: sentence)
    }

    /// The run that installs these updates, which are all of one tool.
    public func installRun(for updates: [LockedUpdate], leaving aside: [String]) -> RunPlan {
        guard let manager = updates.first?.manager, manager != .apt, let tool = tool(manager)
        else { return apt.installRun(for: updates, leaving: aside) }
        var run = RunPlan(
            kind: .install, commands: tool.commands(for: updates), environment: environment,
            inactivityLimitSeconds: inactivityLimit,
            // Each application has a run of its own.
            updates: manager == .recipe ? Array(updates.prefix(1)) : updates)
        run.scriptHosts = tool.scriptHosts.isEmpty ? nil : tool.scriptHosts
        let afterwards = tool.afterwards(of: updates)
        run.afterwards = afterwards.isEmpty ? nil : afterwards
        return run
    }

    /// Mends what runs of applications have left that were cut off; says what was done.
    public func mendApplications() async -> [String] {
        guard let tool = recipeTool else { return [] }
        return await ApplicationCare(store: tool.store, runner: runner).repair()
    }

    private var recipeTool: RecipeTool? {
        guard let applications, let stateFolder else { return nil }
        return RecipeTool(
            recipes: applications.recipes(),
            store: ApplicationStore(ApplicationStore.path(in: stateFolder)),
            program: applications.program)
    }

    /// The run that mends the native tool's package database.
    public func repairRun(leaving aside: [String]) -> RunPlan {
        guard let native = EndpointTools.read(root: "").native, native != .apt,
            let tool = tool(native)
        else { return apt.repairRun(leaving: aside) }
        return RunPlan(
            kind: .repair, commands: tool.repair, environment: environment,
            inactivityLimitSeconds: inactivityLimit, updates: [])
    }

    /// Reads what a run printed and how it ended.
    public func verdict(on run: RunPlan, ending: RunEnding, logTail: String) -> RunVerdict {
        guard let tool = tool(of: run) else {
            return apt.verdict(on: run, ending: ending, logTail: logTail)
        }
        return ToolVerdict(tool: tool).read(run, ending, logTail)
    }

    /// What a run is doing now.
    public func progress(of run: RunPlan, from log: String) -> RunStep? {
        tool(of: run) == nil ? apt.progress(of: run, from: log) : ToolProgress.read(log)
    }

    /// The packages that a tool has not finished with.
    public func unfinishedPackages() async -> [PackageKey: String] {
        switch EndpointTools.read(root: "").native {
        case .apt, nil: return await apt.unfinishedPackages()
        case .some(let native) where native == .dnf || native == .zypper:
            // While a transaction is under way, each of its packages is there twice.
            guard RpmLock.holder() == nil else { return [:] }
            return await RpmDatabase.read(runner, manager: native)?.installedTwice ?? [:]
        case .apk: return ApkTool(runner: runner).unfinished()
        default: return [:]
        }
    }

    /// Which of these files are a package's own.
    public func files(among files: [String], of package: PackageKey) async -> [String] {
        if package.manager == .apt { return await apt.files(among: files, of: package) }
        guard let tool = tool(package.manager) else { return [] }
        return PackageFiles(await tool.files(of: package)).own(among: files)
    }

    private func tool(of run: RunPlan) -> (any ReturningTool)? {
        let manager = run.updates.first?.manager ?? EndpointTools.read(root: "").native ?? .apt
        return tool(manager)
    }

    func tool(_ manager: PackageManagerName) -> (any ReturningTool)? {
        if manager == .recipe { return recipeTool }
        return NativeTools.installing(manager, runner: runner, replaced: replaced)
    }

    var environment: [String: String] {
        ToolEnvironment.fixed.merging(proxyEnvironment) { fixed, _ in fixed }
    }
}

/// What the programs of a run find in their environment; nothing else is there.
enum ToolEnvironment {
    static let fixed = [
        "PATH": RunPath.standard, "HOME": "/root",
        "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "LANGUAGE": "C", "TERM": "dumb", "COLUMNS": "200",
        // Packages must not ask.
        "DEBIAN_FRONTEND": "noninteractive",
    ]
}
