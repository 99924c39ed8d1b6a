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
        abstract: "Versions that went wrong or were blocked by hand, and that nobody gets.",
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
                    .text("PACKAGE"), .text("VERSION"), .text("SINCE"), .text("BY"), .text("WHY"))
                for blocked in list.items {
                    table.add(
                        blocked.package, blocked.version, blocked.at.wholeSeconds.description,
                        blocked.by, blocked.reason)
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

/// `patchbay update block`
struct BlockVersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Block a version: nobody of the tenant gets it until a person unblocks it.",
        discussion: """
            Example: patchbay update block nginx 1.22.1-9+deb12u2 --reason "Breaks the shop"

            Orders for it that have not begun are taken back. “patchbay update blocked unblock” \
            lets it go out again.
            """)
    @Argument(help: "The package.") var package: String
    @Argument(help: "The version.") var version: String
    @Option(help: "Why.") var reason: String
    @Option(help: "The package manager; apt unless given.") var manager: String?
    @Option(help: "The tenant; not needed where there is one only.") var tenant: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func validate() throws {
        if let manager, PackageManagerName(rawValue: manager) == nil {
            throw ValidationError("“\(manager)” is not a package manager.")
        }
    }

    func run() async throws {
        let wish = VersionToBlock(
            tenant: try tenant.map(Given.tenant),
            manager: manager.flatMap(PackageManagerName.init(rawValue:)), package: package,
            version: version, reason: reason)
        let blocked: Warned<BlockedVersion> = try await server.withClient {
            try await $0.post("/api/v1/blocked-versions", wish)
        }
        blocked.tellWarning()
        try output.show(blocked) {
            "Blocked \(Table.printable($0.record.package)) \(Table.printable($0.record.version)): "
                + "nobody gets it until it is unblocked."
        }
    }
}

extension Warned {
    /// Says on standard error what probably was not meant; in JSON it stands too.
    func tellWarning() {
        if let warning { Terminal.writeError("warning: \(Table.printable(warning))") }
    }
}
