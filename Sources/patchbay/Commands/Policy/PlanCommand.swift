import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import Policy
import SavedPlans
import ServerRecords

/// `patchbay plan`
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Keep what the policies would do, and see what became of it.",
        discussion: """
            A saved plan never changes: its digest stands in the audit log. “patchbay policy plan” \
            makes plans from files, without a server.
            """,
        subcommands: [Save.self, List.self, Show.self, Compare.self])

    /// `patchbay plan save`
    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "save", abstract: "Save what the policies would do from now on.",
            discussion: """
                Example: patchbay plan save "December round" --ticket CHG-4711
                Example: patchbay plan save "nginx" --deployment dep_01h2xcejqtf2nbrexx3vqjhp41
                """)
        @Argument(help: "The plan's name, unique in the tenant.") var name: String
        @Option(help: "The ticket of the change that it is for.") var ticket: String?
        @Option(
            help: ArgumentHelp(
                "The instant to end at (RFC 3339); 31 days from now unless given.",
                valueName: "time"))
        var until: String?
        @Option(help: "The tenant; not needed where there is one only.") var tenant: String?
        @Option(help: "Only this deployment's part of the plan.") var deployment: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            if let deployment, DeploymentID(deployment) == nil {
                throw ValidationError("“\(deployment)” is no identifier of a deployment.")
            }
        }

        func run() async throws {
            let draft = PlanDraft(
                tenant: try tenant.map(Given.tenant), name: name, ticket: ticket,
                until: try until.map(Given.time),
                deployment: deployment.flatMap { DeploymentID($0) })
            let plan: SavedPlanRecord = try await server.withClient {
                try await $0.post("/api/v1/plans", draft)
            }
            try output.show(plan) {
                "Saved \(Table.printable($0.name)), \($0.installs) installations until "
                    + "\($0.until.wholeSeconds): \($0.id)\nSHA-256 \($0.digest)"
            }
        }
    }

    /// `patchbay plan list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List saved plans, newest first.",
            discussion: "Example: patchbay plan list --format json")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "At most so many.") var limit = 50
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<SavedPlanRecord> = try await server.withClient {
                try await $0.get(
                    "/api/v1/plans", query: [("tenant", tenant), ("limit", "\(limit)")])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("SAVED"), .text("NAME"), .text("TICKET"), .number("INSTALLS"),
                    .text("UNTIL"), .text("BY"), .text("ID"))
                for plan in list.items {
                    table.add(
                        plan.savedAt.wholeSeconds.description, plan.name, plan.ticket ?? "",
                        "\(plan.installs)", plan.until.wholeSeconds.description, plan.savedBy,
                        plan.id.text)
                }
                return table.text(width: Terminal.width, empty: "No plan has been saved.")
            }
        }
    }

    /// `patchbay plan show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a plan as it was saved.",
            discussion: "Example: patchbay plan show \"December round\"")
        @OptionGroup var plan: PlanArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let saved: SavedPlan = try await server.withClient { client in
                try await client.get("/api/v1/plans/\(try await plan.find(client))")
            }
            try output.show(saved) { PlanText.text(of: $0) }
        }
    }

    /// `patchbay plan compare`
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compare",
            abstract: "Say what ran as a plan foresaw, what otherwise and why, and what besides.",
            discussion: """
                Example: patchbay plan compare "December round"

                The status is 1 when something whose time is over went otherwise, or something \
                ran that was not planned.
                """)
        @OptionGroup var plan: PlanArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let compared: ComparedPlan = try await server.withClient { client in
                try await client.get("/api/v1/plans/\(try await plan.find(client))/comparison")
            }
            try output.show(compared) { PlanText.text(of: $0) }
            if !compared.comparison.isAsPlanned { throw ExitCode(Failure.Status.no.rawValue) }
        }
    }
}

/// A saved plan, by name or identifier.
struct PlanArgument: ParsableArguments {
    @Argument(help: "The plan: its name or its identifier.") var plan: String

    /// How many plans a name is looked for in: as many as one page of the list has.
    private static let searched = EndpointQuery.maximumPage

    /// Its identifier: the one given, or that of the newest plan of the name.
    func find(_ client: APIClient) async throws -> String {
        if PlanID(plan) != nil { return plan }
        var before: String?
        while true {
            let page: ItemList<SavedPlanRecord> = try await client.get(
                "/api/v1/plans", query: [("limit", "\(Self.searched)"), ("before", before)])
            if let found = page.items.first(where: { $0.name == plan }) { return found.id.text }
            guard page.items.count == Self.searched, let last = page.items.last else { break }
            before = last.id.text
        }
        throw Failure(
            .couldNot, "There is no saved plan “\(plan)”.",
            nextStep: "List what there is: patchbay plan list.", code: "E_NOT_FOUND")
    }
}

/// Saved plans for people.
enum PlanText {
    private static func heading(_ plan: SavedPlanRecord) -> String {
        let ticket = plan.ticket.map { ", for \($0)" } ?? ""
        return Table.printable(
            "\(plan.name)\(ticket), saved \(plan.savedAt.wholeSeconds) by \(plan.savedBy)")
            + "\n\(plan.id), SHA-256 \(plan.digest)"
    }

    static func text(of saved: SavedPlan) -> String {
        var table = Table(
            .text("STARTS"), .text("ENDPOINT"), .text("UPDATE"), .text("FROM"), .text("TO"),
            .text("WINDOW"), .text("RING"), .text("REBOOT"), .text("APPROVED"), .text("DUE"))
        for row in saved.document.installs {
            table.add(
                row.startsAt.description, row.endpointName, row.package.name, row.from, row.to,
                row.window ?? "", row.ring ?? "", row.reboot.rawValue, row.approvedBy,
                row.dueAt?.description ?? "")
        }
        let waits = saved.document.waiting.map {
            Table.printable("  \($0.endpointName) \($0.package.name): \($0.sentence)")
        }
        let parts = [
            heading(saved.plan),
            table.text(width: Terminal.width, empty: "Nothing would be installed."),
            waits.isEmpty ? "" : (["Waiting:"] + waits).joined(separator: "\n"),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    static func text(of compared: ComparedPlan) -> String {
        var table = Table(
            .text("OUTCOME"), .text("PLANNED"), .text("ENDPOINT"), .text("UPDATE"), .text("TO"),
            .text("WHAT BECAME OF IT"))
        for row in compared.comparison.rows {
            table.add(
                row.outcome.rawValue, row.planned.startsAt.description, row.planned.endpointName,
                row.planned.package.name, row.planned.to,
                ([row.sentence] + row.further).joined(separator: " "))
        }
        var others = Table(
            .text("BEGAN"), .text("ENDPOINT"), .text("UPDATE"), .text("TO"), .text("BY"),
            .text("WHY"))
        for run in compared.comparison.unplanned {
            others.add(
                run.beganAt.wholeSeconds.description, run.endpointName, run.package.name, run.to,
                run.orderedBy, run.reasons.map(\.sentence).joined(separator: " "))
        }
        let counts = PlanComparison.Outcome.allCases.compactMap { outcome -> String? in
            let count = compared.count(outcome)
            return count == 0 ? nil : "\(count) \(outcome.rawValue)"
        }
        let besides = compared.comparison.unplanned.count
        let parts = [
            heading(compared.plan),
            (counts + ["\(besides) not planned"]).joined(separator: ", "),
            table.text(width: Terminal.width, empty: "Nothing was planned."),
            besides == 0
                ? "" : "Ran and was not planned:\n" + others.text(width: Terminal.width),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
