import ArgumentParser
import CommandBasics
import Fleet
import HTTPAPI
import Policy
import Requests
import ServerRecords

/// `patchbay request`
struct RequestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "What people ask others to approve.",
        discussion: "docs/roles.md says who may ask, and who decides.",
        subcommands: [
            List.self, Updates.self, Run.self, Grant.self, Refuse.self, Withdraw.self,
        ])

    /// `patchbay request list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List requests, newest first.",
            discussion: "Example: patchbay request list --waiting")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Flag(help: "Only those that nobody has answered.") var waiting = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<RequestRecord> = try await server.withClient {
                try await $0.get(
                    "/api/v1/requests",
                    query: [
                        ("tenant", tenant), ("waiting", waiting ? "true" : nil),
                        ("limit", "\(EndpointQuery.maximumPage)"),
                    ])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("ASKED BY"), .text("WHAT"), .text("WHY"),
                    .text("ANSWERED BY"), .text("ID"))
                for request in list.items {
                    table.add(
                        request.state.rawValue, request.requestedBy,
                        Table.printable(request.sentence), Table.printable(request.reason),
                        request.answeredBy ?? "-", request.id.text)
                }
                return table.text(width: Terminal.width, empty: "Nothing is asked for.")
            }
        }
    }

    /// `patchbay request updates`
    struct Updates: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "updates", abstract: "Ask for updates to be approved.",
            discussion: """
                Example: patchbay request updates openssl --reason "CVE-2026-1000 concerns us"

                It changes nothing until somebody else grants it.
                """)
        @Argument(help: "The package's name or source package, or a pattern with * and ?.")
        var package: String?
        @Option(help: "Only this missing version.") var version: String?
        @Option(help: "What closes this vulnerability.") var vulnerability: String?
        @Option(help: "The tenant; your own unless given.") var tenant: String?
        @Option(help: "The level: tenant, site, group or endpoint.") var level: PolicyLevel?
        @Option(help: "The site's or endpoint's identifier, or the group's name.")
        var place: String?
        @Option(help: "Only this endpoint; may be repeated.") var endpoint: [String] = []
        @Option(help: "Why.") var reason: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let endpoints = try endpoint.map(Given.endpoint)
            let draft = RequestDraft(
                tenant: try tenant.map(Given.tenant),
                updates: RequestedUpdates(
                    package: package, version: version, vulnerability: vulnerability, level: level,
                    place: place, endpoints: endpoints.isEmpty ? nil : endpoints), reason: reason)
            try await RequestCommand.ask(draft, server, output)
        }
    }

    /// `patchbay request run`
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Ask for a run to be released.",
            discussion: """
                Example: patchbay request run --endpoint ept_01h2xcejqtf2nbrexx3vqjhp41 --all-security \
                --reason "The audit is on Friday"

                The versions that are missing now are asked for, and no others are installed when it is
                granted; it changes nothing before.
                """)
        @Option(help: "An endpoint; may be given more than once.") var endpoint: [String]
        @Option(help: "An update: NAME, or NAME=VERSION; may be given more than once.")
        var update: [String] = []
        @Flag(help: "Every missing update of the class security that can be installed.")
        var allSecurity = false
        @Option(help: "A name for people.") var title: String?
        @OptionGroup var rings: RingOptions
        @Option(help: "Why.") var reason: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            if update.isEmpty, !allSecurity {
                throw ValidationError("Give --update, or --all-security.")
            }
            try rings.check()
        }

        func run() async throws {
            let selection = DeploymentSelection(
                endpoints: try endpoint.map(Given.endpoint),
                updates: update.map { text in
                    let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
                    return .init(
                        name: halves.first ?? text, candidate: halves.count == 2 ? halves[1] : nil)
                },
                allSecurity: allSecurity ? true : nil, title: title, policy: rings.policy,
                lane: rings.chosenLane)
            try await RequestCommand.ask(
                RequestDraft(run: selection, reason: reason), server, output)
        }
    }

    private static func ask(
        _ draft: RequestDraft, _ server: ServerOptions, _ output: FormatOption
    ) async throws {
        let request: RequestRecord = try await server.withClient {
            try await $0.post("/api/v1/requests", draft)
        }
        try output.show(request) { "Asked: \($0.sentence)  \($0.id)" }
    }

    /// `patchbay request grant`
    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "grant", abstract: "Grant what somebody else asks for.",
            discussion: "Example: patchbay request grant req_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The request.") var request: String
        @Option(help: "What you say to it.") var reason: String?
        @Flag(help: "Grant a run although a part of it cannot be undone.") var noWayBack = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let answer = RequestAnswer(
                reason: reason, acceptsNoWayBack: noWayBack ? true : nil)
            let granted: RequestRecord = try await server.withClient {
                try await $0.post("/api/v1/requests/\(Path.segment(request))/grant", answer)
            }
            try output.show(granted) { "Granted: \($0.sentence)  \($0.outcome ?? "")" }
        }
    }

    /// `patchbay request refuse`
    struct Refuse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "refuse", abstract: "Refuse a request.",
            discussion:
                "Example: patchbay request refuse req_01h2xcejqtf2nbrexx3vqjhp41 --reason \"Next week\""
        )
        @Argument(help: "The request.") var request: String
        @Option(help: "Why.") var reason: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let answer = RequestAnswer(reason: reason)
            let refused: RequestRecord = try await server.withClient {
                try await $0.post("/api/v1/requests/\(Path.segment(request))/refuse", answer)
            }
            try output.show(refused) { "Refused: \($0.sentence)" }
        }
    }

    /// `patchbay request withdraw`
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "withdraw", abstract: "Take back what you have asked for.",
            discussion: "Example: patchbay request withdraw req_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The request.") var request: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let taken: RequestRecord = try await server.withClient {
                try await $0.post("/api/v1/requests/\(Path.segment(request))/withdraw")
            }
            try output.show(taken) { "Took back: \($0.sentence)" }
        }
    }
}
