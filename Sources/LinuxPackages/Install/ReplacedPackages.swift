import Fleet
import PackageManagers
import Rollout

/// What a package tool must answer so that the version before an update can be installed again.
protocol ReturningTool: LockListTool {
    /// Of which of the updates the version that they replace can still be had where the endpoint
    /// gets its packages from.
    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate>
    /// The same for a scan, which may answer from what was found before: an installation asks again.
    func knownToBeOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate>
    /// The name under which the agent keeps a version's package; `nil` where there is no file to
    /// keep.
    func keptName(_ update: LockedUpdate, version: String) -> String?
    /// Where a version's package lies in the tool's own store.
    func storedFile(_ update: LockedUpdate, version: String) -> String?
    /// The program that brings the packages which updates replace into the tool's store; `nil`
    /// where there is none.
    func downloadAgain(_ updates: [LockedUpdate]) -> [String]?
    /// Whether a file is the whole package that an update replaces.
    func isReplaced(_ file: String, by update: LockedUpdate) async -> Bool
}

extension ReturningTool {
    /// Asked anew: it costs no network.
    func knownToBeOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        await stillOffered(updates)
    }

    func keptName(_ update: LockedUpdate, version: String) -> String? { nil }
    func storedFile(_ update: LockedUpdate, version: String) -> String? { nil }
    func downloadAgain(_ updates: [LockedUpdate]) -> [String]? { nil }
    func isReplaced(_ file: String, by update: LockedUpdate) async -> Bool { false }
}

/// The packages that an installation replaces, kept by the agent: what a tool's sources drop, and
/// its store forgets, can then be installed again.
struct ReplacedPackages: Sendable {
    let folder: KeptFolder

    /// The agent's folder, in which that of the packages lies.
    var stateFolder: String {
        folder.path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    }

    /// The kept package that a line goes back to, without a look into it.
    func file(of update: LockedUpdate, with tool: some ReturningTool) -> String? {
        tool.keptName(update, version: update.to).flatMap(folder.present)
    }

    /// Removes what lines go back to and is not as it was kept.
    func dropChanged(_ updates: [LockedUpdate], with tool: some ReturningTool) async {
        for update in updates where update.isRollback {
            guard let name = tool.keptName(update, version: update.to) else { continue }
            _ = await folder.trusted(name)
        }
    }

    /// Whether the version that an update replaces lies on the endpoint, as far as names tell.
    func mayHave(_ update: LockedUpdate, with tool: some ReturningTool) -> Bool {
        guard let name = tool.keptName(update, version: update.from) else { return false }
        return folder.present(name) != nil
            || tool.storedFile(update, version: update.from) != nil
    }

    /// Keeps the versions that updates replace: those that are kept already, those of the tool's
    /// own store, and those that a source still offers, which the tool downloads and checks.
    ///
    /// - Parameters:
    ///   - updates: what is about to be installed.
    ///   - tool: their tool.
    ///   - now: the time.
    ///   - run: runs a program of the tool that downloads.
    /// - Returns: how each update can be undone.
    func keep(
        _ updates: [LockedUpdate], with tool: some ReturningTool, at now: Timestamp,
        run: (_ command: [String]) async -> Void
    ) async -> [LockedUpdate: WayBack] {
        let offered = await tool.stillOffered(updates)
        var ways: [LockedUpdate: WayBack] = [:]
        for update in updates {
            ways[update] = offered.contains(update) ? .packageDowngrade : .noWay
        }
        guard folder.make() else { return ways }
        folder.trim(at: now)
        var kept = await take(updates, with: tool, at: now)
        let rest = updates.filter { offered.contains($0) && !kept.contains($0) }
        if folder.hasRoom(for: 0), !rest.isEmpty, let command = tool.downloadAgain(rest) {
            await run(command)
            kept.formUnion(await take(rest, with: tool, at: now))
        }
        for update in kept { ways[update] = .packageDowngrade }
        folder.trim(at: now)
        return ways
    }

    /// Takes what lies in the tool's store; those are returned that are kept now.
    private func take(
        _ updates: [LockedUpdate], with tool: some ReturningTool, at now: Timestamp
    ) async -> Set<LockedUpdate> {
        var kept: Set<LockedUpdate> = []
        for update in updates {
            guard let name = tool.keptName(update, version: update.from) else { continue }
            if await folder.trusted(name) == nil,
                let file = tool.storedFile(update, version: update.from)
            {
                folder.copy(file, as: name)
            }
            if await folder.note(name, at: now, isRight: { await tool.isReplaced($0, by: update) })
            {
                kept.insert(update)
            }
        }
        return kept
    }
}
