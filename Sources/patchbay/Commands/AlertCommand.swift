import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import ServerRecords

/// `patchbay alert`
struct AlertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert", abstract: "What a person should look at soon.",
        subcommands: [List.self, Acknowledge.self])

    /// `patchbay alert list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List alerts, newest first.",
            discussion: "Example: patchbay alert list --open")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Flag(help: "Only those that nobody has acknowledged.") var open = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<Alert> = try await server.withClient {
                try await $0.get(
                    "/api/v1/alerts", query: [("tenant", tenant), ("open", open ? "true" : nil)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("ID"), .text("RAISED"), .text("SEVERITY"), .text("ALERT"),
                    .text("ACKNOWLEDGED BY"))
                for alert in list.items {
                    table.add(
                        alert.id.text, alert.raisedAt.wholeSeconds.description,
                        alert.severity.rawValue,
                        alert.acknowledgedAt == nil
                            ? "\(alert.sentence) \(alert.nextStep)" : alert.sentence,
                        alert.acknowledgedBy ?? "")
                }
                return table.text(width: Terminal.width, empty: "No alerts.")
            }
        }
    }

    /// `patchbay alert ack`
    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack", abstract: "Note that you have seen an alert.",
            discussion: "Example: patchbay alert ack alr_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The alert.") var alert: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            guard AlertID(alert) != nil else {
                throw ValidationError("“\(alert)” is no identifier of an alert.")
            }
        }

        func run() async throws {
            let acknowledged: Alert = try await server.withClient {
                try await $0.post("/api/v1/alerts/\(alert)/acknowledge")
            }
            try output.show(acknowledged) { "Acknowledged: \($0.sentence)" }
        }
    }
}
