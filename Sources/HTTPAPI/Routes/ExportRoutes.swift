import Administration
import Bundles
import ControlPlane
import Fleet
import ServerRecords

/// How an exported table is written.
enum ExportFormat: String, CaseIterable, Sendable {
    /// Comma-separated values: RFC 4180, UTF-8, one line of column names first.
    case csv
    /// What the list itself answers, in one document.
    case json
}

/// Whole lists as one file, written page by page as they are read: what a list shows with the same
/// filters, and as many rows.
enum ExportRoutes {
    private static let format = QueryParameter(
        "format", .oneOf(ExportFormat.allCases.map(\.rawValue)), "csv unless given.")

    /// The values of a list's query that are not about its pages.
    private static func filters(_ parameters: [QueryParameter]) -> [QueryParameter] {
        parameters.filter { !["after", "limit"].contains($0.name) } + [format]
    }

    static let all: [Route] = [
        Route(
            .get, "/api/v1/exports/findings", permission: .principal(.view),
            summary: "All findings that the filters let through, as CSV or JSON.",
            query: filters(FindingFilter.queryParameters)
        ) { call in
            try await file(
                "findings", of: try FindingFilter(query: call), pages: FindingFilter.maximumPage,
                as: call
            ) {
                let page = try await $0.findings($1, by: $2)
                return (page.items, page.next)
            }
        },
        Route(
            .get, "/api/v1/exports/vulnerabilities", permission: .principal(.view),
            summary: "All vulnerabilities that the filters let through, as CSV or JSON.",
            query: filters(VulnerabilityFilter.queryParameters)
        ) { call in
            try await file(
                "vulnerabilities", of: try VulnerabilityFilter(query: call),
                pages: FindingFilter.maximumPage, as: call
            ) {
                let page = try await $0.vulnerabilities($1, by: $2)
                return (page.items, page.next)
            }
        },
        Route(
            .get, "/api/v1/exports/end-of-life", permission: .principal(.view),
            summary: "How long everything will be supported, as CSV or JSON.",
            query: EndOfLifeRoutes.queryParameters + [format]
        ) { call in
            let report = try await EndOfLifeRoutes.report(call)
            return try await file("end-of-life", as: call) { (_: String?) in (report.items, nil) }
        },
        Route(
            .get, "/api/v1/exports/exposure", permission: .principal(.view),
            summary: "How many findings there were each day, and are now, as CSV or JSON.",
            query: ExposureRoutes.queryParameters + [format]
        ) { call in
            let report = try await ExposureRoutes.report(call)
            return try await file("exposure", as: call) { (_: String?) in (report.items, nil) }
        },
        Route(
            .get, "/api/v1/exports/scanner-findings", permission: .principal(.view),
            summary: "All that scanners reported, and whether we agree, as CSV or JSON.",
            query: filters(ScannerFindingFilter.queryParameters)
        ) { call in
            try await file(
                "scanner-findings", of: try ScannerFindingFilter(query: call),
                pages: FindingFilter.maximumPage, as: call
            ) {
                let page = try await $0.scannerFindings($1, by: $2)
                return (page.items, page.next)
            }
        },
        Route(
            .get, "/api/v1/exports/history/{vulnerability}", permission: .principal(.view),
            summary: "All times in a span at which endpoints had a vulnerability, as CSV or JSON.",
            query: filters(FindingHistoryFilter.queryParameters)
        ) { call in
            let name = call.vulnerability
            return try await file(
                "history", of: try FindingHistoryFilter(query: call),
                pages: FindingFilter.maximumPage, as: call
            ) {
                let page = try await $0.history(of: name, $1, by: $2)
                return (page.rows, page.next.flatMap(EndpointID.init))
            }
        },
        Route(
            .get, "/api/v1/exports/bundles/{bundle}", permission: .principal(.view),
            summary: "Who has a bundle, endpoint for endpoint, as CSV or JSON.", query: [format]
        ) { call in
            let report = try await call.useCases.bundleReport(
                of: try call.identifier("bundle"), limit: BundleReport.mostRows,
                by: try call.principal())
            let name = "bundle-\(report.bundle.name)-\(report.bundle.version)"
            return try await file(name, as: call) { (_: String?) in (report.rows, nil) }
        },
        Route(
            .get, "/api/v1/exports/endpoints", permission: .principal(.view),
            summary: "All endpoints that the filters let through, as CSV or JSON.",
            query: filters(EndpointFilter.queryParameters)
        ) { call in
            try await file(
                "endpoints", of: try EndpointFilter(query: call), pages: EndpointQuery.maximumPage,
                as: call
            ) {
                let page = try await $0.endpoints($1, by: $2)
                return (page.items, page.next)
            }
        },
    ]

    /// A file of all that a filter lets through, in pages of so many rows.
    private static func file<Row: ExportRow, Filter: PagedFilter>(
        _ name: String, of filter: Filter, pages limit: Int, as call: Call,
        _ page:
            @escaping @Sendable (UseCases, Filter, Principal) async throws -> (
                rows: [Row], next: Filter.Place?
            )
    ) async throws -> Answer {
        let (useCases, principal) = (call.useCases, try call.principal())
        return try await file(name, as: call) { (after: Filter.Place?) in
            var filter = filter
            filter.limit = limit
            filter.after = after
            return try await page(useCases, filter, principal)
        }
    }

    /// A file of all pages. The first is read before the answer begins, so that what is refused is
    /// a problem and not an empty file.
    private static func file<Row: ExportRow, Place: Sendable>(
        _ name: String, as call: Call,
        _ page: @escaping @Sendable (Place?) async throws -> (rows: [Row], next: Place?)
    ) async throws -> Answer {
        let format = try call.queryValue("format", ExportFormat.init(rawValue:)) ?? .csv
        let first = try await page(nil)
        let type = format == .csv ? "text/csv; charset=utf-8; header=present" : "application/json"
        return .file(named: "\(name).\(format.rawValue)", type: type) { writer in
            var (rows, next) = first
            var isFirst = true
            try await writer.send(
                format == .csv ? CSVLine(Row.columns).bytes : Array("{\"items\":[".utf8))
            while true {
                var bytes: [UInt8] = []
                for row in rows {
                    switch format {
                    case .csv: bytes += row.line.bytes
                    case .json:
                        bytes += Array((isFirst ? "\n" : ",\n").utf8)
                        bytes += try WireJSON.encode(row)
                    }
                    isFirst = false
                }
                try await writer.send(bytes)
                guard let place = next else { break }
                (rows, next) = try await page(place)
            }
            if format == .json { try await writer.send(Array("\n]}\n".utf8)) }
        }
    }
}

/// A filter of a list that comes in pages.
private protocol PagedFilter: Sendable {
    associatedtype Place: Sendable
    /// The page after this place.
    var after: Place? { get set }
    /// How many rows a page holds.
    var limit: Int { get set }
}

extension FindingFilter: PagedFilter {}
extension VulnerabilityFilter: PagedFilter {}
extension ScannerFindingFilter: PagedFilter {}
extension FindingHistoryFilter: PagedFilter {}
extension EndpointFilter: PagedFilter {}
