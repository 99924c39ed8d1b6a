import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Exclusions
import Fleet
import HTTPAPI
import Policy
import ServerRecords

/// `patchbay approval`
struct ApprovalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval", abstract: "What people say of updates.",
        subcommands: [
            List.self, Approve.self, Decline.self, Hold.self, Defer.self, End.self,
        ])

    /// Which updates, and where.
    struct Target: ParsableArguments {
        @Argument(help: "The package's name or source package, or a pattern with * and ?.")
        var package: String?
        @Option(help: "Only this missing version, or those such as \">= 2.0, < 2.4\".")
        var version: String?
        @Option(help: "What closes this vulnerability.") var vulnerability: String?
        @Option(help: "The tenant; without it the word holds for all of them.")
        var tenant: String?
        @Option(help: "The level: provider, tenant, site, group or endpoint.")
        var level: PolicyLevel?
        @Option(help: "The site's or endpoint's identifier, or the group's name.")
        var place: String?
        @Option(help: "Only this endpoint; may be repeated.") var endpoint: [String] = []
        @Flag(help: "Only tell what would stay open by it; nothing is stored.") var preview = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func say(
            _ verdict: ApprovalDraft.Verdict, reason: String? = nil, until: Timestamp? = nil
        ) async throws {
            let draft = ApprovalDraft(
                verdict, tenant: try tenant.map(Given.tenant), level: level, place: place,
                endpoints: try endpoint.map(Given.endpoint), package: package, version: version,
                vulnerability: vulnerability, reason: reason, until: until)
            if preview {
                let answer: ExclusionPreview = try await server.withClient {
                    try await $0.post("/api/v1/approval-previews", draft)
                }
                return try output.show(answer) { Table.printable($0.sentence) }
            }
            let item: ApprovalItem = try await server.withClient {
                try await $0.post("/api/v1/approvals", draft)
            }
            if let warning = item.warning {
                Terminal.writeError("warning: \(Table.printable(warning))")
            }
            if let noWayBack = item.noWayBack {
                Terminal.writeError("warning: \(Table.printable(noWayBack))")
            }
            try output.show(item) { item in
                let open = item.leavesOpen.map { " \($0.sentence)" } ?? ""
                return "\(item.sentence)\(open)  \(item.record.id)"
            }
        }
    }

    /// `patchbay approval list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List what people have said, newest first.",
            discussion: "Example: patchbay approval list --format json")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Flag(help: "Also what was taken back.") var ended = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<ApprovalItem> = try await server.withClient {
                try await $0.get(
                    "/api/v1/approvals",
                    query: [
                        ("tenant", tenant), ("ended", ended ? "true" : nil),
                        ("limit", "\(EndpointQuery.maximumPage)"),
                    ])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("AT"), .text("BY"), .text("LEAVES OPEN"), .text("WHAT"), .text("ID"))
                for item in list.items {
                    table.add(
                        item.record.word.at.wholeSeconds.description, item.record.word.person,
                        item.leavesOpen?.short ?? "",
                        item.sentence + (item.record.endedAt == nil ? "" : " (taken back)"),
                        item.record.id.text)
                }
                return table.text(width: Terminal.width, empty: "Nothing has been said.")
            }
        }
    }

    /// `patchbay approval approve`
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve", abstract: "Approve updates; windows and rings still hold.",
            discussion:
                "Example: patchbay approval approve openssl --tenant tnt_01h2xcejqtf2nbrexx3vqjhp41"
        )
        @OptionGroup var target: Target
        @Option(help: "Why.") var reason: String?

        func run() async throws { try await target.say(.approve, reason: reason) }
    }

    /// `patchbay approval decline`
    struct Decline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decline", abstract: "Decline updates.",
            discussion: "Example: patchbay approval decline \"postgresql-*\" --reason \"By hand\"")
        @OptionGroup var target: Target
        @Option(help: "Why.") var reason: String

        func run() async throws { try await target.say(.decline, reason: reason) }
    }

    /// `patchbay approval hold`
    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hold", abstract: "Hold updates for now.",
            discussion: "Example: patchbay approval hold nginx --reason \"Release freeze\"")
        @OptionGroup var target: Target
        @Option(help: "Why.") var reason: String

        func run() async throws { try await target.say(.hold, reason: reason) }
    }

    /// `patchbay approval defer`
    struct Defer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "defer", abstract: "Decide about updates again at a time.",
            discussion: "Example: patchbay approval defer nginx --until 2026-12-01T08:00:00Z")
        @OptionGroup var target: Target
        @Option(help: "Until when (RFC 3339).") var until: String
        @Option(help: "Why.") var reason: String?

        func run() async throws {
            try await target.say(.defer, reason: reason, until: try Given.time(until))
        }
    }

    /// `patchbay approval end`
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "end", abstract: "Take back what somebody has said.",
            discussion: "Example: patchbay approval end apv_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "What was said: its identifier.") var approval: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient {
                try await $0.post("/api/v1/approvals/\(Path.segment(approval))/end")
            }
        }
    }
}
