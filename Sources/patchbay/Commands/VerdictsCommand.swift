public import ArgumentParser
import CommandBasics
import Fleet
import HTTPAPI
import OfflineCommands
import VerdictFeeds
public import Verdicts

/// `patchbay verdicts`
struct VerdictsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdicts",
        abstract: "What others say of updates, ok, caution or block: follow feeds, publish one.",
        discussion: "docs/verdicts.md tells the format, and what policies make of it.",
        subcommands: [
            List.self, Show.self, Subscribe.self, Refresh.self, Unsubscribe.self, Say.self,
            Withdraw.self, VerdictKeyCommand.self, VerdictSignCommand.self,
            VerdictCheckCommand.self,
        ])

    /// `patchbay verdicts list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the feeds, and how each stands.",
            discussion: "Example: patchbay verdicts list")
        @Option(help: "Those that count for this tenant.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let tenant = try tenant.map(Given.tenant)
            let list: ItemList<VerdictFeedItem> = try await server.withClient {
                try await $0.get("/api/v1/verdict-feeds", query: [("tenant", tenant?.text)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("FEED"), .text("NUMBER"), .text("VERDICTS"), .text("STATE"),
                    .text("EXPIRES"), .text("CHECKED"), .text("FOR"), .text("PROBLEM"))
                for feed in list.items {
                    table.add(
                        feed.name, "\(feed.sequence)", "\(feed.verdicts)", feed.state.rawValue,
                        feed.expiresAt.description, feed.checkedAt?.description ?? "",
                        feed.tenant?.text ?? "all", Table.printable(feed.problem ?? ""))
                }
                return table.text(
                    width: Terminal.width, empty: "No verdict feed is subscribed to.")
            }
        }
    }

    /// `patchbay verdicts show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "List what is said of updates, operators first.",
            discussion: "Example: patchbay verdicts show --package openssl")
        @Option(help: "Only what names this package.") var package: String?
        @Option(help: "Only what this feed says.") var feed: String?
        @Option(help: ArgumentHelp("The most that are listed.", valueName: "number"))
        var limit = 200
        @Option(help: "What counts for this tenant.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let tenant = try tenant.map(Given.tenant)
            let list: ItemList<VerdictItem> = try await server.withClient {
                try await $0.get(
                    "/api/v1/verdicts",
                    query: [
                        ("tenant", tenant?.text), ("package", package), ("feed", feed),
                        ("limit", "\(limit)"),
                    ])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("VERDICT"), .text("UPDATE"), .text("BY"), .text("SINCE"), .text("WHY"))
                for item in list.items {
                    table.add(
                        item.verdict.rawValue, Table.printable(item.update),
                        Table.printable(item.feed ?? item.person ?? ""), item.at.description,
                        Table.printable(
                            [item.evidence, item.link].compactMap(\.self).joined(separator: " ")))
                }
                return table.text(width: Terminal.width, empty: "Nobody says anything.")
            }
        }
    }

    /// `patchbay verdicts subscribe`
    struct Subscribe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "subscribe", abstract: "Follow a feed, whose key is pinned.",
            discussion: """
                Example: patchbay verdicts subscribe noc https://noc.example.org/verdicts.dsse.json \
                --key MCowBQ…

                It is fetched and checked at once, and kept only where that holds. Ask its \
                publisher for the key by another way than the feed's own.
                """)
        @Argument(help: "Its name, as its publisher signs it.") var name: String
        @Argument(help: "An https:// address, or the path of a file on the server.")
        var source: String
        @Option(
            help: ArgumentHelp(
                "The publisher's public key, as “patchbay verdicts key” prints it.",
                valueName: "base64"))
        var key: String
        @Option(
            help: ArgumentHelp(
                "How often it is asked for, in minutes; 60 unless given.", valueName: "number"))
        var every: Int64?
        @Option(help: "For this tenant alone; for every one unless given.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            if let every, !(1...44_640).contains(every) {
                throw ValidationError("--every takes 5 minutes to a month.")
            }
        }

        func run() async throws {
            let wish = VerdictSubscription(
                tenant: try tenant.map(Given.tenant), name: name, source: source, key: key,
                intervalSeconds: every.map { $0 * 60 })
            let feed = try await server.withClient {
                try await $0.post("/api/v1/verdict-feeds", wish, as: VerdictFeedItem.self)
            }
            try output.show(feed) { "Subscribed to \($0.sentence)" }
        }
    }

    /// `patchbay verdicts refresh`
    struct Refresh: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "refresh", abstract: "Ask for a feed now.",
            discussion: "Example: patchbay verdicts refresh noc")
        @Argument(help: "Its name.") var name: String
        @Option(help: "The tenant whose feed it is; the provider's unless given.")
        var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let tenant = try tenant.map(Given.tenant)
            let feed = try await server.withClient {
                try await $0.post(
                    "/api/v1/verdict-feeds/\(name)/refresh", query: [("tenant", tenant?.text)],
                    as: VerdictFeedItem.self)
            }
            try output.show(feed) { "Asked for \($0.sentence)" }
        }
    }

    /// `patchbay verdicts unsubscribe`
    struct Unsubscribe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unsubscribe", abstract: "Leave a feed: what it said counts no more.",
            discussion: "Example: patchbay verdicts unsubscribe noc")
        @Argument(help: "Its name.") var name: String
        @Option(help: "The tenant whose feed it is; the provider's unless given.")
        var tenant: String?
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let tenant = try tenant.map(Given.tenant)
            try await server.withClient {
                try await $0.delete(
                    "/api/v1/verdict-feeds/\(name)", query: [("tenant", tenant?.text)])
            }
            Terminal.write("What \(name) said counts no more.")
        }
    }

    /// `patchbay verdicts say`
    struct Say: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "say", abstract: "Say it yourself: your word comes before any feed's.",
            discussion: """
                Example: patchbay verdicts say ok openssl --version-number 3.0.11-1 --reason \
                "Tried on our own canaries"

                It takes the place of an earlier own word on the same, and stands in the audit log.
                """)
        @Argument(help: "ok, caution or block.") var verdict: VerdictWord
        @Argument(help: "The package, or its source package.") var package: String?
        @OptionGroup var about: VerdictSubject
        @Option(help: "Why, in one line.") var reason: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let draft = VerdictDraft(
                tenant: try about.tenant.map(Given.tenant), verdict, package: package,
                version: about.versionNumber, vulnerability: about.vulnerability, reason: reason)
            let item = try await server.withClient {
                try await $0.post("/api/v1/verdicts", draft, as: VerdictItem.self)
            }
            try output.show(item) {
                "Said \($0.verdict.rawValue) of \(Table.printable($0.update)), before what feeds say."
            }
        }
    }

    /// `patchbay verdicts withdraw`
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "withdraw", abstract: "Take your own word back: feeds count again.",
            discussion: "Example: patchbay verdicts withdraw openssl --version-number 3.0.11-1")
        @Argument(help: "The package that it names.") var package: String?
        @OptionGroup var about: VerdictSubject
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let tenant = try about.tenant.map(Given.tenant)
            try await server.withClient {
                try await $0.delete(
                    "/api/v1/verdicts",
                    query: [
                        ("tenant", tenant?.text), ("package", package),
                        ("version", about.versionNumber), ("vulnerability", about.vulnerability),
                    ])
            }
            Terminal.write("Taken back; what feeds say counts again.")
        }
    }
}

/// What one's own word is about, beside the package.
struct VerdictSubject: ParsableArguments {
    @Option(help: ArgumentHelp("The version; an ok names one.", valueName: "version"))
    var versionNumber: String?
    @Option(help: ArgumentHelp("A vulnerability that the update closes.", valueName: "cve"))
    var vulnerability: String?
    @Option(help: "For this tenant alone; for every one unless given.") var tenant: String?
}

extension VerdictWord: ExpressibleByArgument {}

extension VerdictItem {
    /// What it is about, for people.
    fileprivate var update: String {
        [package, version, vulnerability, origin, os].compactMap(\.self).joined(separator: " ")
    }
}

extension VerdictFeedItem {
    /// How it stands, as the end of a sentence.
    fileprivate var sentence: String {
        let noun = verdicts == 1 ? "verdict" : "verdicts"
        return "\(name): number \(sequence) with \(verdicts) \(noun), whose ok counts until "
            + "\(expiresAt)."
    }
}
