import Administration
import Fleet
import ServerRecords

/// One time during which an endpoint had a vulnerability, as a row of a table.
struct HistoryRow: ExportRow {
    let vulnerability: String
    let endpoint: EndpointID
    let endpointName: String
    let tenant: TenantID
    let began: Timestamp
    let ended: Timestamp?
    let endedBy: FindingSpan.Cause?
    let retiredAt: Timestamp?

    static let columns = [
        "vulnerability", "endpoint", "endpointName", "tenant", "began", "ended", "endedBy",
        "retiredAt",
    ]

    var line: CSVLine {
        CSVLine([
            vulnerability, endpoint.text, endpointName, tenant.text, began.description,
            ended?.description ?? "", endedBy?.rawValue ?? "", retiredAt?.description ?? "",
        ])
    }
}

extension VulnerabilityHistory {
    /// A row for each time.
    var rows: [HistoryRow] {
        items.flatMap { item in
            item.intervals.map { interval in
                HistoryRow(
                    vulnerability: vulnerability, endpoint: item.endpoint,
                    endpointName: item.endpointName, tenant: item.tenant, began: interval.began,
                    ended: interval.ended, endedBy: interval.endedBy, retiredAt: item.retiredAt)
            }
        }
    }
}
