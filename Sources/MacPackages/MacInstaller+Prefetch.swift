public import AgentCore
import Fleet
import PackageManagers
public import Policy
public import Rollout
import SystemFiles

/// Downloads ahead with the tools' own commands, each into its own store. The App Store's tool has
/// none.
extension MacInstaller: Prefetching {
    /// How long downloading one update may take, in seconds: six hours bring 2 GB over 1 Mbit/s.
    private static let seconds: Int64 = 6 * 3600

    /// Downloads these versions, one after another.
    public func prefetch(
        _ updates: [LockedUpdate], at bandwidth: Bandwidth?
    ) async -> [PrefetchResult] {
        let tools: [any MacTool]
        do {
            tools = try await self.tools()
        } catch {
            return updates.map {
                PrefetchResult(update: $0, state: .failed, sentence: error.message)
            }
        }
        var results: [PrefetchResult] = []
        for (manager, own) in Dictionary(grouping: updates, by: \.manager) {
            guard let tool = tools.first(where: { $0.manager == manager }) else {
                results += own.map {
                    PrefetchResult(
                        update: $0, state: .notPossible,
                        sentence: "This endpoint has no \(manager.rawValue).")
                }
                continue
            }
            let offers = await tool.offers(for: own)
            for update in own {
                results.append(await prefetch(update, offers[update], tool, bandwidth))
            }
        }
        return results
    }

    private func prefetch(
        _ update: LockedUpdate, _ offer: Offer?, _ tool: any MacTool, _ bandwidth: Bandwidth?
    ) async -> PrefetchResult {
        let name = tool.manager.rawValue
        let result = { (state: Prefetch.State, sentence: String) in
            PrefetchResult(update: update, state: state, sentence: sentence)
        }
        let step: MacStep
        switch offer {
        case .installs(let own): step = own
        case .refused(_, let sentence): return result(.failed, sentence)
        case nil: return result(.failed, "\(name) does not offer \(update.name) \(update.to).")
        }
        guard let command = tool.download(of: step) else {
            return result(.notPossible, "\(name) cannot download without installing.")
        }
        let output = await ToolRunner(
            runner: runner, path: command[0], environment: environment
        ).run(Array(command.dropFirst()), seconds: Self.seconds)
        guard let downloaded = await tool.downloaded(step, output) else {
            let complaint = tool.complaint(status: output.status, lines: output.lines)
            return result(
                .failed,
                complaint?.sentence
                    ?? (output.status == 0
                        ? "\(name) ended well, and has downloaded nothing." : output.reason))
        }
        downloads[update] = downloaded
        let note = bandwidth == nil ? "" : " \(Self.withoutLimit(tool.manager))"
        return result(
            .downloaded, "\(update.name) \(update.to) lies in \(name)'s store.\(note)")
    }

    /// Whether it came in this life of the agent, and its file is still there where that is known.
    public func isDownloaded(_ update: LockedUpdate) -> Bool {
        guard let downloaded = downloads[update] else { return false }
        return downloaded.file.map(Files.exists) ?? true
    }

    /// Nothing is removed: the files lie in folders of users, where root must not follow a name.
    /// The tools tidy up by themselves.
    public func discard(_ update: LockedUpdate) -> String? {
        downloads[update] = nil
        return nil
    }
}
