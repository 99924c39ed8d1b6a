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
        subcommands: [
            List.self, Vulnerabilities.self, Show.self, FindingNextCommand.self,
            FindingHistoryCommand.self,
            ExposureCommand.self, ScannerImportCommand.self, ScannerFindingsCommand.self,
            EndOfLifeCommand.self, CoverageCommand.self,
        ])

    /// Refuses what no vulnerability is called, before it becomes part of an address.
    static func validate(_ vulnerability: String) throws {
        guard vulnerability.first.map({ $0.isLetter || $0.isNumber }) == true,
            vulnerability.allSatisfy({
                $0.isASCII && ($0.isLetter || $0.isNumber || "-_:.+~".contains($0))
            })
        else {
            throw ValidationError(
                "A vulnerability is named as in CVE-2021-44228 or ALSA-2024:2950.")
        }
    }

    /// `patchbay finding list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List findings, riskiest first.",
            discussion: """
                Example: patchbay finding list --kev
                Example: patchbay finding list --cve CVE-2021-44228   (who is affected)
                Example: patchbay finding list --overdue --format csv

                A page ends with what to give as --after for the next one.
                """)
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "Only of this vulnerability.") var cve: String?
        @Option(help: "Only of this endpoint.") var endpoint: String?
        @OptionGroup var part: FindingPartOptions
        @Option(help: "The page after this: next of the page before.") var after: String?
        @Option(parsing: .unconditional, help: "Rows of a page.") var limit = 100
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: ListFormatOption

        func run() async throws {
            let filters = [("tenant", tenant), ("cve", cve), ("endpoint", endpoint)] + part.query
            if output.format == .csv {
                return try await server.writeExport(of: "findings", query: filters)
            }
            let page: FindingPage = try await server.withClient {
                try await $0.get(
                    "/api/v1/findings",
                    query: filters + [
                        ("after", after), ("limit", "\(limit)"),
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
                    DueWords.text(item.dueAt, item.pausedUntil, item.pausedBy))
            }
            var lines = [table.text(width: Terminal.width, empty: "No findings.")]
            lines += Set(page.items.compactMap(\.forensics)).sorted().map { sentence in
                let names = Set(page.items.filter { $0.forensics == sentence }.map(\.vulnerability))
                return "\(names.sorted().joined(separator: ", ")): \(sentence)"
            }
            if let total = page.total { lines.append("\(total) in all.") }
            if let next = page.next { lines.append("Next page: --after \(next)") }
            return lines.joined(separator: "\n")
        }
    }

    /// `patchbay finding vulnerabilities`
    struct Vulnerabilities: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vulnerabilities",
            abstract: "List the vulnerabilities that endpoints have, riskiest first.",
            discussion: """
                Example: patchbay finding vulnerabilities --exposed --fix-available
                Example: patchbay finding vulnerabilities --severity critical --search openssl
                Example: patchbay finding vulnerabilities --format csv

                A page ends with what to give as --after for the next one.
                """)
        @Option(help: "Only those of this tenant's endpoints.") var tenant: String?
        @Option(help: "Part of the name, or of an affected package's name or version.")
        var search: String?
        @Option(help: "Only of this severity: critical, important, moderate, low or unrated.")
        var severity: String?
        @OptionGroup var part: FindingPartOptions
        @Option(help: "The page after this: next of the page before.") var after: String?
        @Option(parsing: .unconditional, help: "Rows of a page.") var limit = 100
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: ListFormatOption

        func run() async throws {
            let filters =
                [
                    ("tenant", tenant), ("search", search),
                    // Vendors' words (“high”) mean what they mean everywhere else.
                    ("severity", severity.map { Severity(vendorWord: $0)?.rawValue ?? $0 }),
                ] + part.query
            if output.format == .csv {
                return try await server.writeExport(of: "vulnerabilities", query: filters)
            }
            let page: VulnerabilityPage = try await server.withClient {
                try await $0.get(
                    "/api/v1/vulnerabilities",
                    query: filters + [("after", after), ("limit", "\(limit)")])
            }
            try output.show(page, table: Self.table)
        }

        private static func table(_ page: VulnerabilityPage) -> String {
            var table = Table(
                .number("RISK"), .text("VULNERABILITY"), .text("SEVERITY"), .number("ENDPOINTS"),
                .number("FIXABLE"), .number("EXPOSED"), .number("OVERDUE"), .text("KEV"),
                .text("DUE FIRST"))
            for item in page.items {
                table.add(
                    "\(item.risk)", item.vulnerability, item.severity.rawValue,
                    "\(item.endpoints)", "\(item.fixable)", "\(item.exposed)", "\(item.overdue)",
                    item.kev ? "yes" : "",
                    item.dueAt.map { String($0.description.prefix(10)) } ?? "")
            }
            var lines = [table.text(width: Terminal.width, empty: "No vulnerabilities.")]
            lines.append("\(page.total) in all.")
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

        func validate() throws { try FindingCommand.validate(vulnerability) }

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
            lines.append("\(item.sentence) Severity: \(item.severity.rawValue).")
            lines.append(
                "Endpoints: \(item.endpoints), an update mends it on \(item.fixable), a restart on \(item.awaitingRestart)."
            )
            if let due = item.dueAt {
                lines.append("Due: \(due.wholeSeconds) (\(item.dueUnder ?? ""))")
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

/// By when something is due, for tables.
enum DueWords {
    /// The date, or until when an accepted risk makes the clocks stand still.
    static func text(_ due: Timestamp?, _ pausedUntil: Timestamp?, _ by: String?) -> String {
        guard let pausedUntil else {
            return due.map { String($0.description.prefix(10)) } ?? ""
        }
        return "paused until \(pausedUntil.description.prefix(10)) by \(by ?? "an exception")"
    }
}

/// Which findings lists show: the same questions everywhere.
struct FindingPartOptions: ParsableArguments {
    @Flag(help: "Only what is known to be exploited.") var kev = false
    @Flag(help: "Only on endpoints that can be reached from the internet.") var exposed = false
    @Flag(help: "Only what an update mends.") var fixAvailable = false
    @Flag(help: "Only what should have been gone by now.") var overdue = false
    @Option(help: "Only in this state: fixAvailable, noFix or fixedPendingRestart.")
    var state: String?

    /// The values of the query.
    var query: [(String, String?)] {
        [
            ("kev", kev ? "true" : nil), ("exposed", exposed ? "true" : nil),
            ("fixAvailable", fixAvailable ? "true" : nil), ("overdue", overdue ? "true" : nil),
            ("state", state),
        ]
    }
}

extension ServerOptions {
    /// Writes the whole of a list to standard output, as the server's export has it.
    func writeExport(of list: String, query: [(String, String?)]) async throws {
        let bytes = try await withClient {
            try await $0.bytes("/api/v1/exports/\(list)", query: query + [("format", "csv")])
        }
        // The end of the last line (CR LF, one character to Swift) is completed by the terminal.
        let text = String(decoding: bytes, as: UTF8.self)
        Terminal.write(text.hasSuffix("\r\n") ? text.dropLast() + "\r" : text)
    }
}
