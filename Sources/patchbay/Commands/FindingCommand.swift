import Administration
import Advisories
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import ServerRecords

/// `patchbay finding`
struct FindingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finding", abstract: "Vulnerabilities on endpoints.",
        subcommands: [List.self, Show.self])

    /// `patchbay finding list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List findings, riskiest first.",
            discussion: """
                Example: patchbay finding list --kev
                Example: patchbay finding list --cve CVE-2021-44228   (who is affected)

                A page ends with what to give as --after for the next one.
                """)
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "Only of this vulnerability.") var cve: String?
        @Option(help: "Only of this endpoint.") var endpoint: String?
        @Flag(help: "Only what is known to be exploited.") var kev = false
        @Option(help: "Only in this state: fixAvailable, noFix or fixedPendingRestart.")
        var state: String?
        @Option(help: "The page after this: next of the page before.") var after: String?
        @Option(help: "Rows of a page.") var limit = 100
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let page: FindingPage = try await server.withClient {
                try await $0.get(
                    "/api/v1/findings",
                    query: [
                        ("tenant", tenant), ("cve", cve), ("endpoint", endpoint),
                        ("kev", kev ? "true" : nil), ("state", state), ("after", after),
                        ("limit", "\(limit)"),
                    ])
            }
            try output.show(page, table: Self.table)
        }

        private static func table(_ page: FindingPage) -> String {
            var table = Table(
                .number("RISK"), .text("VULNERABILITY"), .text("ENDPOINT"), .text("PACKAGE"),
                .text("INSTALLED"), .text("FIXED IN"), .text("STATE"), .text("KEV"), .text("DUE"))
            for item in page.items {
                let first = item.packages.first
                let more = item.packages.count > 1 ? " +\(item.packages.count - 1)" : ""
                table.add(
                    "\(item.risk)", item.vulnerability, item.endpointName,
                    (first?.name ?? "") + more, first?.installed ?? "", first?.fixedIn ?? "",
                    item.state.rawValue, item.kev ? "yes" : "",
                    item.dueAt.map { String($0.description.prefix(10)) } ?? "")
            }
            var lines = [table.text(width: Terminal.width, empty: "No findings.")]
            if let total = page.total { lines.append("\(total) in all.") }
            if let next = page.next { lines.append("Next page: --after \(next)") }
            return lines.joined(separator: "\n")
        }
    }

    /// `patchbay finding show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a vulnerability: what it is, and which software of the fleet has it.",
            discussion: "Example: patchbay finding show CVE-2021-44228")
        @Argument(help: "The vulnerability.") var vulnerability: String
        @Option(help: "Only of this tenant's endpoints.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            guard
                vulnerability.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
                )
            else { throw ValidationError("A vulnerability is named as in CVE-2021-44228.") }
        }

        func run() async throws {
            let detail: VulnerabilityDetail = try await server.withClient {
                try await $0.get(
                    "/api/v1/vulnerabilities/\(vulnerability)", query: [("tenant", tenant)])
            }
            try output.show(detail, table: Self.text)
        }

        private static func text(_ detail: VulnerabilityDetail) -> String {
            let item = detail.item
            var lines = [item.vulnerability + (item.title.isEmpty ? "" : ": \(item.title)")]
            lines.append(item.sentence)
            lines.append(
                "Endpoints: \(item.endpoints), an update mends it on \(item.fixable), a restart on \(item.awaitingRestart)."
            )
            if let due = item.dueAt {
                lines.append("Due: \(due) (\(item.dueUnder ?? ""))")
            }
            var table = Table(
                .text("PACKAGE"), .text("RELEASE"), .text("INSTALLED"), .text("FIXED IN"),
                .text("STATE"), .text("ADVISORY"), .number("ENDPOINTS"))
            for software in detail.software {
                table.add(
                    software.package, software.release, software.installed, software.fixedIn ?? "",
                    software.state.rawValue, software.advisory, "\(software.endpoints)")
            }
            return (lines + ["", table.text(width: Terminal.width)]).joined(separator: "\n")
        }
    }
}
