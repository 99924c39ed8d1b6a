package import AdvisoryFormats
package import Fleet
package import ServerRecords

/// Puts a report's records to the endpoints that they are about.
package struct ScannerSorting {
    /// The most findings of one report.
    private static let mostFindings = 200_000

    private struct Key: Hashable {
        let endpoint: EndpointID
        let vulnerability: String
    }

    private let book: EndpointBook
    private let machine: String?
    private let now: Timestamp
    private var found: [Key: (endpoint: EndpointName, record: ScannerRecord)] = [:]

    /// Sorts by this book; `machine` is what records are about that name none.
    package init(book: EndpointBook, machine: String?, at now: Timestamp) {
        self.book = book
        self.machine = machine
        self.now = now
    }

    /// Takes a record, and notes in `done` what becomes of it.
    package mutating func take(_ record: ScannerRecord, into done: inout ScannerImport) {
        var asked = MachineNames(record)
        if asked.isEmpty, let machine { asked = MachineNames(naming: machine) }
        let match = book.match(asked)
        switch match {
        case .found(let endpoint, let by):
            if by == .address { done.byAddress = (done.byAddress ?? 0) + 1 }
            if by == .number { done.byNumber = (done.byNumber ?? 0) + 1 }
            for name in record.vulnerabilities { add(record, name, endpoint, &done) }
        case .none, .several:
            done.unmapped += 1
            done.note(
                .init(
                    place: record.place, machine: asked.first,
                    reason: Self.reason(match, asked)))
        }
    }

    private mutating func add(
        _ record: ScannerRecord, _ vulnerability: String, _ endpoint: EndpointName,
        _ done: inout ScannerImport
    ) {
        let key = Key(endpoint: endpoint.id, vulnerability: vulnerability)
        if found[key] == nil, found.count >= Self.mostFindings {
            done.note(
                .init(
                    place: record.place, machine: endpoint.name,
                    reason: "The report has more than \(Self.mostFindings) findings."))
            done.isComplete = false
            return
        }
        if let known = found[key], (known.record.seenAt ?? now) >= (record.seenAt ?? now) { return }
        found[key] = (endpoint, record)
    }

    private static func reason(_ match: EndpointBook.Match, _ asked: MachineNames) -> String {
        if case .several(let count, let by) = match {
            return "\(count) endpoints have this \(by.rawValue)."
        }
        if !asked.hosts.isEmpty {
            return asked.addresses.isEmpty && asked.numbers.isEmpty
                ? "No endpoint has this name."
                : "No endpoint has this name, nor what else is told of the machine."
        }
        if !asked.addresses.isEmpty { return "No endpoint has told this address." }
        if !asked.numbers.isEmpty { return "No endpoint has told this serial number." }
        return asked.hasLocalAddress
            ? "It names only an address that tells no machine."
            : "It names no machine; give the endpoint's name with the import."
    }

    /// What was taken, by endpoint and vulnerability.
    package func findings(of done: ScannerImport) -> [ScannerFinding] {
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
