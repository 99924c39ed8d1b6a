import Foundation
package import PackageManagers
package import Recipes
import SystemFiles

/// What is done to applications apart from bringing versions in: mending what a power cut has left,
/// and taking an application away.
package struct ApplicationCare: Sendable {
    let store: ApplicationStore
    let tools: ApplicationTools
    let programs: RunningPrograms

    package init(store: ApplicationStore, runner: any CommandRunning) {
        self.init(store: store, runner: runner, programs: RunningPrograms())
    }

    init(store: ApplicationStore, runner: any CommandRunning, programs: RunningPrograms) {
        self.store = store
        self.programs = programs
        tools = ApplicationTools(runner: runner)
    }

    /// Mends what runs have left that were cut off: for the agent's start.
    ///
    /// - Returns: what was done, in sentences; nothing while a run is at work.
    package func repair() async -> [String] {
        let names = Files.names(in: store.path).filter { $0.hasSuffix(PendingWork.ending) }
        guard !names.isEmpty, let claim = try? store.claim() else { return [] }
        defer { FileMoves.release(claim) }
        var done: [String] = []
        for name in names {
            let file = "\(store.path)/\(name)"
            guard let work = PendingWork.read(file) else {
                done.append("\(file) cannot be read.")
                continue
            }
            done += work.undo()
            for service in work.stopped where !(await tools.isActive(service)) {
                do {
                    try await tools.systemctl("start", service)
                    done.append("\(service), which was stopped for an exchange, runs again.")
                } catch {
                    done.append(error.sentence)
                }
            }
            FileMoves.remove(file)
        }
        return done
    }

    /// Takes an application away: the link and every version, or the package.
    ///
    /// - Parameters:
    ///   - recipe: its recipe.
    ///   - version: the version that is installed.
    ///   - say: takes what is told while it goes on.
    /// - Throws: `ApplicationFault`, when it could not be taken away.
    package func remove(
        _ recipe: Recipe, installed version: String, say: @Sendable (String) -> Void
    ) async throws(ApplicationFault) {
        guard let install = recipe.install else {
            throw ApplicationFault(.refused, "The recipe does not say how it is installed.")
        }
        let claim = try store.claim()
        defer { FileMoves.release(claim) }
        if let versions = install.versions {
            try VersionsOwner.check(versions, for: recipe.name)
        }
        if let program = programs.blocking(recipe) {
            throw ApplicationFault(
                .blockedByProcess, "\(recipe.name) was left as it is: \(program) runs.")
        }
        if let link = install.link, let target = Files.link(link),
            !target.hasPrefix("\(install.versions ?? "")/")
        {
            throw ApplicationFault(
                .refused, "\(link) leads to \(target), which Patchbay did not bring in.")
        }
        if let link = install.link, FileMoves.kind(link) != .link {
            throw ApplicationFault(
                .refused, "\(link) is no link, so that Patchbay did not bring it in.")
        }
        var stopped: [String] = []
        do throws(ApplicationFault) {
            for service in install.services ?? [] where await tools.isActive(service) {
                say("Stopping \(service).")
                stopped.append(service)
                try await tools.systemctl("stop", service)
            }
            if let package = install.package {
                try await tools.packages(install.form).remove(package)
            } else {
                removeVersions(install)
            }
        } catch {
            // What is still there goes on working.
            for service in stopped {
                say("Starting \(service).")
                try? await tools.systemctl("start", service)
            }
            throw error
        }
        store.dropOthers(than: recipe)
        for name in Files.names(in: "\(store.path)/kept") where name.hasPrefix("\(recipe.name)_") {
            FileMoves.remove("\(store.path)/kept/\(name)")
        }
        FileMoves.settle()
    }

    /// Only what bears a version's name, or is the agent's own, is taken away.
    private func removeVersions(_ install: Recipe.Installation) {
        guard let versions = install.versions, let link = install.link else { return }
        FileMoves.remove(link)
        for name in Files.names(in: versions)
        where RecipeVersion.isVersion(name) || name.hasPrefix(".patchbay-") {
            try? FileManager.default.removeItem(atPath: "\(versions)/\(name)")
        }
        if Files.names(in: versions).isEmpty {
            try? FileManager.default.removeItem(atPath: versions)
        }
    }
}
