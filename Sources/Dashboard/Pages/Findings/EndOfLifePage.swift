import Administration
import Advisories
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import ServerRecords

/// The most products of one page; the file has all.
private let productRows = 150

/// How long everything will be supported, and what is done about what is not.
func endOfLifePage(_ report: EndOfLifeReport, query: FormFields, chrome: Chrome) -> HTML {
    let tenant = query["tenant"].flatMap(TenantID.init)
    let whole = report.compliant + report.nonCompliant + report.unknown
    return layout("End of support", section: .vulnerabilities, chrome: chrome) {
        pageTitle("End of support", crumb: ("Vulnerabilities", .vulnerabilities)) {
            p(class: "dim") {
                "\(Words.count(report.compliant)) of \(Words.count(whole, "endpoint")) compliant, "
                "\(Words.count(report.nonCompliant)) non-compliant, "
                "\(Words.count(report.unknown)) unknown: no feed knows their system's end of support."
            }
        }
        bar([
            BarPart(count: report.compliant, fill: .ok, words: "compliant"),
            BarPart(count: report.nonCompliant, fill: .bad, words: "non-compliant"),
            BarPart(count: report.unknown, fill: .hatch, words: "unknown"),
        ])
        form(class: "filters", .method("get"), .action(.endOfLife), .data(.filter)) {
            chrome.tenantChoice(tenant)
            choice(
                "within", says: "When support ends",
                [
                    ("", "Any time"), ("0", "Ended"), ("90", "Ended or within 90 days"),
                    ("365", "Ended or within a year"),
                ], chosen: query["within"])
            button(class: "noscript", .type("submit")) { "Filter" }
        }
        if report.items.isEmpty {
            empty("Nothing to show") {
                p { "No product matches, or no feed with ends of support is switched on." }
                p(class: "acts") { a(class: "button", .href(.feeds)) { "Show the feeds" } }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "End of support",
                    [
                        Column("State"), Column("Product"), Column("Support ends"),
                        Column("Endpoints", isNumber: true), Column("What is done"),
                    ] + (chrome.tenants.count > 1 ? [Column("Tenant")] : []),
                    rows: report.items.prefix(productRows).map { row($0, chrome) })
            }
        }
        exportLinks(
            Place.export("end-of-life").with("within", query["within"])
                .with("tenant", tenant?.text))
    }
}

private func row(_ item: EndOfLifeItem, _ chrome: Chrome) -> HTML {
    tr {
        td { item.state.look.drawn() }
        th { "\(item.product) \(item.cycle)" }
        td(.data(.label, "Ends")) { chrome.time(item.endsAt, or: "no date is known") }
        td(class: "num", .data(.label, "Endpoints")) { Words.count(item.endpoints) }
        td(class: "why") { item.sentence }
        if chrome.tenants.count > 1 { td { chrome.tenantName(item.tenant) } }
    }
}
