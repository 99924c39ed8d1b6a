import ArgumentParser
import CommandBasics
import Emergencies
import Fleet
import HTTPAPI
import ServerRecords

/// `patchbay emergency`
struct EmergencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emergency",
        abstract: "Bring the fix of one vulnerability to all endpoints that have it, at once.",
        discussion: """
            Example: patchbay emergency CVE-2021-44228

            It waits for no approval, age or soak; it keeps canaries, gates, budgets, the windows of the emergency lane, signed approvals, and whatever forbids an update. \
            docs/emergency.md says more.
            """,
        subcommands: [Run.self, List.self, Show.self, Agree.self, Review.self],
        defaultSubcommand: Run.self)

    /// `patchbay emergency run`
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Show what a run would do; start it with --confirm.",
            discussion: """
                Example: patchbay emergency CVE-2021-44228
                Example: patchbay emergency CVE-2021-44228 --confirm CVE-2021-44228 --reason "Exploited since noon"

                Without --confirm nothing is changed. Afterwards a review is open until somebody writes it.
                """)
        @Argument(help: "The vulnerability.") var vulnerability: String
        @Option(help: "The vulnerability's name once more: starts the run.") var confirm: String?
        @Option(help: "Why it cannot wait; stands in the audit log and the review.")
        var reason: String?
        @Flag(help: "Accept that a part of it cannot be undone.") var noWayBack = false
        @Option(help: "The tenant; where several have the vulnerability.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws { try FindingCommand.validate(vulnerability) }

        func run() async throws {
            let wish = EmergencyWish(
                vulnerability: vulnerability, tenant: try tenant.map(Given.tenant),
                reason: reason, confirm: confirm, acceptsNoWayBack: noWayBack ? true : nil)
            guard confirm != nil else {
                let plan: EmergencyPlan = try await server.withClient {
                    try await $0.post("/api/v1/emergency-previews", wish)
                }
                return try output.show(plan) { EmergencyText.text($0) }
            }
            let made: EmergencyRun = try await server.withClient {
                try await $0.post("/api/v1/emergencies", wish)
            }
            try output.show(made) { EmergencyText.text($0) }
        }
    }

    /// `patchbay emergency list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List emergency runs and their reviews, newest first.",
            discussion: "Example: patchbay emergency list --open")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Flag(help: "Only those whose review is not closed.") var open = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<EmergencyRun> = try await server.withClient {
                try await $0.get(
                    "/api/v1/emergencies",
                    query: [("tenant", tenant), ("open", open ? "true" : nil)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("VULNERABILITY"), .text("STARTED"), .text("BY"),
                    .text("ENDPOINTS"), .text("OUTCOME"), .text("ID"))
                for run in list.items {
                    table.add(
                        run.state.rawValue, run.vulnerability,
                        run.startedAt.wholeSeconds.description, Table.printable(run.startedBy),
                        "\(run.extent.endpoints)", run.outcome?.sentence ?? "", run.id.text)
                }
                return table.text(width: Terminal.width, empty: "No emergency runs.")
            }
        }
    }

    /// One run.
    struct Target: ParsableArguments {
        @Argument(help: "The run; see “patchbay emergency list”.") var emergency: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            guard EmergencyID(emergency) != nil else {
                throw ValidationError("“\(emergency)” is no identifier of an emergency run.")
            }
        }

        func post(_ verb: String, _ body: [String: String]) async throws {
            let run: EmergencyRun = try await server.withClient {
                try await $0.post("/api/v1/emergencies/\(emergency)/\(verb)", body)
            }
            try output.show(run) { EmergencyText.text($0) }
        }
    }

    /// `patchbay emergency show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one emergency run.",
            discussion: "Example: patchbay emergency show emr_01h2xcejqtf2nbrexx3vqjhp41")
        @OptionGroup var target: Target

        func run() async throws {
            let run: EmergencyRun = try await target.server.withClient {
                try await $0.get("/api/v1/emergencies/\(target.emergency)")
            }
            try target.output.show(run) { EmergencyText.text($0) }
        }
    }

    /// `patchbay emergency agree`
    struct Agree: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "agree",
            abstract: "Agree to a run as its second person, and start it.",
            discussion: """
                Example: patchbay emergency agree emr_01h2xcejqtf2nbrexx3vqjhp41 --confirm CVE-2021-44228
                """)
        @OptionGroup var target: Target
        @Option(help: "The vulnerability's name.") var confirm: String

        func run() async throws { try await target.post("agree", ["confirm": confirm]) }
    }

    /// `patchbay emergency review`
    struct Review: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "review",
            abstract: "Write the review of a run that is over, and close it.",
            discussion: """
                Example: patchbay emergency review emr_01h2xcejqtf2nbrexx3vqjhp41 --text "Two hosts were off; patched by hand."
                """)
        @OptionGroup var target: Target
        @Option(help: "What happened, what went well and what did not.") var text: String

        func run() async throws { try await target.post("review", ["text": text]) }
    }
}

/// Emergency runs as text.
enum EmergencyText {
    /// What a run would do.
    static func text(_ plan: EmergencyPlan) -> String {
        var lines = plan.sentences
        for rollout in plan.rollouts {
            lines.append("")
            lines.append("Policy \(rollout.policy):")
            for ring in rollout.rings {
                var words = "  ring \(ring.name): \(counted(ring.endpoints))"
                if let minimum = ring.minimum { words += ", \(minimum) verified at least" }
                if let budget = ring.budget { words += ", \(budget) at once" }
                if ring.soakSkippedSeconds > 0 { words += ", no soak" }
                let more = ring.endpoints > ring.named.count ? ", …" : ""
                lines.append(
                    words + " (" + ring.named.map(Table.printable).joined(separator: ", ") + more
                        + ")")
            }
            lines += rollout.warnings.map { "  " + Table.printable($0) }
            for line in rollout.lines where line.opensAt != nil || !line.isOnline {
                let name = Table.printable(line.endpointName)
                let wait =
                    line.opensAt.map { "its window opens at \($0.wholeSeconds)" }
                    ?? "it has not been heard from; it has its turn when it is back"
                lines.append("  \(name): \(wait)")
            }
        }
        lines += plan.takesBack.map { "Takes back " + Table.printable($0) }
        if !plan.leftOut.isEmpty { lines += ["", "Left out:"] }
        lines += plan.leftOut.map {
            "  \(Table.printable($0.endpointName)): \(Table.printable($0.reason))"
        }
        if plan.endpoints > 0 {
            lines += [
                "",
                "Nothing is started yet. Start it: patchbay emergency \(plan.vulnerability) "
                    + "--confirm \(plan.vulnerability)",
            ]
        }
        return lines.joined(separator: "\n")
    }

    private static func counted(_ endpoints: Int) -> String {
        endpoints == 1 ? "1 endpoint" : "\(endpoints) endpoints"
    }

    /// How a run stands.
    static func text(_ run: EmergencyRun) -> String {
        var lines = [
            "\(run.id)  \(run.vulnerability): \(run.state.rawValue)",
            "started by \(Table.printable(run.startedBy)) at \(run.startedAt.wholeSeconds)",
        ]
        if !run.reason.isEmpty { lines.append("why: \(Table.printable(run.reason))") }
        if let agreed = run.agreedBy { lines.append("agreed to by \(Table.printable(agreed))") }
        lines.append(
            "\(counted(run.extent.endpoints)), \(run.extent.mayReboot) of them may reboot, "
                + "\(run.extent.leftOut) left out: "
                + run.extent.updates.map(Table.printable).joined(separator: ", "))
        lines += run.deployments.map { "deployment \($0)" }
        if let outcome = run.outcome {
            lines.append("outcome: \(Table.printable(outcome.sentence))")
        }
        if let review = run.review {
            lines.append("review by \(Table.printable(review.by)): \(Table.printable(review.text))")
        }
        switch run.state {
        case .awaitingSecondPerson:
            lines.append(
                "A second person agrees: patchbay emergency agree \(run.id) --confirm "
                    + run.vulnerability)
        case .awaitingReview:
            lines.append("It waits for its review: patchbay emergency review \(run.id) --text …")
        case .running, .closed, .lapsed: break
        }
        return lines.joined(separator: "\n")
    }
}
