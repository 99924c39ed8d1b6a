import Administration
import Advisories
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords

/// What other scanners say of a vulnerability, and whether we agree; nothing where none reported
/// it.
func scannerPart(_ reported: ScannerFindingPage, of vulnerability: String, chrome: Chrome) -> HTML?
{
    guard !reported.items.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("scanners")) {
        div(class: "head") {
            h2(.id("scanners")) { "Reported by scanners" }
            p(class: "dim") { "What was imported last, beside what is found here" }
        }
        div(class: "wrap") {
            dataTable(
                "Reported by scanners",
                [
                    Column("Here"), Column("Endpoint"), Column("Scanner"), Column("Reported"),
                    Column("Why"),
                ] + (chrome.tenants.count > 1 ? [Column("Tenant")] : []),
                rows: reported.items.map { item in
                    tr {
                        td { item.verdict.look.drawn() }
                        th {
                            a(.href(.endpoint(item.endpoint, "vulnerabilities"))) {
                                item.endpointName
                            }
                        }
                        td(.title(item.detail)) { item.scanner }
                        td(.data(.label, "Reported")) { chrome.time(item.reportedAt) }
                        td(class: "why") { item.sentence }
                        if chrome.tenants.count > 1 { td { chrome.tenantName(item.tenant) } }
                    }
                })
        }
        if reported.next != nil {
            p(class: "dim") { "Only the first are shown; the file has all." }
        }
        exportLinks(Place.export("scanner-findings").with("cve", vulnerability))
    }
}

extension ScannerFindingItem.Verdict {
    fileprivate var look: StateLook {
        switch self {
        case .found: StateLook(kind: .bad, icon: .warn, word: "Found here too")
        case .mendedSince: StateLook(kind: .ok, icon: .ok, word: "Mended since")
        case .notFound: StateLook(kind: .idle, icon: .close, word: "Not found here")
        case .unknown: StateLook(kind: .warn, icon: .unknown, word: "Unknown")
        }
    }
}
