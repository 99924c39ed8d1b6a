public import ArgumentParser
import Bundles
import CommandBasics
import Fleet
import HTTPAPI
import Policy
import ServerRecords

extension UpdateClass: ExpressibleByArgument {}

/// `patchbay bundle`
struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle", abstract: "Named bundles of updates, each one object.",
        discussion: "docs/bundles.md says what a bundle is, and how it goes from ring to ring.",
        subcommands: [
            Create.self, List.self, Show.self, Preview.self, Approve.self, Decline.self,
            Promote.self, Pause.self, Resume.self, Rollback.self, Report.self,
        ])

    /// Which bundle, and how it is answered.
    struct Options: ParsableArguments {
        @Argument(help: "NAME (its newest version), NAME@VERSION, or the identifier.")
        var bundle: String
        @Option(help: "The tenant; your own, or the only one, unless given.") var tenant: String?
        @OptionGroup var server: ServerOptions

        /// Talks to the server about the bundle.
        func withBundle<Answer: Sendable>(
            _ body: (APIClient, String) async throws -> Answer
        ) async throws -> Answer {
            try await server.withClient { client in
                try await body(client, "/api/v1/bundles/\(find(client))")
            }
        }

        private func find(_ client: APIClient) async throws -> String {
            if BundleID(bundle) != nil { return bundle }
            let parts = bundle.split(separator: "@", maxSplits: 1).map(String.init)
            let list: ItemList<PatchBundle> = try await client.get(
                "/api/v1/bundles",
                query: [
                    ("name", parts.first ?? bundle), ("tenant", tenant),
                    ("limit", "\(EndpointQuery.maximumPage)"),
                ])
            let found = list.items.filter { parts.count < 2 || "\($0.version)" == parts[1] }
            let tenants = Set(found.map(\.tenant))
            guard let newest = found.first, tenants.count == 1 else {
                throw Failure(
                    .couldNot,
                    found.isEmpty
                        ? "There is no bundle \(bundle)."
                        : "\(tenants.count) tenants have a bundle \(bundle).",
                    nextStep: "List the bundles: patchbay bundle list.", code: "E_NOT_FOUND")
            }
            return newest.id.text
        }
    }

    /// What a bundle takes.
    struct QueryOptions: ParsableArguments {
        @Option(help: "A package or source package, or a pattern with * and ?; may be repeated.")
        var package: [String] = []
        @Option(
            name: [.customLong("vendor"), .customLong("origin")],
            help: "A vendor such as Debian-Security, or a pattern for the whole origin; repeatable."
        )
        var origin: [String] = []
        @Option(
            name: .customLong("class"),
            help: "What it is for: security, bugfix or feature; may be repeated.")
        var classes: [UpdateClass] = []
        @Option(help: "As bad as this or worse: critical, important, moderate, low.")
        var severity: String?
        @Option(help: "What it closes; may be repeated.") var cve: [String] = []
        @Flag(help: "Only what closes something that is known to be exploited.") var kev = false
        @Option(help: "Seen in the fleet for the first time at this time or later (RFC 3339).")
        var seenFrom: String?
        @Option(help: "Seen in the fleet for the first time before this time.")
        var seenBefore: String?

        func value() throws -> BundleQuery? {
            func list<Value>(_ values: [Value]) -> [Value]? { values.isEmpty ? nil : values }
            let query = BundleQuery(
                packages: list(package), origins: list(origin), classes: list(classes),
                severity: try severity.map { text in
                    guard let word = Severity(rawValue: text) ?? Severity(vendorWord: text) else {
                        throw ValidationError("“\(text)” is no severity.")
                    }
                    return word
                }, vulnerabilities: list(cve), knownExploited: kev ? true : nil,
                seenFrom: try seenFrom.map(Given.time), seenBefore: try seenBefore.map(Given.time))
            return query.isEmpty ? nil : query
        }
    }

    /// `patchbay bundle create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a bundle, or its next version.",
            discussion: """
                Example: patchbay bundle create browsers --package "firefox*" --package "chromium*"

                It holds the versions that endpoints miss now and that fit all that is asked for; its \
                content never changes. A name that is there already gets its next version, by the \
                query of the version before unless one is given.
                """)
        @Argument(help: "The bundle's name.") var name: String
        @OptionGroup var query: QueryOptions
        @Option(help: "How many different people must approve it: 1 or 2.") var approvers: Int?
        @Option(help: "What you say to it.") var note: String?
        @Option(help: "The tenant; your own, or the only one, unless given.") var tenant: String?
        @Flag(help: "Only show what it would hold.") var plan = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let draft = BundleDraft(
                tenant: try tenant.map(Given.tenant), name: name, query: try query.value(),
                note: note, approvers: approvers)
            if plan {
                let preview: BundlePreview = try await server.withClient {
                    try await $0.post("/api/v1/bundle-previews", draft)
                }
                return try output.show(preview) {
                    BundleText.lines($0.lines) + "\n\($0.title) would hold \($0.sentence)"
                }
            }
            let made: PatchBundle = try await server.withClient {
                try await $0.post("/api/v1/bundles", draft)
            }
            try output.show(made, table: BundleText.line)
        }
    }

    /// `patchbay bundle list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List versions of bundles, newest first.",
            discussion: "Example: patchbay bundle list --name browsers")
        @Option(help: "Only versions of this bundle.") var name: String?
        @Option(help: "Only this tenant's.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<PatchBundle> = try await server.withClient {
                try await $0.get("/api/v1/bundles", query: [("name", name), ("tenant", tenant)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("BUNDLE"), .text("STATE"), .number("LINES"), .number("CLOSES"),
                    .number("STEPS"), .text("MADE BY"), .text("MADE"), .text("ID"))
                for bundle in list.items {
                    table.add(
                        bundle.title, BundleText.state(bundle), "\(bundle.content.lines)",
                        "\(bundle.content.vulnerabilities)", "\(bundle.promotions.count)",
                        bundle.madeBy, bundle.madeAt.wholeSeconds.description, bundle.id.text)
                }
                return table.text(width: Terminal.width, empty: "No bundles.")
            }
        }
    }

    /// `patchbay bundle show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a bundle with its lines.",
            discussion: "Example: patchbay bundle show browsers@2")
        @OptionGroup var options: Options
        @OptionGroup var output: FormatOption

        func run() async throws {
            let detail: BundleDetail = try await options.withBundle { try await $0.get($1) }
            try output.show(detail) { detail in
                ([BundleText.line(detail.bundle), "Updates \(detail.bundle.query.words)."]
                    + detail.bundle.promotions.map { "\($0.deployment)  to \($0.place)" }
                    + [BundleText.lines(detail.lines)]).joined(separator: "\n")
            }
        }
    }

    /// `patchbay bundle approve`
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve", abstract: "Approve a bundle as one.",
            discussion: "Example: patchbay bundle approve browsers@2")
        @OptionGroup var options: Options
        @Option(help: "What you say to it.") var reason: String?
        @Flag(help: "Policies hear it too: rules that wait for a person bring it by themselves.")
        var policiesToo = false
        @OptionGroup var output: FormatOption

        func run() async throws {
            let answer = BundleAnswer(reason: reason, policiesToo: policiesToo ? true : nil)
            let bundle: PatchBundle = try await options.withBundle {
                try await $0.post("\($1)/approve", answer)
            }
            try output.show(bundle, table: BundleText.line)
        }
    }

    /// `patchbay bundle decline`
    struct Decline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decline", abstract: "Decline a bundle as one: nobody installs it.",
            discussion:
                "Example: patchbay bundle decline browsers@2 --reason \"It breaks the shop\"")
        @OptionGroup var options: Options
        @Option(help: "Why.") var reason: String
        @OptionGroup var output: FormatOption

        func run() async throws {
            let answer = BundleAnswer(reason: reason)
            let bundle: PatchBundle = try await options.withBundle {
                try await $0.post("\($1)/decline", answer)
            }
            try output.show(bundle, table: BundleText.line)
        }
    }

    /// `patchbay bundle pause`
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Halt what has not begun, and bring it to nobody.",
            discussion: "Example: patchbay bundle pause browsers --reason \"The shop is slow\"")
        @OptionGroup var options: Options
        @Option(help: "Why.") var reason: String?
        @OptionGroup var output: FormatOption

        func run() async throws {
            let bundle: PatchBundle = try await options.withBundle {
                try await $0.post("\($1)/pause", query: [("reason", reason)])
            }
            try output.show(bundle, table: BundleText.line)
        }
    }

    /// `patchbay bundle resume`
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let a paused bundle go on.",
            discussion: "Example: patchbay bundle resume browsers")
        @OptionGroup var options: Options
        @OptionGroup var output: FormatOption

        func run() async throws {
            let bundle: PatchBundle = try await options.withBundle {
                try await $0.post("\($1)/resume")
            }
            try output.show(bundle, table: BundleText.line)
        }
    }

    /// `patchbay bundle rollback`
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback", abstract: "Take a bundle back wherever it was brought to.",
            discussion: """
                Example: patchbay bundle rollback browsers@2

                Each of its deployments is taken back, the last one first, and its versions are blocked.
                """)
        @OptionGroup var options: Options
        @OptionGroup var output: FormatOption

        func run() async throws {
            let bundle: PatchBundle = try await options.withBundle {
                try await $0.post("\($1)/rollback")
            }
            try output.show(bundle) { bundle in
                ([BundleText.line(bundle)]
                    + bundle.promotions.map {
                        "\($0.place): " + ($0.takenBackBy?.text ?? $0.stays ?? "-")
                    }).joined(separator: "\n")
            }
        }
    }
}
