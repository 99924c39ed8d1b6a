import AdvisoryFormats
public import ControlPlane
public import Fleet
import Intelligence
public import ServerRecords

/// A scanner's report on its way in.
public struct ScannerReport: Sendable {
    /// Its bytes.
    public var content: [UInt8]
    /// `csv` or `sarif`; told by the content unless given.
    public var format: String?
    /// The scanner's name; the report's own, or `scanner`, unless given.
    public var scanner: String?
    /// The machine that records are about which name none: an endpoint's name.
    public var machine: String?
    /// The tenant whose endpoints it is about; all that the asker sees unless given.
    public var tenant: TenantID?

    /// A report.
    public init(
        content: [UInt8], format: String? = nil, scanner: String? = nil, machine: String? = nil,
        tenant: TenantID? = nil
    ) {
        self.content = content
        self.format = format
        self.scanner = scanner
        self.machine = machine
        self.tenant = tenant
    }
}

extension UseCases {
    /// The largest report, in bytes: that of some thousand machines. It is read record by record.
    public static let scannerReportLimit = 32 << 20
    /// Findings that one transaction stores: about 20 ms, for which nothing else is written.
    private static let findingsPerWrite = 500
    private static let namesPerRead = 2_000
    private static let longestScanner = 60

    /// Takes a scanner's report: each finding of a known endpoint is kept beside our own; what
    /// cannot be used is listed with the reason. What the same scanner said of the same before is
    /// replaced.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND` for a tenant out of scope, `E_REPORT` for a
    ///   report that cannot be read at all; nothing is kept then.
    public func importScannerReport(
        _ report: ScannerReport, by principal: Principal
    ) async throws -> ScannerImport {
        try principal.require(.manageEndpoints)
        guard let scope = principal.scope.narrowed(to: report.tenant) else {
            throw Refusal.notFound("tenant")
        }
        let format = try Self.format(of: report)
        let names = try await endpointBook(in: scope)
        let now = effects.now()
        var done = ScannerImport(
            id: effects.newIdentifier(), tenant: scope.tenant, importedAt: now,
            importedBy: principal.name, scanner: "", format: format.rawValue)
        var sorting = ScannerSorting(book: names, machine: report.machine, at: now)
        let summary: ScannerSummary
        do {
            summary = try ScannerReader.read(ByteStream(report.content), as: format) {
                sorting.take($0, into: &done)
            }
        } catch let unreadable as UnreadableReport {
            throw Self.refusal(unreadable.message)
        }
        done.scanner = PlainText.line(
            report.scanner ?? (summary.tool.isEmpty ? "scanner" : summary.tool),
            atMost: Self.longestScanner)
        done.records = summary.records
        done.rejected = summary.rejectedCount
        done.isComplete = summary.isComplete
        for each in summary.rejected {
            done.note(.init(place: each.record, machine: "", reason: each.reason + "."))
        }
        let found = sorting.findings(of: done)
        done.findings = found.count
        done.endpoints = Set(found.map(\.endpoint)).count
        try await keep(found, of: done, by: principal)
        return done
    }

    private static func format(of report: ScannerReport) throws(Refusal) -> ScannerFormat {
        guard let word = report.format else {
            let first = report.content.first { $0 > 0x20 && $0 < 0x7F }
            return first == UInt8(ascii: "{") ? .sarif : .csv
        }
        guard let format = ScannerFormat(rawValue: word) else {
            throw refusal("The format is csv or sarif.")
        }
        return format
    }

    private static func refusal(_ message: String) -> Refusal {
        Refusal(
            .malformed, "E_REPORT", message,
            nextStep:
                "Export the report as CSV with column names, or as SARIF 2.1.0 (docs/findings.md).")
    }

    private func endpointBook(in scope: Scope) async throws -> EndpointBook {
        var book = EndpointBook()
        var last: EndpointID?
        while true {
            let after = last
            let page = try await ledger.read {
                try $0.endpointNames(in: scope, after: after, limit: Self.namesPerRead)
            }
            for each in page { book.add(each) }
            guard let end = page.last else { return book }
            last = end.id
        }
    }

    private func keep(
        _ found: [ScannerFinding], of done: ScannerImport, by principal: Principal
    ) async throws {
        try await ledger.write { records in
            try records.save(done)
            try self.appendAudit(
                "scanner.imported", subject: done.id.text,
                sentence:
                    "Imported a report of \(done.scanner): \(done.findings) findings on \(done.endpoints) endpoints; \(done.rejected) records could not be read, \(done.unmapped) name no endpoint.",
                actor: principal.name, tenant: done.tenant, in: records, at: done.importedAt)
        }
        for first in stride(from: 0, to: found.count, by: Self.findingsPerWrite) {
            let piece = Array(found[first..<min(first + Self.findingsPerWrite, found.count)])
            try await ledger.write { try $0.save(piece) }
        }
    }
}
