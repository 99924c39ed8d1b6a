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
func endOfLifePage(
    _ report: EndOfLifeReport, query: FormFields, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let tenant = query["tenant"].flatMap(TenantID.init)
    let whole = report.compliant + report.nonCompliant + report.unknown
    return layout("End of support", section: .vulnerabilities, chrome: chrome) {
        pageTitle("End of support", crumb: ("Vulnerabilities", .vulnerabilities)) {
            p(class: "dim") {
                "\(Words.count(report.compliant)) of \(Words.count(whole, "endpoint")) compliant, "
                "\(Words.count(report.nonCompliant)) non-compliant, "
                "\(Words.count(report.unknown)) unknown"
                report.unknown > 0 ? ", since no feed knows their system's end of support." : "."
            }
        }
        problem(refused)
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
                        Column("Supports"),
                        Column("Endpoints", isNumber: true), Column("What is done"),
                    ] + (chrome.tenants.count > 1 ? [Column("Tenant")] : []),
                    rows: report.items.prefix(productRows).map { row($0, chrome) })
            }
        }
        if chrome.may(.deploy) { newAnswer(report.items, chrome) }
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
        td(class: "why", .data(.label, "Supports")) { item.phases.words }
        td(class: "num", .data(.label, "Endpoints")) { Words.count(item.endpoints) }
        td(class: "why") { item.sentence }
        if chrome.tenants.count > 1 { td { chrome.tenantName(item.tenant) } }
    }
}

/// What is done about a product whose support ends.
private func newAnswer(_ items: [EndOfLifeItem], _ chrome: Chrome) -> HTML? {
    let open = items.filter { $0.state != .supported }.prefix(productRows)
    guard !open.isEmpty else { return nil }
    return chrome.postForm(.endOfLife, class: "sum part") {
        div(class: "head") { h2 { "Say what is done about a product" } }
        div(class: "row") {
            div(class: "field") {
                label(.forField("answer-product")) { "Product" }
                select(.id("answer-product"), .name("product")) {
                    for item in open {
                        option(.value(EndOfLifeField(item).text)) { name(of: item, chrome) }
                    }
                }
            }
            div(class: "field") {
                label(.forField("answer-treatment")) { "What is done" }
                select(.id("answer-treatment"), .name("treatment")) {
                    for each in EndOfLifeAnswer.Treatment.allCases {
                        option(.value(each.rawValue)) { each.words }
                    }
                }
            }
            div(class: "field") {
                label(.forField("answer-until")) { "Until (UTC, a year at most)" }
                input(.type("date"), .id("answer-until"), .name("until"), .required())
            }
        }
        div(class: "field") {
            label(.forField("answer-reason")) { "Why, in a sentence" }
            input(
                .type("text"), .id("answer-reason"), .name("reason"), .maxlength(500),
                .autocomplete("off"), .required())
        }
        p(class: "dim") {
            "Until that day its endpoints do not count as non-compliant for it; afterwards they do again. A newer answer takes the place of an older one."
        }
        div(class: "acts after") { button(.type("submit")) { "Save the answer" } }
    }
}

private func name(of item: EndOfLifeItem, _ chrome: Chrome) -> String {
    let product = "\(item.product) \(item.cycle)"
    return chrome.tenants.count > 1 ? "\(product), \(chrome.tenantName(item.tenant))" : product
}

/// A tenant's product in one field of a form.
struct EndOfLifeField {
    let tenant: TenantID
    let product: String
    let cycle: String

    init(_ item: EndOfLifeItem) {
        (tenant, product, cycle) = (item.tenant, item.product, item.cycle)
    }

    /// Reads `text`; `nil` when it is none.
    init?(_ text: String) {
        let parts = text.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let tenant = TenantID(String(parts[0])) else { return nil }
        (self.tenant, cycle, product) = (tenant, String(parts[1]), String(parts[2]))
    }

    var text: String { "\(tenant.text)|\(cycle)|\(product)" }
}
