public import Administration
import Advisories
import ControlPlane
import Fleet
public import ServerRecords

extension ScannerFindingFilter {
    /// The names of the query's values that `init(query:)` reads.
    public static let queryParameters = [
        QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
        QueryParameter("cve", .string, "Only of this vulnerability."),
        QueryParameter("endpoint", .identifier("ept"), "Only of this endpoint."),
        QueryParameter("after", .string, "The page after this: next of the page before."),
        QueryParameter("limit", .integer, "Rows of a page, 1 to \(FindingFilter.maximumPage)."),
    ]

    /// The filter that a call's query asks for.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public init(query call: Call) throws(Refusal) {
        self.init(
            tenant: try call.queryIdentifier("tenant"),
            vulnerability: call.queryVulnerability("cve"),
            endpoint: try call.queryIdentifier("endpoint"), after: call.query["after"],
            limit: try call.queryNumber(
                "limit", in: 1...FindingFilter.maximumPage, standard: 100))
    }
}

/// What other scanners report.
enum ScannerRoutes {
    static let all: [Route] = [
        Route(
            .put, "/api/v1/scanner-reports", permission: .principal(.manageEndpoints),
            summary:
                "Takes a scanner's report, as CSV with column names or SARIF 2.1.0, and tells what came of it.",
            query: [
                QueryParameter("format", .oneOf(["csv", "sarif"]), "Told by the content else."),
                QueryParameter("scanner", .string, "The scanner's name; the report's own else."),
                QueryParameter(
                    "machine", .string, "The endpoint's name, for records that name none."),
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's endpoints."),
            ], response: .scannerImport, bodyLimit: UseCases.scannerReportLimit
        ) { call in
            .json(
                try await call.useCases.importScannerReport(
                    ScannerReport(
                        content: call.body, format: call.query["format"],
                        scanner: call.query["scanner"], machine: call.query["machine"],
                        tenant: try call.queryIdentifier("tenant")), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/scanner-reports", permission: .principal(.view),
            summary: "Imports of scanners' reports, newest first.",
            query: [
                QueryParameter("before", .identifier("imp"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(UseCases.largestImportPage)."),
            ], response: .scannerImportList
        ) { call in
            let limit = try call.queryNumber(
                "limit", in: 1...UseCases.largestImportPage, standard: 20)
            let imports = try await call.useCases.scannerImports(
                by: try call.principal(), before: try call.queryIdentifier("before"), limit: limit)
            return .json(
                ItemList(
                    items: imports, next: imports.count == limit ? imports.last?.id.text : nil))
        },
        Route(
            .get, "/api/v1/scanner-findings", permission: .principal(.view),
            summary: "What scanners reported, and whether what is found here agrees.",
            query: ScannerFindingFilter.queryParameters, response: .scannerFindingPage
        ) { call in
            .json(
                try await call.useCases.scannerFindings(
                    ScannerFindingFilter(query: call), by: try call.principal()))
        },
    ]
}

extension ScannerFindingItem: ExportRow {
    static let columns = [
        "vulnerability", "endpoint", "endpointName", "tenant", "scanner", "reportedAt",
        "severity", "package", "verdict", "sentence", "state", "packages", "installed", "fixedIn",
        "detail",
    ]

    var line: CSVLine {
        func cell(_ text: (Package) -> String) -> String {
            packages.map(text).joined(separator: " ")
        }
        return CSVLine([
            vulnerability, endpoint.text, endpointName, tenant.text, scanner,
            reportedAt.description, severity.rawValue, package, verdict.rawValue, sentence,
            state?.rawValue ?? "", cell(\.name), cell(\.installed),
            cell { $0.fixedIn ?? "none" }, detail,
        ])
    }
}

extension NamedSchema {
    static let scannerImport = NamedSchema(
        "ScannerImport",
        [
            "id": .identifier("imp"), "tenant": .optional(.identifier("tnt")),
            "importedAt": .time, "importedBy": .string, "scanner": .string,
            "format": .oneOf(["csv", "sarif"]), "records": .integer, "findings": .integer,
            "endpoints": .integer, "rejected": .integer, "unmapped": .integer,
            "byAddress": .optional(.integer), "byNumber": .optional(.integer),
            "isComplete": .boolean,
            "problems": .array(
                .object(["place": .string, "machine": .string, "reason": .string])),
        ])
    static let scannerImportList = list("ScannerImportList", of: scannerImport)
    static let scannerFinding = NamedSchema(
        "ScannerFinding",
        [
            "endpoint": .identifier("ept"), "endpointName": .string,
            "tenant": .identifier("tnt"), "vulnerability": .string, "scanner": .string,
            "reportedAt": .time, "severity": .severity, "package": .string, "detail": .string,
            "verdict": .oneOf(ScannerFindingItem.Verdict.allCases.map(\.rawValue)),
            "sentence": .string, "state": .optional(.findingState),
            "packages": .array(
                .object([
                    "name": .string, "installed": .string, "fixedIn": .optional(.string),
                ])),
        ])
    static let scannerFindingPage = NamedSchema(
        "ScannerFindingPage",
        ["items": .array(.named(scannerFinding)), "next": .optional(.string)])
}
