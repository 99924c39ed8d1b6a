public import AgentCore
public import Fleet
public import Rollout
import SystemFiles

/// Installs exact versions with apt.
public struct AptInstaller: Installing {
    /// How long a run may print nothing before it is taken to hang, in seconds: half an hour.
    /// Making the initial file systems of several kernels on a slow disk takes a quarter of that.
    public static let standardInactivityLimit: Int64 = 1800

    let runner: any CommandRunning
    let root: String
    let inactivityLimit: Int64
    let proxyEnvironment: [String: String]
    let kept: KeptPackages?

    /// An installer for this machine.
    ///
    /// - Parameters:
    ///   - inactivityLimitSeconds: how long a run may print nothing before it is ended.
    ///   - proxyEnvironment: the proxy variables that runs get (`http_proxy` and the like);
    ///     nothing else is inherited.
    ///   - stateFolder: the agent's folder, in which replaced packages are kept; `nil` to keep
    ///     none.
    public init(
        inactivityLimitSeconds: Int64 = AptInstaller.standardInactivityLimit,
        proxyEnvironment: [String: String] = [:], stateFolder: String? = nil
    ) {
        self.init(
            runner: SubprocessRunner(), root: "", inactivityLimitSeconds: inactivityLimitSeconds,
            proxyEnvironment: proxyEnvironment, stateFolder: stateFolder)
    }

    init(
        runner: any CommandRunning, root: String, inactivityLimitSeconds: Int64,
        proxyEnvironment: [String: String] = [:], stateFolder: String? = nil
    ) {
        kept = stateFolder.map { KeptPackages(folder: KeptFolder.path(in: $0), runner: runner) }
        self.runner = runner
        self.root = root
        inactivityLimit = inactivityLimitSeconds
        self.proxyEnvironment = proxyEnvironment
    }

    /// Looks whether a lock list can be installed now.
    public func preflight(
        _ updates: [LockedUpdate], tolerating brokenPackages: [String]
    ) async -> Preflight {
        await AptPreflight(
            runner: runner, root: root, tolerated: Set(brokenPackages),
            kept: await keptPackages(of: updates)
        ).check(updates)
    }

    /// Keeps the packages that updates replace, as far as they can be had.
    ///
    /// - Parameters:
    ///   - updates: what is about to be installed.
    ///   - now: the time.
    ///   - limiting: puts a limit of downloads into a command of apt.
    /// - Returns: how each of them can be undone.
    package func keepPackages(
        replacedBy updates: [LockedUpdate], at now: Timestamp,
        limiting: ([String]) -> [String] = { $0 }
    ) async -> [LockedUpdate: WayBack] {
        await kept?.keep(updates.filter { !$0.isRollback }, at: now, limiting: limiting) ?? [:]
    }

    /// The files that apt's indexes name; asking for them needs no solver.
    public func offeredFiles(for updates: [LockedUpdate]) async -> [LockedUpdate: String] {
        let open = updates.filter { !$0.isRollback }
        guard !open.isEmpty else { return [:] }
        let command = AptCommand.locate(open)
        guard
            let output = try? await runner.run(
                Command(
                    path: command[0], arguments: Array(command.dropFirst()),
                    environment: ["LC_ALL": "C"])), output.status == 0
        else { return [:] }
        let hashes = AptPlan(output.output).hashes
        var files: [LockedUpdate: String] = [:]
        for update in open {
            let archives = hashes.filter {
                $0.key.name == update.name && $0.key.version == update.to
            }
            // A package for all architectures may become one of the endpoint's own, and back.
            files[update] =
                archives.first { $0.key.architecture == update.architecture }?.value
                ?? (archives.count == 1 ? archives.first?.value : nil)
        }
        return files
    }

    /// The kept packages of lines that go back, as they were kept.
    private func keptPackages(of updates: [LockedUpdate]) async -> [LockedUpdate: String] {
        var paths: [LockedUpdate: String] = [:]
        for update in updates where update.isRollback {
            paths[update] = await kept?.trusted(update)
        }
        return paths
    }

    /// The run that installs these updates. While a package that hangs is left aside, it only
    /// unpacks them: apt itself would configure that package with them, and hang.
    public func installRun(for updates: [LockedUpdate], leaving aside: [String]) -> RunPlan {
        // What was not as it was kept is gone since it was looked at.
        var paths: [LockedUpdate: String] = [:]
        for update in updates where update.isRollback { paths[update] = kept?.present(update) }
        let isLeaving = !Unfinished(root: root, leaving: aside).left.isEmpty
        var run = RunPlan(
            kind: .install,
            commands: [AptCommand.install(updates, kept: paths, isUnpackOnly: isLeaving)],
            environment: environment,
            inactivityLimitSeconds: inactivityLimit, updates: updates)
        run.scriptHosts = AptCommand.scriptHosts
        run.isUnpackOnly = isLeaving ? true : nil
        return run
    }

    /// The run that mends the package database; of packages that hang, all others.
    public func repairRun(leaving aside: [String]) -> RunPlan {
        let unfinished = Unfinished(root: root, leaving: aside)
        var run = RunPlan(
            kind: .repair,
            commands: unfinished.left.isEmpty
                ? AptCommand.repair : [AptCommand.configure(unfinished.others)],
            environment: environment,
            inactivityLimitSeconds: inactivityLimit, updates: [])
        run.scriptHosts = AptCommand.scriptHosts
        return run
    }

    /// Reads what a run printed and how it ended.
    public func verdict(on run: RunPlan, ending: RunEnding, logTail: String) -> RunVerdict {
        AptVerdict(run, logTail).read(ending)
    }

    /// What a run is doing now.
    public func progress(of run: RunPlan, from log: String) -> RunStep? {
        AptProgress.read(log, updates: run.updates.count)
    }

    /// The packages that dpkg has not finished with.
    public func unfinishedPackages() async -> [PackageKey: String] {
        guard let bytes = Files.bytes("\(root)/var/lib/dpkg/status") else { return [:] }
        var unfinished: [PackageKey: String] = [:]
        for entry in DpkgStatus(bytes).entries {
            if let state = entry.unfinished { unfinished[entry.key] = state }
        }
        return unfinished
    }

    /// Which of these files are a package's own.
    public func files(among files: [String], of package: PackageKey) async -> [String] {
        PackageFiles(root: root, package: package)?.own(among: files) ?? []
    }

    var environment: [String: String] {
        AptCommand.environment.merging(proxyEnvironment) { fixed, _ in fixed }
    }
}
