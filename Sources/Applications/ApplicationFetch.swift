import Foundation
package import PackageManagers
package import Recipes
import SystemFiles

/// Downloads what a recipe names into the agent's store, and believes it by its hash alone.
package struct ApplicationFetch: Sendable {
    /// Brings the rest of an address behind what lies in a file already, and no byte more than the
    /// given size in all.
    package typealias Download =
        @Sendable (_ address: String, _ file: String, _ size: Int64) async throws(ApplicationFault)
        -> Void

    let recipe: Recipe
    let store: ApplicationStore
    let tools: ApplicationTools
    let sources: ApplicationSources
    let say: @Sendable (String) -> Void

    package init(
        _ recipe: Recipe, store: ApplicationStore, runner: any CommandRunning,
        sources: ApplicationSources, say: @escaping @Sendable (String) -> Void
    ) {
        self.recipe = recipe
        self.store = store
        self.sources = sources
        self.say = say
        tools = ApplicationTools(runner: runner)
    }

    /// Downloads, unless it lies there already.
    package func run(_ download: Download) async throws(ApplicationFault) {
        guard let install = recipe.install, let file = store.download(recipe) else {
            throw ApplicationFault(.refused, "The recipe does not say how it is installed.")
        }
        guard sources.allows(install.from) else {
            throw ApplicationFault(.refused, ApplicationSources.refusal(install.from))
        }
        try store.make()
        if Files.exists(file) {
            if await tools.sha256(file) == install.sha256 {
                return say("\(recipe.name) \(recipe.version) was downloaded already.")
            }
            try? FileManager.default.removeItem(atPath: file)
        }
        store.dropOthers(than: recipe)
        say("Downloading \(install.from).")
        let part = "\(file).part"
        let wasBegun = Files.exists(part)
        try await download(install.from, part, install.size)
        var found = await tools.sha256(part)
        if found != install.sha256, wasBegun {
            // What an earlier try has left may be of another file under the same address.
            try? FileManager.default.removeItem(atPath: part)
            try await download(install.from, part, install.size)
            found = await tools.sha256(part)
        }
        guard found == install.sha256 else {
            try? FileManager.default.removeItem(atPath: part)
            throw ApplicationFault(
                .hashMismatch,
                "\(install.from) has the SHA-256 \(found ?? "unknown"), and the recipe names "
                    + "\(install.sha256).")
        }
        FileMoves.settle()
        try FileMoves.move(part, to: file)
        say("\(recipe.name) \(recipe.version) lies in the store.")
    }
}
