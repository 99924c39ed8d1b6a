import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import ServerRecords

/// `patchbay finding import`
struct ScannerImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import a scanner's report, and show what of it could be used.",
        discussion: """
            The report is CSV with a row of column names (as Nessus, Qualys and OpenVAS export it), \
            or SARIF 2.1.0. What a scanner reported stands beside what is found here, with a \
            sentence on whether both agree.

            Example: patchbay finding import report.csv --scanner nessus
            Example: patchbay finding import trivy.sarif --machine web-1
            """)
    /// What the report is in.
    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, sarif }

    @Argument(help: "The report's file.") var file: String
    @Option(help: "csv or sarif; told by the content unless given.") var format: Format?
    @Option(help: "The scanner's name; the report's own unless given.") var scanner: String?
    @Option(help: "The endpoint's name, for records that name no machine.") var machine: String?
    @Option(help: "Only endpoints of this tenant.") var tenant: String?
    @OptionGroup var server: ServerOptions
    @Option(help: "How to show the answer: table or json.") var output: OutputFormat?

    func run() async throws {
        let limit = UseCases.scannerReportLimit
        guard let content = try PrivateFile.read(URL(filePath: file), limit: limit) else {
            throw Failure(
                .wrongUse, "There is no file \(file).",
                nextStep: "Name a scanner's report.", code: "E_FILE")
        }
        guard !content.isEmpty else {
            throw Failure(
                .wrongUse, "\(file) is empty.",
                nextStep: "Export the report again, as CSV or SARIF 2.1.0.", code: "E_REPORT")
        }
        let done: ScannerImport = try await server.withClient {
            try await $0.put(
                "/api/v1/scanner-reports", bytes: content,
                query: [
                    ("format", format?.rawValue), ("scanner", scanner), ("machine", machine),
                    ("tenant", tenant),
                ])
        }
        var option = FormatOption()
        option.format = output
        try option.show(done, table: Self.text)
    }

    private static func text(_ done: ScannerImport) -> String {
        var lines = [
            "\(done.scanner): \(done.findings) findings on \(done.endpoints) endpoints, out of \(done.records) records.",
            "Not used: \(done.rejected) that could not be read or name no CVE, \(done.unmapped) whose machine is no endpoint.",
        ]
        let told = [
            (done.byAddress ?? 0, "address"), (done.byNumber ?? 0, "serial number"),
        ].filter { $0.0 > 0 }.map { "\($0.0) by \($0.1)" }
        if !told.isEmpty {
            lines.append("Machines told by no name: \(told.joined(separator: ", ")) (records).")
        }
        if !done.isComplete { lines.append("The report was not read to its end.") }
        guard !done.problems.isEmpty else { return lines.joined(separator: "\n") }
        var table = Table(.text("PLACE"), .text("MACHINE"), .text("REASON"))
        for each in done.problems { table.add(each.place, each.machine, each.reason) }
        lines += ["", table.text(width: Terminal.width)]
        return lines.joined(separator: "\n")
    }
}

/// `patchbay finding reported`
struct ScannerFindingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reported",
        abstract: "List what scanners reported, and whether what is found here agrees.",
        discussion: """
            Example: patchbay finding reported --cve CVE-2021-44228
            Example: patchbay finding reported --format csv
            """)
    @Option(help: "Only of this vulnerability.") var cve: String?
    @Option(help: "Only of this endpoint.") var endpoint: String?
    @Option(help: "Only this tenant's.") var tenant: String?
    @Option(help: "The page after this: next of the page before.") var after: String?
    @Option(parsing: .unconditional, help: "Rows of a page.") var limit = 100
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: ListFormatOption

    func run() async throws {
        let filters = [("cve", cve), ("endpoint", endpoint), ("tenant", tenant)]
        if output.format == .csv {
            return try await server.writeExport(of: "scanner-findings", query: filters)
        }
        let page: ScannerFindingPage = try await server.withClient {
            try await $0.get(
                "/api/v1/scanner-findings",
                query: filters + [("after", after), ("limit", "\(limit)")])
        }
        try output.show(page) { page in
            var table = Table(
                .text("VULNERABILITY"), .text("ENDPOINT"), .text("SCANNER"), .text("REPORTED"),
                .text("HERE"), .text("WHY"))
            for item in page.items {
                table.add(
                    item.vulnerability, item.endpointName, item.scanner,
                    String(item.reportedAt.description.prefix(10)), item.verdict.rawValue,
                    item.sentence)
            }
            let text = table.text(width: Terminal.width, empty: "No scanner reported anything.")
            return page.next.map { "\(text)\nNext page: --after \($0)" } ?? text
        }
    }
}
