import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Exclusions
import Fleet
import HTTPAPI
import Policy
import ServerRecords

/// `patchbay exception`
struct ExceptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exception", abstract: "Risks that are accepted until a date.",
        subcommands: [List.self, Show.self, Create.self, Approve.self, End.self])

    /// One exception.
    struct Target: ParsableArguments {
        @Argument(help: "The exception.") var exception: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func post(_ verb: String) async throws {
            let record: ExceptionRecord = try await server.withClient {
                try await $0.post("/api/v1/exceptions/\(Path.segment(exception))/\(verb)")
            }
            try output.show(record) { "\($0.name) is \($0.state.rawValue)" }
        }
    }

    /// `patchbay exception list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List exceptions, newest first.",
            discussion: "Example: patchbay exception list --format json")
        @Option(help: "Only this tenant's.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<Warned<ExceptionRecord>> = try await server.withClient {
                try await $0.get(
                    "/api/v1/exceptions",
                    query: [("tenant", tenant), ("limit", "\(EndpointQuery.maximumPage)")])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("NAME"), .text("OWNER"), .text("LEAVES OPEN"),
                    .text("UNTIL"), .text("ID"))
                for item in list.items {
                    let record = item.record
                    table.add(
                        Self.state(of: record), record.name, record.owner,
                        item.leavesOpen?.short ?? "", record.expiresAt.wholeSeconds.description,
                        record.id.text)
                }
                return table.text(width: Terminal.width, empty: "No exceptions.")
            }
        }

        /// The state as people should see it: an accepted risk ends by itself.
        static func state(of record: ExceptionRecord) -> String {
            guard record.state == .approved else { return record.state.rawValue }
            let now = SystemEffects.now()
            return record.expiresAt <= now
                ? "expired" : record.startsAt > now ? "begins later" : record.state.rawValue
        }
    }

    /// `patchbay exception show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one exception.",
            discussion: "Example: patchbay exception show exc_01h2xcejqtf2nbrexx3vqjhp41")
        @OptionGroup var target: Target

        func run() async throws {
            let shown: Warned<ExceptionRecord> = try await target.server.withClient {
                try await $0.get("/api/v1/exceptions/\(Path.segment(target.exception))")
            }
            try target.output.show(shown) { shown in
                let record = shown.record
                return [
                    "\(record.name)  \(record.id)", "state: \(List.state(of: record))",
                    "owner: \(record.owner)", "reason: \(record.reason)",
                    "compensating control: \(record.compensatingControl)",
                    "package: \(record.package?.pattern ?? "any")",
                    record.versions.map { "versions: \($0)" },
                    "vulnerabilities: \(record.vulnerabilities.joined(separator: ", "))",
                    shown.leavesOpen.map { "left open: \($0.short)" },
                    "from \(record.startsAt.wholeSeconds) until \(record.expiresAt.wholeSeconds)",
                    "requested by \(record.requestedBy)",
                    record.approvedBy.map { "approved by \($0)" } ?? "approved by nobody",
                    record.endedBy.map {
                        "ended by \($0)" + (record.endedAt.map { " at \($0.wholeSeconds)" } ?? "")
                    },
                ].compactMap { $0.map(Table.printable) }.joined(separator: "\n")
            }
        }
    }

    /// `patchbay exception create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Ask for a risk to be accepted; somebody else must approve it.",
            discussion: """
                Example: patchbay exception create "Old Java" --owner anna --package openjdk-8 \
                --reason "Vendor support ends in March" --control "No network access" \
                --until 2027-03-31T00:00:00Z
                """)
        @Argument(help: "Its name.") var name: String
        @Option(help: "Who answers for it.") var owner: String
        @Option(help: "Why the updates are not installed.") var reason: String
        @Option(help: "What protects the endpoints meanwhile.") var control: String
        @Option(help: "Until when (RFC 3339); a year at most.") var until: String
        @Option(help: "The package or source package, or a pattern.") var package: String?
        @Option(help: "Only these missing versions, such as \"< 2.4\" or \">= 2.0, < 2.4\".")
        var version: String?
        @Option(help: "A vulnerability; may be repeated.") var vulnerability: [String] = []
        @Option(help: "Only endpoints that fit this condition.") var endpoints: String?
        @Option(help: "The tenant; without it, all of them.") var tenant: String?
        @Flag(help: "Only tell what would stay open by it; nothing is asked for.")
        var preview = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let draft = ExceptionDraft(
                tenant: try tenant.map(Given.tenant), name: name, owner: owner, reason: reason,
                compensatingControl: control, package: package, version: version,
                vulnerabilities: vulnerability, endpoints: endpoints,
                expiresAt: try Given.time(until))
            if preview {
                let answer: ExclusionPreview = try await server.withClient {
                    try await $0.post("/api/v1/exception-previews", draft)
                }
                return try output.show(answer) { Table.printable($0.sentence) }
            }
            let asked: Warned<ExceptionRecord> = try await server.withClient {
                try await $0.post("/api/v1/exceptions", draft)
            }
            asked.tellWarning()
            try output.show(asked) { asked in
                let open = asked.leavesOpen.map { " \($0.sentence)" } ?? ""
                return "Asked for: \(asked.record.id)\(open)"
            }
        }
    }

    /// `patchbay exception approve`
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve", abstract: "Accept a risk that somebody else asks to accept.",
            discussion: "Example: patchbay exception approve exc_01h2xcejqtf2nbrexx3vqjhp41")
        @OptionGroup var target: Target

        func run() async throws { try await target.post("approve") }
    }

    /// `patchbay exception end`
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "end", abstract: "Turn a request down, or end an accepted risk.",
            discussion: "Example: patchbay exception end exc_01h2xcejqtf2nbrexx3vqjhp41")
        @OptionGroup var target: Target

        func run() async throws { try await target.post("end") }
    }
}
