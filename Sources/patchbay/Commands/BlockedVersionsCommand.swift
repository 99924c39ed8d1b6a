import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import ServerRecords

/// `patchbay update blocked`
struct BlockedVersionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocked",
        abstract: "Versions that went wrong at a canary, and that nobody gets.",
        subcommands: [List.self, Unblock.self])

    /// `patchbay update blocked list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List blocked versions.",
            discussion: "Example: patchbay update blocked list --format json")
        @Option(help: "Only this tenant's.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<BlockedVersion> = try await server.withClient {
                try await $0.get("/api/v1/blocked-versions", query: [("tenant", tenant)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("PACKAGE"), .text("VERSION"), .text("SINCE"), .text("WHY"))
                for blocked in list.items {
                    table.add(
                        blocked.package, blocked.version, blocked.at.wholeSeconds.description,
                        blocked.reason)
                }
                return table.text(width: Terminal.width, empty: "No version is blocked.")
            }
        }
    }

    /// `patchbay update blocked unblock`
    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unblock", abstract: "Let a blocked version go out again.",
            discussion: "Example: patchbay update blocked unblock nginx 1.22.1-9+deb12u2")
        @Argument(help: "The package.") var package: String
        @Argument(help: "The version.") var version: String
        @Option(help: "The package manager; apt unless given.") var manager: String?
        @Option(help: "The tenant; not needed where there is one only.") var tenant: String?
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient {
                try await $0.post(
                    "/api/v1/blocked-versions/unblock",
                    query: [
                        ("tenant", tenant), ("manager", manager), ("package", package),
                        ("version", version),
                    ])
            }
            Terminal.writeError(
                "\(Table.printable(package)) \(Table.printable(version)) may go out again.")
        }
    }
}
