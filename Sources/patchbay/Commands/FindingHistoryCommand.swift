import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import ServerRecords

/// `patchbay finding history`
struct FindingHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show which endpoints had a vulnerability in a span of time, and when.",
        discussion: """
            Endpoints that have been retired since are among them. What the answer cannot tell \
            stands at its end.

            Example: patchbay finding history CVE-2021-44228
            Example: patchbay finding history CVE-2021-44228 --from 2026-11-01 --to 2026-11-14
            Example: patchbay finding history CVE-2021-44228 --from 2026-11-01T06:00:00Z --format csv
            """)
    @Argument(help: "The vulnerability.") var vulnerability: String
    @Option(help: "The span's begin: a day (UTC) or an RFC 3339 time.") var from: String?
    @Option(help: "The span's end: a day (UTC), which belongs to it, or an RFC 3339 time.")
    var to: String?
    @Option(help: "Only this tenant's.") var tenant: String?
    @Option(help: "The page after this: next of the page before.") var after: String?
    @Option(parsing: .unconditional, help: "Endpoints of a page.") var limit = 100
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: ListFormatOption

    func validate() throws { try FindingCommand.validate(vulnerability) }

    func run() async throws {
        let span = [("from", from), ("to", to), ("tenant", tenant)]
        if output.format == .csv {
            return try await server.writeExport(of: "history/\(vulnerability)", query: span)
        }
        let history: VulnerabilityHistory = try await server.withClient {
            try await $0.get(
                "/api/v1/vulnerabilities/\(vulnerability)/history",
                query: span + [("after", after), ("limit", "\(limit)")])
        }
        try output.show(history, table: Self.text)
    }

    private static func text(_ history: VulnerabilityHistory) -> String {
        var table = Table(
            .text("ENDPOINT"), .text("HAD IT FROM"), .text("UNTIL"), .text("ENDED BY"),
            .text("RETIRED"))
        for item in history.items {
            for interval in item.intervals {
                table.add(
                    item.endpointName, interval.began.description,
                    interval.ended?.description ?? "has it", interval.endedBy?.rawValue ?? "",
                    item.retiredAt?.description ?? "")
            }
        }
        var lines = ["\(history.vulnerability) from \(history.from) to \(history.to)"]
        lines.append(
            table.text(width: Terminal.width, empty: "No endpoint is known to have had it."))
        lines.append(
            history.total.map { "\($0.counted("endpoint")) in all." } ?? "Too many to count.")
        if let next = history.next { lines.append("Next page: --after \(next)") }
        return (lines + history.limits.map { "Note: \($0)" }).joined(separator: "\n")
    }
}
