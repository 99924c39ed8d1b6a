import ArgumentParser
import CommandBasics
import Fleet
import HTTPAPI
import OfflineCommands
import Recipes
import SignedRecipes

/// `patchbay recipe`
struct RecipeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Recipes of applications that no package manager knows.",
        discussion: "docs/recipes.md describes the format.",
        subcommands: [
            RecipeCheckCommand.self, RecipeRenderCommand.self, Add.self, List.self, Show.self,
            Remove.self,
        ])

    /// `patchbay recipe add`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Save recipes, or their next versions, for endpoints.",
            discussion: """
                Example: patchbay recipe add labtool.yaml

                A managed server signs them at once. In sealed mode they wait for operators \
                (patchbay trust pending).
                """)
        @OptionGroup var files: RecipeFiles
        @Option(help: "Only for this tenant's endpoints.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let tenant = try tenant.map(Given.tenant)
            let wishes = try files.read().map { RecipeWish(tenant: tenant, recipe: $0) }
            let saved: [RecipeSummary] = try await server.withClient { client in
                var saved: [RecipeSummary] = []
                for wish in wishes {
                    do {
                        saved.append(
                            try await client.post("/api/v1/recipes", wish, as: RecipeSummary.self))
                    } catch {
                        let names = saved.map(\.name).joined(separator: ", ")
                        if !saved.isEmpty { Terminal.writeError("saved before that: \(names)") }
                        throw error
                    }
                }
                return saved
            }
            try output.show(ItemList(items: saved)) { list in
                list.items.map { "\($0.name), version \($0.version): \($0.state)." }
                    .joined(separator: "\n")
            }
        }
    }

    /// `patchbay recipe list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the recipes, signed or waiting for signatures.",
            discussion: "Example: patchbay recipe list")
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<RecipeSummary> = try await server.withClient {
                try await $0.get("/api/v1/recipes")
            }
            try output.show(list) { list in
                guard !list.items.isEmpty else { return "No recipes yet." }
                var table = Table(
                    .text("NAME"), .text("NEWEST"), .text("FOR"), .text("STATE"),
                    .text("INSTALLS"), .text("DOCUMENT"))
                for item in list.items {
                    table.add(
                        item.name, item.newest, item.scope, item.state,
                        item.recipe?.install?.form.rawValue ?? "no", "\(item.version)")
                }
                return table.text(width: Terminal.width)
            }
        }
    }

    /// `patchbay recipe show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a recipe as it is signed, or is to be.",
            discussion: "Example: patchbay recipe show labtool")
        @Argument(help: "The application's name.") var name: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let list: ItemList<RecipeSummary> = try await server.withClient {
                try await $0.get("/api/v1/recipes")
            }
            let found = list.items.filter { $0.name == name }
            guard !found.isEmpty else {
                throw Failure(
                    .wrongUse, "There is no recipe “\(name)”.",
                    nextStep: "See “patchbay recipe list”.", code: "E_RECIPE_UNKNOWN")
            }
            Terminal.write(try JSONText.encode(ItemList(items: found)))
        }
    }

    /// `patchbay recipe remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Withdraw a recipe; what is installed on endpoints stays.",
            discussion: "Example: patchbay recipe remove labtool")
        @Argument(help: "The application's name.") var name: String
        @Option(help: "The recipe of this tenant, not of all.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let tenant = try tenant.map(Given.tenant)
            let word = try await server.withClient {
                try await $0.delete(
                    "/api/v1/recipes/\(name)", query: [("tenant", tenant?.text)],
                    as: RecipeSummary.self)
            }
            try output.show(word) { "\($0.name) is withdrawn: \($0.state)." }
        }
    }
}

extension RecipeSummary {
    /// How it stands, for people.
    fileprivate var state: String {
        fault ?? (isSigned ? "signed" : "waits for signatures")
    }

    /// The application's newest version.
    fileprivate var newest: String {
        recipe?.version ?? (fault == nil ? "withdrawn" : "unknown")
    }
}
