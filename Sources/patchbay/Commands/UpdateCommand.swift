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
        subcommands: [
            List.self, DebtCommand.self, BlockVersionCommand.self,
            BlockedVersionsCommand.self,
        ])

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

/// `patchbay update debt`
struct DebtCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debt",
        abstract: "List endpoints that have fallen behind, and when they will have caught up.",
        discussion: """
            Example: patchbay update debt --days 60

            An endpoint has fallen behind when it misses more updates than one batch holds, or a \
            fix that has been out for longer than --days. What is approved comes in batches, \
            security first; DONE is foreseen from windows and usual times, at the earliest.
            """)
    @Option(help: "Only this tenant's.") var tenant: String?
    @Option(
        parsing: .unconditional,
        help: "Days in the open after which a missing fix counts; 90 unless given."
    )
    var days: Int?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let list: ItemList<IndebtedEndpoint> = try await server.withClient {
            try await $0.get(
                "/api/v1/update-debt",
                query: [("tenant", tenant), ("days", days.map(String.init))])
        }
        try output.show(list) { list in
            var table = Table(
                .text("ENDPOINT"), .number("OWED"), .number("APPROVED"), .number("BATCHES"),
                .text("OLDEST FIX"), .text("NEXT"), .text("DONE"))
            for endpoint in list.items {
                table.add(
                    endpoint.name, "\(endpoint.owed)", "\(endpoint.approved)",
                    "\(endpoint.batches.count)",
                    endpoint.oldestAt?.wholeSeconds.description ?? "",
                    endpoint.batches.first?.startsAt?.wholeSeconds.description ?? "",
                    endpoint.doneAt?.wholeSeconds.description ?? "not foreseen")
            }
            return table.text(width: Terminal.width, empty: "No endpoint has fallen behind.")
        }
    }
}
