import ArgumentParser
import CommandBasics
import Fleet
import Intelligence

/// `patchbay finding coverage`
struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Show how many installed packages no feed covers.",
        discussion: """
            That nothing is found in a package means something only where a feed speaks of where \
            it comes from.

            Example: patchbay finding coverage
            """)
    @Option(help: "Only this tenant's.") var tenant: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let report: CoverageReport = try await server.withClient {
            try await $0.get("/api/v1/coverage", query: [("tenant", tenant)])
        }
        try output.show(report, table: Self.text)
    }

    private static func text(_ report: CoverageReport) -> String {
        var table = Table(.text("SOURCE"), .number("PACKAGES"), .number("ENDPOINTS"))
        for each in report.items {
            table.add(each.source, "\(each.packages)", "\(each.endpoints)")
        }
        var lines = [
            table.text(width: Terminal.width, empty: "A feed covers every installed package."),
            "Covered by no feed: \(report.packages.counted("installed package")) on "
                + "\(report.endpoints) of \(report.allEndpoints.counted("endpoint")).",
        ]
        if let unmatched = report.unmatchedProducts {
            lines.append(
                "\(unmatched.products) of Microsoft's products in the feeds (such as Office or SQL "
                    + "Server) are matched with nothing, on \(unmatched.endpoints.counted("endpoint")) "
                    + "with Windows.")
        }
        if let unknown = report.exposureUnknown, unknown > 0 {
            lines.append(
                "Of \(unknown.counted("endpoint")) nobody has said whether they can be reached "
                    + "from the internet: deadlines take them as not exposed (patchbay endpoint set "
                    + "ENDPOINT --exposed true).")
        }
        if !report.isComplete {
            lines.append("The server is still reading the fleet: these figures are not all yet.")
        }
        return lines.joined(separator: "\n")
    }
}
