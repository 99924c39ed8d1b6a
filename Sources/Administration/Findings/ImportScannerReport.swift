import AdvisoryFormats
public import ControlPlane
public import Fleet
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
    /// The most findings of one report.
    static let mostScannerFindings = 200_000
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

/// Endpoints by their names.
struct EndpointBook: Sendable {
    private var byName: [String: [EndpointName]] = [:]
    private var byShortName: [String: [EndpointName]] = [:]

    mutating func add(_ endpoint: EndpointName) {
        let name = endpoint.name.lowercased()
        byName[name, default: []].append(endpoint)
        byShortName[Self.short(name), default: []].append(endpoint)
    }

    /// What comes of looking for a machine.
    enum Match {
        case found(EndpointName)
        case none
        case several(Int)
    }

    /// The endpoint that a machine's names mean: the whole name, else its first label where one of
    /// the two is nothing more.
    func match(_ hosts: [String]) -> Match {
        var count = 0
        for host in hosts.map({ $0.lowercased() }) {
            let trimmed = host.hasSuffix(".") ? String(host.dropLast()) : host
            var found = byName[trimmed] ?? []
            if found.isEmpty {
                found = (byShortName[Self.short(trimmed)] ?? []).filter {
                    !trimmed.contains(".") || !$0.name.contains(".")
                }
            }
            if found.count == 1, let only = found.first { return .found(only) }
            count = max(count, found.count)
        }
        return count > 1 ? .several(count) : .none
    }

    private static func short(_ name: String) -> String { String(name.prefix { $0 != "." }) }
}

/// Puts a report's records to the endpoints that they are about.
struct ScannerSorting {
    private struct Key: Hashable {
        let endpoint: EndpointID
        let vulnerability: String
    }

    private let book: EndpointBook
    private let machine: String?
    private let now: Timestamp
    private var found: [Key: (endpoint: EndpointName, record: ScannerRecord)] = [:]

    init(book: EndpointBook, machine: String?, at now: Timestamp) {
        self.book = book
        self.machine = machine
        self.now = now
    }

    mutating func take(_ record: ScannerRecord, into done: inout ScannerImport) {
        let hosts =
            record.hosts.isEmpty && record.address.isEmpty
            ? [machine].compactMap { $0 } : record.hosts
        let match = book.match(hosts)
        switch match {
        case .found(let endpoint):
            for name in record.vulnerabilities { add(record, name, endpoint, &done) }
        case .none, .several:
            done.unmapped += 1
            done.note(
                .init(
                    place: record.place, machine: hosts.first ?? record.address,
                    reason: Self.reason(match, hosts, record)))
        }
    }

    private mutating func add(
        _ record: ScannerRecord, _ vulnerability: String, _ endpoint: EndpointName,
        _ done: inout ScannerImport
    ) {
        let key = Key(endpoint: endpoint.id, vulnerability: vulnerability)
        if found[key] == nil, found.count >= UseCases.mostScannerFindings {
            done.note(
                .init(
                    place: record.place, machine: endpoint.name,
                    reason: "The report has more than \(UseCases.mostScannerFindings) findings."))
            done.isComplete = false
            return
        }
        if let known = found[key], (known.record.seenAt ?? now) >= (record.seenAt ?? now) { return }
        found[key] = (endpoint, record)
    }

    private static func reason(
        _ match: EndpointBook.Match, _ hosts: [String], _ record: ScannerRecord
    ) -> String {
        if case .several(let count) = match { return "\(count) endpoints have this name." }
        if !hosts.isEmpty { return "No endpoint has this name." }
        return record.address.isEmpty
            ? "It names no machine; give the endpoint's name with the import."
            : "It names an address only, and endpoints are known by their names."
    }

    /// What was taken, by endpoint and vulnerability.
    func findings(of done: ScannerImport) -> [ScannerFinding] {
        found.sorted {
            ($0.key.endpoint, $0.key.vulnerability) < ($1.key.endpoint, $1.key.vulnerability)
        }
        .map { key, value in
            ScannerFinding(
                endpoint: key.endpoint, tenant: value.endpoint.tenant,
                vulnerability: key.vulnerability, scanner: done.scanner, importID: done.id,
                reportedAt: min(value.record.seenAt ?? now, now),
                severity: value.record.severity ?? .unrated, package: value.record.package,
                detail: value.record.detail.isEmpty
                    ? value.record.title : value.record.detail)
        }
    }
}
