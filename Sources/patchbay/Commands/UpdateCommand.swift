import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import ServerRecords

/// `patchbay update`
struct UpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "What is missing in the fleet.",
        subcommands: [List.self, BlockedVersionsCommand.self])

    /// `patchbay update list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List missing updates, security first, most endpoints first.",
            discussion: "Example: patchbay update list --security")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "Part of the package's name.") var search: String?
        @Flag(help: "Only updates of the class security.") var security = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<MissingUpdateCount> = try await server.withClient {
                try await $0.get(
                    "/api/v1/updates",
                    query: [
                        ("tenant", tenant), ("search", search),
                        ("security", security ? "true" : nil),
                        ("limit", "\(EndpointQuery.maximumPage)"),
                    ])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("UPDATE"), .text("VERSION"), .text("CLASS"), .number("ENDPOINTS"),
                    .number("INSTALLABLE"), .text("ORIGIN"))
                for update in list.items {
                    table.add(
                        update.name, update.candidate, update.classes.first?.rawValue ?? "",
                        "\(update.endpoints)", "\(update.installable)", update.origin)
                }
                return table.text(width: Terminal.width, empty: "No updates are missing.")
            }
        }
    }
}
