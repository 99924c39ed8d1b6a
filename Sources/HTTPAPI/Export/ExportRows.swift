import Administration
import Advisories
import Bundles
import Fleet
import Policy
import ServerRecords

/// Something that can be a row of an exported table.
protocol ExportRow: Encodable, Sendable {
    /// The names of the columns, those of the JSON where it has them.
    static var columns: [String] { get }
    /// The cells, in the columns' order.
    var line: CSVLine { get }
}

/// What several packages say, in one cell.
private let separator = " "

extension FindingItem: ExportRow {
    static let columns = [
        "vulnerability", "endpoint", "endpointName", "tenant", "state", "severity", "risk", "cvss",
        "epss", "kev", "ssvc", "exposure", "criticality", "firstSeenAt", "dueAt", "dueUnder",
        "isOverdue", "packages", "installed", "fixedIn", "sentence",
    ]

    var line: CSVLine {
        var line = CSVLine([
            vulnerability, endpoint.text, endpointName, tenant.text, state.rawValue,
            severity.rawValue,
        ])
        line.add(risk)
        line.add(cvss)
        line.add(epss)
        line.add(kev)
        for cell in [
            ssvc?.rawValue ?? "", exposure.rawValue, criticality.rawValue, firstSeenAt.description,
            dueAt?.description ?? "", dueUnder ?? "",
        ] {
            line.add(cell)
        }
        line.add(isOverdue)
        line.add(packages.map(\.name).joined(separator: separator))
        line.add(packages.map(\.installed).joined(separator: separator))
        line.add(packages.map { $0.fixedIn ?? "none" }.joined(separator: separator))
        line.add(sentence)
        return line
    }
}

extension VulnerabilityItem: ExportRow {
    static let columns = [
        "vulnerability", "title", "severity", "risk", "cvss", "epss", "kev", "kevAddedAt", "ssvc",
        "endpoints", "fixable", "awaitingRestart", "exposed", "overdue", "packages", "knownSince",
        "dueAt", "dueUnder", "sentence",
    ]

    var line: CSVLine {
        var line = CSVLine([vulnerability, title, severity.rawValue])
        line.add(risk)
        line.add(cvss)
        line.add(epss)
        line.add(kev)
        line.add(kevAddedAt?.description ?? "")
        line.add(ssvc?.rawValue ?? "")
        for count in [endpoints, fixable, awaitingRestart, exposed, overdue] { line.add(count) }
        line.add(packages.joined(separator: separator))
        line.add(knownSince?.description ?? "")
        line.add(dueAt?.description ?? "")
        line.add(dueUnder ?? "")
        line.add(sentence)
        return line
    }
}

extension EndpointListItem: ExportRow {
    static let columns = [
        "id", "name", "tenant", "tenantName", "siteName", "osName", "compliance",
        "missingSecurity", "missingTotal", "rebootRequired", "restartsNeeded", "lastSeenAt",
        "scannedAt", "retiredAt",
    ]

    var line: CSVLine {
        var line = CSVLine([
            id.text, name, tenant.text, tenantName, siteName ?? "", osName,
            verdict.compliance.rawValue,
        ])
        line.add(standing.missingSecurity)
        line.add(standing.missingTotal)
        line.add(standing.rebootRequired)
        line.add(standing.restartsNeeded)
        for instant in [lastSeenAt, scannedAt, retiredAt] { line.add(instant?.description ?? "") }
        return line
    }
}

extension BundleReport.Row: ExportRow {
    static let columns = [
        "endpoint", "name", "holding", "has", "of", "outcome", "deployment",
    ]

    var line: CSVLine {
        var line = CSVLine([endpoint.text, name, holding.rawValue])
        line.add(has)
        line.add(of)
        line.add(outcome.rawValue)
        line.add(deployment?.text ?? "")
        return line
    }
}
