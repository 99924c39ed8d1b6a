public import AgentCore
import Fleet
import Foundation
import PackageManagers
public import Rollout
import SystemFiles

/// Downloads ahead with the tools of the endpoint, each into its own store: dnf, zypper and pacman
/// compare what came with their indexes themselves, then and when they install it.
extension EndpointInstaller: Prefetching {
    /// How long downloading ahead may take, in seconds: six hours bring 2 GB over 1 Mbit/s.
    private static let prefetchSeconds: Int64 = 6 * 3600

    /// Downloads exactly these versions and what they need, tool by tool.
    public func prefetch(_ updates: [LockedUpdate]) async -> [PrefetchResult] {
        var results: [PrefetchResult] = []
        for (manager, own) in Dictionary(grouping: updates, by: \.manager) {
            if manager == .apt {
                results += await apt.prefetch(own)
            } else {
                results += await prefetch(own, with: manager)
            }
        }
        return results
    }

    private func prefetch(
        _ updates: [LockedUpdate], with manager: PackageManagerName
    ) async -> [PrefetchResult] {
        guard let tool = downloading(manager), let path = tool.download(of: updates).first else {
            return updates.map {
                PrefetchResult(
                    update: $0, state: .notPossible,
                    sentence: "\(manager.rawValue) cannot download without installing.")
            }
        }
        let words = Self.inOwnUnit(tool.download(of: updates))
        let output = await ToolRunner(
            runner: runner, path: words.first ?? path, environment: environment
        ).run(Array(words.dropFirst()), seconds: Self.prefetchSeconds)
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
                sentence: "\(update.name) \(update.to) lies in \(manager.rawValue)'s store.")
        }
    }

    /// These tools write their caches, locks and logs in places that the agent's own unit may not
    /// touch: where systemd is the first process, a download has a unit of its own, as an
    /// installation has.
    fileprivate static func inOwnUnit(
        _ command: [String],
        hasSystemd: Bool = Files.exists("/run/systemd/system") && Files.exists(systemdRun)
    ) -> [String] {
        guard hasSystemd else { return command }
        let variables = ToolEnvironment.fixed.sorted { $0.key < $1.key }.map {
            "--setenv=\($0.key)=\($0.value)"
        }
        return [
            systemdRun, "--wait", "--pipe", "--collect", "--quiet",
            "--property=RuntimeMaxSec=\(prefetchSeconds)",
        ] + variables + ["--"] + command
    }

    private static let systemdRun = "/usr/bin/systemd-run"

    private func downloading(_ manager: PackageManagerName) -> (any DownloadingTool)? {
        NativeTools.installing(manager, runner: runner) as? any DownloadingTool
    }

    /// Whether the package of an update lies in its tool's store.
    public func isDownloaded(_ update: LockedUpdate) -> Bool {
        if update.manager == .apt { return apt.isDownloaded(update) }
        return downloading(update.manager)?.downloadedFile(of: update) != nil
    }

    /// Removes the package of an update from its tool's store.
    public func discard(_ update: LockedUpdate) {
        if update.manager == .apt { return apt.discard(update) }
        if let file = downloading(update.manager)?.downloadedFile(of: update) {
            try? FileManager.default.removeItem(atPath: file)
        }
    }
}
