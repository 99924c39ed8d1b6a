import AgentCore
import Fleet
import PackageManagers
import Rollout
import SystemFiles
import ToolOutputs

/// Installing with apk.
///
/// `apk add NAME=VERSION` would leave the version in `/etc/apk/world` and keep the package at it for
/// ever. `apk upgrade NAME` leaves world as it is and brings the newest version of its indexes; by
/// indexes that nobody else refreshes (`ApkStore`) that is the planned one. Something older is brought
/// by a package that asks for it (`ApkWorld.back`) and goes again: apk keeps what is installed until
/// it is told to upgrade.
extension ApkTool: DownloadingTool {
    private static let lock = "/lib/apk/db/lock"

    func lockHolder() -> String? {
        // The lock is flock(2)'s: the file stays when nobody holds it.
        OpenFiles.holder(of: root + Self.lock)
    }

    func damage() async -> String? {
        ApkWorld.read(root: root).isBackOpen
            ? "a run that took something back was cut off, and apk still keeps to its versions."
            : nil
    }

    var repair: [[String]] { [[path, "del", ApkWorld.back]] }

    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] {
        let world = ApkWorld.read(root: root)
        var held: [PackageKey: String] = [:]
        for update in updates {
            guard let wish = world.hold(on: update.name, at: update.to) else { continue }
            held[update.key] =
                "/etc/apk/world holds \(update.name) on this endpoint (\(wish.text))."
        }
        return held
    }

    /// What every command has that must go by the agent's own indexes.
    private var options: [String] {
        (store.map { ["--cache-dir", $0.path] } ?? []) + Self.frozen
    }

    /// The command without `--simulate`.
    private func words(_ updates: [LockedUpdate]) -> [String] {
        guard updates.contains(where: \.isRollback) else {
            return ["upgrade"] + options + updates.map(\.name)
        }
        let older = updates.map { replaced?.file(of: $0, with: self) ?? "\($0.name)=\($0.to)" }
        return ["add"] + options + ["--virtual", ApkWorld.back] + older
    }

    func solve(_ updates: [LockedUpdate]) async -> Solution {
        store?.takeIndexes(from: indexFolder)
        if let lost = await lost(updates) { return .refused(lost) }
        let words = words(updates)
        let output = await apk.run([words[0], "--simulate"] + words.dropFirst())
        let found = ApkPlan(output.lines)
        guard found.isWhole else {
            let verdict = ApkComplaint(lines: output.lines, status: output.status).verdict
            return .refused(Obstacle(verdict, else: PlainAddress.all(in: output.reason)))
        }
        await dropSpoiled(found.plan)
        return .plan(found.plan)
    }

    /// What cannot be gone back to: it is not kept, and no repository has it.
    private func lost(_ updates: [LockedUpdate]) async -> Obstacle? {
        let open = updates.filter { $0.isRollback && replaced?.file(of: $0, with: self) == nil }
        guard !open.isEmpty else { return nil }
        let offers = await offers(open.map(\.name))
        let lost = open.filter { offers[$0.name]?.contains($0.to) != true }
        return lost.first.map {
            Obstacle(
                .versionNotAvailable,
                "The package of \($0.name) \($0.to) is not kept, and no repository has it.",
                culprits: lost.map(\.name))
        }
    }

    private func offers(_ names: [String]) async -> [String: Set<String>] {
        guard !names.isEmpty else { return [:] }
        return ApkOffers.read(await apk.run(["policy"] + Self.frozen + names).output)
    }

    /// Removes what was downloaded ahead and is not whole, or not signed: apk 2 would find it bad
    /// once more with each run, and never fetch it again.
    private func dropSpoiled(_ plan: ChangePlan) async {
        for change in plan.changed + plan.added {
            guard let file = store?.file(change.name, change.version) else { continue }
            if await apk.run(["verify", file]).status != 0 { _ = AptInstaller.remove(file) }
        }
    }

    func commands(for updates: [LockedUpdate]) -> [[String]] {
        [[path] + words(updates)]
    }

    /// apk counts packages that broke in earlier runs, so that `apk add` can fail though it has
    /// taken everything back; what it was given for that goes again all the same.
    func afterwards(of updates: [LockedUpdate]) -> [[String]] {
        updates.contains(where: \.isRollback) ? repair : []
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        // Where nothing was begun to be taken back, there is nothing to put back either.
        let lines = lines.filter { !$0.hasSuffix("No such package: \(ApkWorld.back)") }
        let complaint = ApkComplaint(lines: lines, status: status)
        return complaint.verdict ?? complaint.unknown
    }

    /// `labgood-1.0-r0 contains:`, and its files below, without the first slash.
    func files(of package: PackageKey) async -> [String] {
        let output = await apk.run(["info", "-L", package.name])
        guard output.status == 0 else { return [] }
        return TextLines.strings(output.output).filter {
            !$0.isEmpty && !$0.hasSuffix(" contains:")
        }
        .map { $0.hasPrefix("/") ? $0 : "/\($0)" }
    }

    func download(of updates: [LockedUpdate]) -> [String] {
        store?.takeIndexes(from: indexFolder)
        return [path, "cache", "download"] + options + updates.map { "\($0.name)=\($0.to)" }
    }

    func downloadedFile(of update: LockedUpdate) -> String? { store?.file(update.name, update.to) }

    /// The packages that apk itself calls broken.
    func unfinished() -> [PackageKey: String] { ApkDatabase.broken(database) }
}

// MARK: - The way back

extension ApkTool: ReturningTool {
    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        let offers = await offers(updates.map(\.name))
        return Set(updates.filter { offers[$0.name]?.contains($0.from) == true })
    }

    /// With the ending by which `apk add` knows a file.
    func keptName(_ update: LockedUpdate, version: String) -> String? {
        "\(update.name)-\(version).\(update.architecture).apk"
    }

    func storedFile(_ update: LockedUpdate, version: String) -> String? {
        store?.file(update.name, version)
            ?? ApkStore(path: "\(root)/etc/apk/cache").file(update.name, version)
    }

    func downloadAgain(_ updates: [LockedUpdate]) -> [String]? {
        guard let store else { return nil }
        store.takeIndexes(from: indexFolder)
        return [path, "cache", "download"] + options + updates.map { "\($0.name)=\($0.from)" }
    }

    /// A signed file, of which apk says that the very package is installed: bringing it in would
    /// change nothing.
    func isReplaced(_ file: String, by update: LockedUpdate) async -> Bool {
        guard await apk.run(["verify", file]).status == 0 else { return false }
        let output = await apk.run(
            ["add", "--simulate"] + options + ["--virtual", ApkWorld.back, file])
        let found = ApkPlan(output.lines)
        let touched = (found.plan.changed + found.plan.added).map(\.name) + found.plan.downgraded
        return found.isWhole && !touched.contains(update.name)
    }
}
