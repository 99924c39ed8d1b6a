import ArgumentParser
import CommandBasics
import Duties
import Fleet
import HTTPAPI

/// `patchbay duty`
struct DutyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duty", abstract: "Who is on duty for windows that need somebody.",
        discussion: "docs/calendar.md says what a duty opens.",
        subcommands: [List.self, Declare.self, End.self])

    /// `patchbay duty list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List who is on duty, now and later.",
            discussion: "Example: patchbay duty list")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Flag(help: "Show those too that are over.") var past = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let roster: DutyRoster = try await server.withClient {
                try await $0.get(
                    "/api/v1/duties", query: [("tenant", tenant), ("past", past ? "true" : nil)])
            }
            try output.show(roster) { roster in
                var table = Table(
                    .text("PERSON"), .text("FROM"), .text("UNTIL"), .text("WINDOWS"),
                    .text("STATE"), .text("TENANT"), .text("NAME"))
                for duty in roster.items {
                    table.add(
                        Table.printable(duty.person), duty.from.description,
                        duty.until.description, duty.forWindows, duty.state.rawValue,
                        duty.tenant.text, duty.name)
                }
                let windows = roster.windows.joined(separator: ", ")
                return table.text(
                    width: Terminal.width,
                    empty: roster.windows.isEmpty
                        ? "Nobody is declared, and no window needs somebody on duty."
                        : "Nobody is declared. These windows need somebody: \(windows).")
            }
        }
    }

    /// `patchbay duty declare`
    struct Declare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "declare", abstract: "Declare who is on duty.",
            discussion: """
                Example: patchbay duty declare --person "Anna Keller" --until 2026-11-29T02:00:00Z

                A managed server signs it at once. In sealed mode it waits for operators (patchbay \
                trust pending).
                """)
        @Option(help: "Who; you unless given.") var person: String?
        @Option(help: ArgumentHelp("From when (RFC 3339); now unless given.", valueName: "time"))
        var from: String?
        @Option(help: ArgumentHelp("Until when (RFC 3339), a week at most.", valueName: "time"))
        var until: String
        @Option(
            help: ArgumentHelp(
                "Only for this window; may be given several times. For each that needs somebody "
                    + "unless given.", valueName: "window"))
        var window: [String] = []
        @Option(help: "The tenant.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            for text in [from, until].compactMap(\.self) where Timestamp(text) == nil {
                throw ValidationError(
                    "\(text) is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
            }
        }

        func run() async throws {
            guard let end = Timestamp(until) else { return }
            let wish = DutyWish(
                tenant: try tenant.map(Given.tenant), person: person,
                from: from.flatMap { Timestamp($0) }, until: end,
                windows: window.isEmpty ? nil : window)
            let duty = try await server.withClient {
                try await $0.post("/api/v1/duties", wish, as: DutySummary.self)
            }
            try output.show(duty) { duty in
                let state = duty.state == .waiting ? "It waits for signatures." : "It is signed."
                return "\(Table.printable(duty.person)) is on duty from \(duty.from) until "
                    + "\(duty.until) (\(duty.name)). \(state)"
            }
        }
    }

    /// `patchbay duty end`
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "end", abstract: "End a duty: nothing starts any more by it.",
            discussion: "Example: patchbay duty end duty-1795900000")
        @Argument(help: "Its name; see “patchbay duty list”.") var name: String
        @Option(help: "The tenant.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let tenant = try tenant.map(Given.tenant)
            let duty = try await server.withClient {
                try await $0.delete(
                    "/api/v1/duties/\(name)", query: [("tenant", tenant?.text)],
                    as: DutySummary.self)
            }
            try output.show(duty) { duty in
                let person = Table.printable(duty.person)
                guard duty.state != .waiting else {
                    return "The end of the duty of \(person) (\(duty.name)) waits for signatures, "
                        + "and the duty holds until then (patchbay trust pending)."
                }
                return "\(person) is not on duty any more (\(duty.name))."
            }
        }
    }
}

extension DutySummary {
    /// The windows, for people.
    fileprivate var forWindows: String { windows?.joined(separator: ", ") ?? "all" }
}
