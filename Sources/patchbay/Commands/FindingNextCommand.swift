import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import ServerRecords

/// `patchbay finding next`
struct FindingNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show what happens next about a vulnerability on each endpoint, and why.",
        discussion: """
            The decisions are those of the endpoints' policies, made anew for the answer.

            Example: patchbay finding next CVE-2021-44228
            Example: patchbay finding next CVE-2021-44228 --overdue --format json
            """)
    @Argument(help: "The vulnerability.") var vulnerability: String
    @Option(help: "Only this tenant's.") var tenant: String?
    @Option(help: "Only of this endpoint.") var endpoint: String?
    @OptionGroup var part: FindingPartOptions
    @Option(help: "The page after this: next of the page before.") var after: String?
    @Option(parsing: .unconditional, help: "Endpoints of a page.") var limit = 50
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func validate() throws { try FindingCommand.validate(vulnerability) }

    func run() async throws {
        let page: NextStepPage = try await server.withClient {
            try await $0.get(
                "/api/v1/vulnerabilities/\(vulnerability)/next-steps",
                query: part.query + [
                    ("tenant", tenant), ("endpoint", endpoint), ("after", after),
                    ("limit", "\(limit)"),
                ])
        }
        try output.show(page, table: Self.text)
    }

    private static func text(_ page: NextStepPage) -> String {
        var table = Table(
            .text("ENDPOINT"), .text("POLICY"), .text("NEXT"), .text("DUE"),
            .text("WHAT HAPPENS NEXT"))
        for step in page.items {
            table.add(
                step.endpointName, step.policy ?? "none",
                step.nextAt?.description ?? "open",
                step.pausedUntil == nil
                    ? step.dueAt?.description ?? ""
                    : DueWords.text(step.dueAt, step.pausedUntil, step.pausedBy),
                [step.sentence, step.warning, step.forensics].compactMap(\.self).joined(
                    separator: " "))
        }
        var lines = [table.text(width: Terminal.width, empty: "No endpoint has it.")]
        if let next = page.next { lines.append("Next page: --after \(next)") }
        return lines.joined(separator: "\n")
    }
}
