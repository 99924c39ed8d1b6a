public import AgentCore
import Fleet
import PackageManagers
public import Policy
public import Rollout

/// Downloads ahead with the tools of the endpoint, each into its own store: dnf, zypper and pacman
/// compare what came with their indexes themselves, then and when they install it.
extension EndpointInstaller: Prefetching {
    /// Downloads exactly these versions and what they need, tool by tool.
    public func prefetch(
        _ updates: [LockedUpdate], at bandwidth: Bandwidth?
    ) async -> [PrefetchResult] {
        var results: [PrefetchResult] = []
        for (manager, own) in Dictionary(grouping: updates, by: \.manager) {
            if manager == .apt {
                let cap = await capOfApt(bandwidth)
                results += await apt.prefetch(own) { cap?.applied(to: $0) ?? $0 }
            } else if manager == .recipe {
                // Each application is downloaded by itself.
                for update in own {
                    results += await prefetch([update], with: manager, at: bandwidth)
                }
            } else {
                results += await prefetch(own, with: manager, at: bandwidth)
            }
        }
        return results
    }

    private func prefetch(
        _ updates: [LockedUpdate], with manager: PackageManagerName, at bandwidth: Bandwidth?
    ) async -> [PrefetchResult] {
        guard let tool = downloading(manager) else {
            return updates.map {
                PrefetchResult(
                    update: $0, state: .notPossible,
                    sentence: "\(manager.rawValue) cannot download without installing.")
            }
        }
        let free = tool.download(of: updates)
        var cap: DownloadCap?
        if let bandwidth { cap = await self.cap(bandwidth, on: [free]) }
        let command = cap?.applied(to: free) ?? free
        let note =
            cap.flatMap { cap in
                cap.applied(to: free) == nil ? " \(cap.sentence(withoutIn: manager.rawValue))" : nil
            } ?? ""
        let output = await download(command, with: manager, seconds: PrefetchUnit.seconds)
        let complaint = tool.complaint(status: output.status, lines: output.lines)?.sentence
        return updates.map { update in
            guard output.status == 0, tool.downloadedFile(of: update) != nil else {
                return PrefetchResult(
                    update: update, state: .failed,
                    sentence: complaint
                        ?? (output.status == 0
                            ? "\(manager.rawValue) ended well, and the package is not in its store."
                            : output.reason))
            }
            return PrefetchResult(
                update: update, state: .downloaded,
                sentence: "\(update.name) \(update.to) lies in \(manager.rawValue)'s store."
                    + note)
        }
    }

    /// The limit for apt, which makes its commands itself.
    func capOfApt(_ bandwidth: Bandwidth?) async -> DownloadCap? {
        guard let bandwidth else { return nil }
        return await cap(bandwidth, on: [["/usr/bin/apt-get"]])
    }

    private func downloading(_ manager: PackageManagerName) -> (any DownloadingTool)? {
        tool(manager) as? any DownloadingTool
    }

    /// Ends what an agent that was killed has left downloading: it would hold its tool's lock for
    /// hours, and nobody waits for it. An installation that was left is another matter: its job
    /// finds it again.
    public func endDownloadsLeftBehind() async {
        guard PrefetchUnit.isPossible else { return }
        await endDownloads(of: EndpointTools.read(root: "").all + [.recipe])
    }

    /// Ends the units in which these tools download, as far as they have one.
    func endDownloads(of managers: [PackageManagerName]) async {
        for manager in managers where downloading(manager) != nil {
            await PrefetchUnit(manager, runner: runner, environment: [:], proxies: []).stop()
        }
    }

    /// Runs a program of a tool that downloads and installs nothing, to its end.
    func download(
        _ command: [String], with manager: PackageManagerName, seconds: Int64
    ) async -> CommandOutput {
        guard PrefetchUnit.isPossible else {
            return await ToolRunner(runner: runner, path: command[0], environment: environment)
                .run(Array(command.dropFirst()), seconds: seconds)
        }
        return await PrefetchUnit(
            manager, runner: runner, environment: environment,
            proxies: proxyEnvironment.keys.sorted()
        ).run(command, seconds: seconds)
    }

    /// Whether the package of an update lies in its tool's store.
    public func isDownloaded(_ update: LockedUpdate) -> Bool {
        if update.manager == .apt { return apt.isDownloaded(update) }
        return downloading(update.manager)?.downloadedFile(of: update) != nil
    }

    /// Removes the package of an update from its tool's store; says why when it cannot.
    public func discard(_ update: LockedUpdate) -> String? {
        if update.manager == .apt { return apt.discard(update) }
        guard let file = downloading(update.manager)?.downloadedFile(of: update) else { return nil }
        return AptInstaller.remove(file)
    }
}
