public import Administration
import ControlPlane
import Fleet
import ServerRecords

/// What is asked of exposure over time; pages and programs use the same names.
public enum ExposureRoutes {
    /// The names of the query's values that `report` reads.
    public static let queryParameters = [
        QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
        QueryParameter(
            "days", .integer,
            "Days back, today included; \(UseCases.usualExposureDays) unless given."),
    ]

    /// The figures that a call's query asks for.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public static func report(_ call: Call) async throws -> ExposureReport {
        try await call.useCases.exposure(
            by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
            days: try call.queryNumber(
                "days", in: UseCases.exposureDays, standard: UseCases.usualExposureDays))
    }
}

extension ExposureDay: ExportRow {
    static let columns = [
        "day", "takenAt", "endpoints", "affected", "critical", "important", "moderate", "low",
        "unrated", "kev", "overdue", "fixable",
    ]

    var line: CSVLine {
        var line = CSVLine([day, takenAt.description])
        for figure in ExposureFigures.figures { line.add(figures[keyPath: figure]) }
        return line
    }
}
