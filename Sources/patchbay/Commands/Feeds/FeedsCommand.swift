import Intelligence
import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import OfflineCommands
import ServerRecords

/// `patchbay feeds`
struct FeedsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feeds",
        abstract: "The sources of vulnerability intelligence, and their files.",
        subcommands: [
            FeedsInspectCommand.self, List.self, Add.self, Remove.self, Enable.self, Disable.self,
            Refresh.self, Confirm.self, FeedsExportCommand.self, FeedsImportCommand.self,
        ])

    /// `patchbay feeds list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the server's feeds, with how fresh each is.",
            discussion: "Example: patchbay feeds list")
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<FeedItem> = try await server.withClient {
                try await $0.get("/api/v1/feeds")
            }
            try output.show(list) { list in
                var table = Table(
                    .text("FEED"), .text("STATE"), .text("FORMAT"), .number("RECORDS"),
                    .text("TAKEN"), .text("NEXT"), .text("PROBLEM"))
                for feed in list.items {
                    table.add(
                        feed.name, feed.freshness.rawValue, feed.format ?? "",
                        feed.records.map { "\($0)" } ?? "",
                        feed.takenAt?.wholeSeconds.description ?? "",
                        feed.nextAt?.wholeSeconds.description ?? "", feed.problem ?? "")
                }
                return table.text(width: Terminal.width, empty: "No feeds.")
            }
        }
    }

    /// `patchbay feeds add`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a feed; it is asked for at once.",
            discussion: """
                Example: patchbay feeds add kev-mirror https://mirror.example.org/kev.json
                Example: patchbay feeds add tracker /srv/feeds/debian.json

                The format is told by the content. Without TLS a feed is fetched from this machine only.
                """)
        @Argument(help: "Its name: a-z, 0-9 and hyphens.") var name: String
        @Argument(help: "An https:// address, or the absolute path of a file on the server.")
        var source: String
        @Option(help: "What it is, for people.") var title: String?
        @Option(help: ArgumentHelp("How often it is asked for.", valueName: "seconds"))
        var interval: Int64?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let feed: FeedItem = try await server.withClient {
                try await $0.post(
                    "/api/v1/feeds",
                    NewFeed(name: name, source: source, title: title, intervalSeconds: interval))
            }
            try output.show(feed) { "Added \($0.name)." }
        }
    }

    /// `patchbay feeds remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove a feed, and forget what it said.",
            discussion: "Example: patchbay feeds remove kev-mirror")
        @OptionGroup var feed: FeedArgument
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient { try await $0.delete(feed.path()) }
            Terminal.writeError("Removed \(feed.name).")
        }
    }

    /// `patchbay feeds enable`
    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable", abstract: "Switch a feed on.",
            discussion: "Example: patchbay feeds enable kev")
        @OptionGroup var feed: FeedArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws { try await feed.act("enable", server, output) }
    }

    /// `patchbay feeds disable`
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Switch a feed off: what it says does not count.",
            discussion: "Example: patchbay feeds disable kev")
        @OptionGroup var feed: FeedArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws { try await feed.act("disable", server, output) }
    }

    /// `patchbay feeds refresh`
    struct Refresh: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "refresh", abstract: "Ask for a feed now.",
            discussion: """
                Example: patchbay feeds refresh kev

                The status is 1 when what came waits for your word, and 3 when nothing could be taken.
                """)
        @OptionGroup var feed: FeedArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let state = try await feed.act("refresh", server, output)
            if state.pending != nil { throw ExitCode(Failure.Status.no.rawValue) }
            if state.problem != nil { throw ExitCode(Failure.Status.couldNot.rawValue) }
        }
    }

    /// `patchbay feeds confirm`
    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm",
            abstract: "Take what has come although it is older or much smaller than before.",
            discussion: "Example: patchbay feeds confirm kev")
        @OptionGroup var feed: FeedArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws { try await feed.act("confirm", server, output) }
    }
}

/// The name of a feed.
struct FeedArgument: ParsableArguments {
    @Argument(help: "The feed's name.") var name: String

    func validate() throws {
        let allowed = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        guard allowed, !name.isEmpty else {
            throw ValidationError("A feed's name has a-z, 0-9 and hyphens.")
        }
    }

    func path(_ verb: String? = nil) -> String {
        "/api/v1/feeds/\(name)" + (verb.map { "/\($0)" } ?? "")
    }

    @discardableResult
    func act(
        _ verb: String, _ server: ServerOptions, _ output: FormatOption
    ) async throws -> FeedItem {
        let feed: FeedItem = try await server.withClient { try await $0.post(path(verb)) }
        try output.show(feed, table: Self.sentence)
        return feed
    }

    static func sentence(_ feed: FeedItem) -> String {
        var lines = ["\(feed.name): \(feed.freshness.rawValue)"]
        if let records = feed.records { lines[0] += ", \(records) records of \(feed.format ?? "")" }
        if let problem = feed.problem { lines.append(problem) }
        return lines.joined(separator: "\n")
    }
}
