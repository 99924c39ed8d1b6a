import AgentCore
import Applications
import Fleet
import Foundation
import PackageManagers
import Recipes
import Rollout
import SystemFiles

/// Recipes as a package tool: an application is downloaded and exchanged by the agent's own program,
/// in a run of its own, by what is signed.
struct RecipeTool: Sendable {
    let manager = PackageManagerName.recipe
    /// The recipes that hold now.
    let recipes: [Recipe]
    let store: ApplicationStore
    /// The agent's own program.
    let program: String
    var sources = ApplicationSources()
    var programs = RunningPrograms()

    private func recipe(_ update: LockedUpdate) -> Recipe? {
        recipes.first { $0.name == update.name && $0.install != nil }
    }

    private func command(_ words: [String], _ update: LockedUpdate) -> [String]? {
        guard let recipe = recipe(update) else { return nil }
        let plan = ApplicationPlan(
            recipe: recipe, from: update.from, to: update.to, store: store.path)
        guard plan.fault == nil, let bytes = AgentJSON.encode(plan) else { return nil }
        // Systemd looks for variables in arguments, and a recipe may hold a “$”.
        return [program, "application"] + words + [
            recipe.name, "--plan", Data(bytes).base64EncodedString(),
        ]
    }
}

// MARK: - Installing

extension RecipeTool: LockListTool {
    /// Only the agent itself works on applications, and it has one run at a time.
    func lockHolder() -> String? { nil }

    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] { [:] }

    func solve(_ updates: [LockedUpdate]) async -> Solution {
        var plan = ChangePlan()
        let obstacles = updates.compactMap(obstacle)
        if var first = obstacles.first {
            // Each is asked about by itself then.
            first.culprits = obstacles.flatMap(\.culprits)
            return .refused(first)
        }
        for update in updates {
            guard let recipe = recipe(update), let install = recipe.install else { continue }
            let change = ChangePlan.Change(
                name: update.name, architecture: update.architecture, version: update.to)
            if update.isRollback {
                guard store.canReturn(recipe, to: update.to) else { continue }
                plan.goBack(to: change)
            } else if recipe.version == update.to {
                plan.changed.append(change)
                plan.download += store.isDownloaded(recipe) ? 0 : install.size
                plan.growth += install.size * Self.growth(install.form)
            }
        }
        return .plan(plan)
    }

    /// What stands in the way of an application now, its download apart.
    private func obstacle(_ update: LockedUpdate) -> Obstacle? {
        guard let recipe = recipe(update), let install = recipe.install else {
            return Obstacle(
                .versionNotAvailable,
                "The endpoint holds no signed recipe by which \(update.name) is installed.",
                culprits: [update.name])
        }
        // What is not here yet may be downloaded while a program runs; the run asks once more.
        let isHere = update.isRollback || store.isDownloaded(recipe)
        if isHere, let running = programs.blocking(recipe) {
            return Obstacle(
                .blockedByProcess,
                "\(update.name) was left as it is: \(running) runs, and must not meanwhile.",
                culprits: [update.name])
        }
        if !update.isRollback, !sources.allows(install.from) {
            return Obstacle(
                .refused, ApplicationSources.refusal(install.from), culprits: [update.name])
        }
        if let missing = ApplicationNeeds.missing(for: install.form) {
            return Obstacle(
                .dependency,
                "\(update.name) is brought in with \(missing), which this endpoint does not have.",
                culprits: [update.name])
        }
        return nil
    }

    /// How many times its size an archive takes when it is unpacked, by experience with text and
    /// programs.
    private static func growth(_ form: Recipe.Installation.Form) -> Int64 {
        switch form {
        case .file, .tar: 1
        case .tarGzip, .zip, .deb, .rpm: 4
        case .tarXZ: 6
        }
    }

    /// One application a run: what becomes of one is no word about another.
    func commands(for updates: [LockedUpdate]) -> [[String]] {
        updates.prefix(1).flatMap { update -> [[String]] in
            let words = update.isRollback ? [["put-back"]] : [["fetch"], ["bring-in"]]
            return words.compactMap { command($0, update) }
        }
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        guard let fault = lines.lazy.reversed().compactMap({ ApplicationFault(line: $0) }).first
        else { return nil }
        // The run's own record of its programs names the application.
        let culprits = lines.compactMap { line -> String? in
            let words = line.split(separator: " ")
            guard words.first == "+", let place = words.firstIndex(of: "application"),
                words.count > place + 2
            else { return nil }
            return String(words[place + 2])
        }
        return RunVerdict(
            failure: FailureClass(rawValue: fault.kind.rawValue) ?? .other, culprits: culprits,
            sentence: fault.sentence)
    }
}

// MARK: - Downloading ahead

extension RecipeTool: DownloadingTool {
    func download(of updates: [LockedUpdate]) -> [String] {
        updates.first.flatMap { command(["fetch"], $0) } ?? [program, "application", "fetch"]
    }

    func downloadedFile(of update: LockedUpdate) -> String? {
        guard let recipe = recipe(update), recipe.version == update.to,
            store.isDownloaded(recipe)
        else { return nil }
        return store.download(recipe)
    }
}

// MARK: - The way back

extension RecipeTool: ReturningTool {
    /// Versions in folders and files stay where they are; a package must have been brought in by
    /// the agent, which keeps it.
    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        Set(
            updates.filter { update in
                recipe(update).map { store.keeps($0, installed: update.from) } ?? false
            })
    }
}

extension RecipeTool {
    /// The SHA-256 of the file that a recipe brings.
    func offeredFile(for update: LockedUpdate) -> String? {
        recipe(update).flatMap { $0.version == update.to ? $0.install?.sha256 : nil }
    }
}
