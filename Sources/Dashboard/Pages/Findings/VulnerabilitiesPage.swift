import Administration
import Advisories
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import Intelligence
import PageParts
import Policy
import ServerRecords

/// The vulnerabilities that endpoints have, riskiest first. The filters live in the address.
func vulnerabilitiesPage(
    _ page: VulnerabilityPage, filter: VulnerabilityFilter, coverage: CoverageReport? = nil,
    openAlerts: Int, chrome: Chrome
) -> HTML {
    let place = Place.vulnerabilities(filter)
    return layout("Vulnerabilities", section: .vulnerabilities, chrome: chrome) {
        pageTitle("Vulnerabilities") {
            p(class: "dim") {
                Words.count(page.total, "vulnerability", "vulnerabilities")
                let matching = page.total == 1 ? " matches the filters, " : " match the filters, "
                filter.isNarrow ? matching : " on endpoints, "
                "\(Words.count(page.knownExploited)) known to be exploited. The riskiest first."
            }
        } actions: {
            a(class: "button", .href(Place.exposure.with("tenant", filter.tenant?.text))) {
                "Over time"
            }
            a(class: "button", .href(Place.endOfLife.with("tenant", filter.tenant?.text))) {
                "End of support"
            }
            a(class: openAlerts > 0 ? "button main" : "button", .href(.alerts)) {
                openAlerts > 0 ? Words.count(openAlerts, "open alert") : "Alerts"
            }
        }
        filters(filter, chrome)
        chips(filter, place, chrome)
        if !page.isComplete {
            note(.plain, .run) {
                "The server has just begun, and is still reading the fleet: what stands here is not all yet."
            }
        }
        if let coverage {
            uncoveredNote(coverage)
            if let unmatched = coverage.unmatchedProducts {
                unmatchedNote(
                    unmatched.products,
                    place: "on the \(Words.count(unmatched.endpoints, "endpoint")) with Windows")
            }
            exposureNote(coverage)
        }
        if page.items.isEmpty {
            nothing(page, filter, chrome)
        } else {
            div(class: "wrap tight") {
                dataTable(
                    "Vulnerabilities", columns, rows: page.items.map { row($0, filter, chrome) })
            }
            under(page, filter, place)
        }
    }
}

/// That nothing is found in some packages means nothing.
private func uncoveredNote(_ coverage: CoverageReport) -> HTML? {
    guard coverage.packages > 0 else { return nil }
    let sources = coverage.items.prefix(shownSources).map {
        "\($0.source) (\(Words.count($0.packages)))"
    }
    let more = coverage.items.count > shownSources ? ", …" : ""
    return note(.warn, .unknown) {
        strong {
            "\(Words.count(coverage.packages, "installed package")) on \(Words.count(coverage.endpoints)) of \(Words.count(coverage.allEndpoints, "endpoint")) covered by no feed: "
        }
        sources.joined(separator: ", ") + more + ". Their vulnerabilities are unknown. "
        a(.href(.feeds)) { "Show the feeds" }
    }
}

/// That feeds speak of Windows' applications by names that nothing installed has, and where any of
/// them may be.
func unmatchedNote(_ products: Int, place: String) -> HTML {
    note(.plain, .unknown) {
        strong { "\(Words.count(products)) of Microsoft's products are matched with nothing. " }
        "Feeds speak of them, such as Office or SQL Server; whether any is \(place) is not known."
    }
}

/// That deadlines guess where nobody has said from where an endpoint can be reached.
private func exposureNote(_ coverage: CoverageReport) -> HTML? {
    guard let unknown = coverage.exposureUnknown, unknown > 0 else { return nil }
    return note(.plain, .unknown) {
        strong {
            "Exposure is not known of \(Words.count(unknown)) of \(Words.count(coverage.allEndpoints, "endpoint")). "
        }
        "Nobody has said whether they can be reached from the internet: deadlines that ask for it take them as not exposed."
    }
}

/// How many sources of uncovered packages are named.
private let shownSources = 5

private let columns = [
    Column("Risk", isNumber: true), Column("Vulnerability"), Column("What can be done"),
    Column("Severity"), Column("Packages"), Column("Endpoints", isNumber: true),
    Column("Known since"), Column("Due first"),
]

extension VulnerabilityFilter {
    /// Whether anything is filtered out.
    var isNarrow: Bool {
        tenant != nil || search != nil || part.isNarrow || severity != nil
    }
}

extension Place {
    /// The address of a list of vulnerabilities, its page aside.
    static func vulnerabilities(_ filter: VulnerabilityFilter) -> Place {
        Place.vulnerabilities.narrowed(by: filter)
    }

    /// This list with a filter's questions.
    fileprivate func narrowed(by filter: VulnerabilityFilter) -> Place {
        with("search", filter.search)
            .with("tenant", filter.tenant?.text)
            .with(filter.part)
            .with("severity", filter.severity?.rawValue)
    }
}

private func filters(_ filter: VulnerabilityFilter, _ chrome: Chrome) -> HTML {
    form(
        class: "filters", .method("get"), .action(.vulnerabilities), .role("search"), .data(.filter)
    ) {
        searchField(filter.search, says: "Search by CVE, package or version")
        chrome.tenantChoice(filter.tenant)
        choice(
            "state", says: "What can be done",
            [("", "Any state")] + Finding.State.allCases.map { ($0.rawValue, $0.look.word) },
            chosen: filter.part.state?.rawValue)
        choice(
            "severity", says: "Severity",
            [("", "Any severity")] + Severity.allCases.map { ($0.rawValue, $0.word) },
            chosen: filter.severity?.rawValue)
        partBoxes(filter.part)
        button(class: "noscript", .type("submit")) { "Filter" }
    }
}

private func chips(_ filter: VulnerabilityFilter, _ place: Place, _ chrome: Chrome) -> HTML? {
    guard filter.isNarrow else { return nil }
    return div(class: "chips") {
        if let search = filter.search {
            chip("Holds “\(search)”", off: place.without("search"))
        }
        if let tenant = filter.tenant {
            chip(chrome.tenantName(tenant), off: place.without("tenant"))
        }
        if let severity = filter.severity { chip(severity.word, off: place.without("severity")) }
        partChips(filter.part, place)
    }
}

private func nothing(
    _ page: VulnerabilityPage, _ filter: VulnerabilityFilter, _ chrome: Chrome
) -> HTML {
    if page.feeds == 0 {
        return empty("No feed is switched on") {
            p {
                "Without a feed nothing is known of vulnerabilities, so nothing can be found. That says nothing about the endpoints."
            }
            p(class: "acts") {
                a(class: "button main", .href(.feeds)) {
                    chrome.may(.administer) ? "Choose feeds" : "Show the feeds"
                }
            }
        }
    }
    return empty(filter.isNarrow ? "No vulnerability matches" : "Nothing is found") {
        p {
            filter.isNarrow
                ? "Take a filter off, or search for another name."
                : "No feed that is switched on speaks of the software that the endpoints have. A release that no feed covers is found nothing in, either."
        }
        p(class: "acts") { a(class: "button", .href(.feeds)) { "Show the feeds" } }
    }
}

private func row(
    _ item: VulnerabilityItem, _ filter: VulnerabilityFilter, _ chrome: Chrome
) -> HTML {
    let place = Place.vulnerability(item.vulnerability).with("tenant", filter.tenant?.text)
    return tr {
        td(class: "num", .title(item.sentence), .data(.label, "Risk")) { Words.score(item.risk) }
        th {
            a(.href(place)) { item.vulnerability }
            if item.kev {
                " "
                span(class: "tag sec", .title("Known to be exploited (KEV)")) { "Exploited" }
            }
        }
        td { item.look.drawn() }
        td { item.severity.word }
        td(class: "cut dim", .title(item.packages.joined(separator: ", "))) {
            item.packages.prefix(3).joined(separator: ", ")
            if item.packages.count > 3 { " and \(item.packages.count - 3) more" }
        }
        td(class: "num", .data(.label, "Endpoints")) {
            a(.href(place.at("affected"))) { Words.count(item.endpoints) }
        }
        td(.data(.label, "Known")) { chrome.time(item.knownSince, or: "unknown") }
        td(.data(.label, "Due"), .title(item.dueUnder)) { chrome.due(item.dueAt) }
    }
}

private func under(
    _ page: VulnerabilityPage, _ filter: VulnerabilityFilter, _ place: Place
) -> HTML {
    div(class: "under") {
        p { "\(Words.count(page.items.count)) of \(Words.count(page.total)) shown" }
        exportLinks(Place.export("vulnerabilities").narrowed(by: filter))
        nav(class: "pager", .ariaLabel("Pages")) {
            if filter.after != nil { a(class: "button", .href(place)) { "First page" } }
            if let next = page.next {
                a(class: "button", .href(place.with("after", next))) {
                    "Next"
                    Icon.right.drawn()
                }
            }
        }
    }
}

extension VulnerabilityItem {
    /// What can be done about it, over all endpoints that have it.
    var look: StateLook {
        if fixable > 0 { return Finding.State.fixAvailable.look }
        return awaitingRestart == endpoints
            ? Finding.State.fixedPendingRestart.look : Finding.State.noFix.look
    }
}

extension Finding.State {
    var look: StateLook {
        switch self {
        case .fixAvailable: StateLook(kind: .bad, icon: .update, word: "Update available")
        case .noFix: StateLook(kind: .warn, icon: .queued, word: "No fix yet")
        case .fixedPendingRestart:
            StateLook(kind: .warn, icon: .restart, word: "Waits for a restart")
        }
    }
}

extension Severity {
    var word: String {
        switch self {
        case .critical: "Critical"
        case .important: "Important"
        case .moderate: "Moderate"
        case .low: "Low"
        case .unrated: "Not rated"
        }
    }
}

extension Words {
    /// A score with one decimal: `87.5`.
    static func score(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// A probability in percent: `0.4%`, `97.5%`.
    static func probability(_ value: Double) -> String { score(value * 100) + "%" }
}

extension Chrome {
    /// The due date of a finding, and whether its clocks stand still.
    func due(_ item: FindingItem) -> HTML {
        HTML.pieces {
            due(item.dueAt)
            if let until = item.pausedUntil {
                span(class: "dim") {
                    " The clocks stand still until "
                    time(until)
                    ": \(item.pausedBy ?? "an exception")."
                }
            }
            if let forensics = item.forensics {
                p(class: "s warn", .title(forensics)) {
                    Icon.search.drawn()
                    a(.href(.endpoint(item.endpoint, "evidence"))) { "Forensics first" }
                }
            }
        }
    }

    /// By when something is due; late is said with a word, not by colour alone.
    func due(_ instant: Timestamp?) -> HTML {
        guard let instant else { return span(class: "dim") { "no date" } }
        guard instant < now else { return time(instant) }
        return span(class: "s bad") {
            Icon.warn.drawn()
            "Was due "
            time(instant)
        }
    }
}
