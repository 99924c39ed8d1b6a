import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import ServerRecords

/// `patchbay finding exposure`
struct ExposureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposure",
        abstract: "Show how many findings there were each day, and are now.",
        discussion: """
            A finding is an endpoint with a vulnerability. Today's figures are those of this moment.

            Example: patchbay finding exposure --days 30
            Example: patchbay finding exposure --format csv
            """)
    @Option(parsing: .unconditional, help: "Days back, today included.")
    var days = UseCases.usualExposureDays
    @Option(help: "Only this tenant's.") var tenant: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: ListFormatOption

    func run() async throws {
        let query = [("days", "\(days)"), ("tenant", tenant)]
        if output.format == .csv {
            return try await server.writeExport(of: "exposure", query: query)
        }
        let report: ExposureReport = try await server.withClient {
            try await $0.get("/api/v1/exposure", query: query)
        }
        try output.show(report, table: Self.text)
    }

    private static func text(_ report: ExposureReport) -> String {
        var table = Table(
            .text("DAY"), .number("FINDINGS"), .number("CRITICAL"), .number("IMPORTANT"),
            .number("MODERATE"), .number("LOW"), .number("UNRATED"), .number("KEV"),
            .number("OVERDUE"), .number("AFFECTED"), .number("ENDPOINTS"))
        for day in report.items {
            let figures = day.figures
            table.add(
                day.day, "\(figures.total)", "\(figures.critical)", "\(figures.important)",
                "\(figures.moderate)", "\(figures.low)", "\(figures.unrated)", "\(figures.kev)",
                "\(figures.overdue)", "\(figures.affected)", "\(figures.endpoints)")
        }
        var lines = [table.text(width: Terminal.width)]
        if !report.isComplete {
            lines.append("The server is still reading the fleet: today's figures are not all yet.")
        }
        return lines.joined(separator: "\n")
    }
}
