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

/// The most findings of one page: more would pass 60 KB.
private let findingRows = 150

/// What is found on an endpoint, and how long its software will be supported.
func endpointFindingsPage(
    _ detail: EndpointDetail, found: EndpointFindings, search: String?, part: FindingPart,
    chrome: Chrome
) -> HTML {
    let items = found.items.filter { item in
        guard item.isIn(part) else { return false }
        guard let search = search?.lowercased(), !search.isEmpty else { return true }
        return item.vulnerability.lowercased().contains(search)
            || item.packages.contains { $0.name.contains(search) }
    }
    return endpointFrame(detail, part: .vulnerabilities, chrome: chrome) {
        coverage(found, detail, chrome)
        if let products = found.unmatchedProducts {
            unmatchedNote(products, place: "installed here")
        }
        if detail.traits.isExposed == nil, !found.items.isEmpty {
            note(.plain, .unknown) {
                strong { "Exposure not known. " }
                "Nobody has said whether the endpoint can be reached from the internet: deadlines that ask for it take it as not exposed."
            }
        }
        forensicsNote(found.items)
        endOfLife(found.endOfLife, chrome)
        section(class: "part", .ariaLabelledBy("found")) {
            div(class: "head") {
                h2(.id("found")) { "Vulnerabilities" }
                p(class: "dim") { summary(found.items) }
            }
            form(
                class: "filters", .method("get"),
                .action(.endpoint(detail.item.id, "vulnerabilities")), .role("search"),
                .data(.filter)
            ) {
                searchField(search, says: "Search by CVE or package")
                partBoxes(part)
                button(class: "noscript", .type("submit")) { "Filter" }
            }
            if items.isEmpty {
                p(class: "dim") { found.items.isEmpty ? "Nothing is found." : "Nothing matches." }
            } else {
                table(items, chrome)
            }
        }
    }
}

private func summary(_ items: [FindingItem]) -> String {
    let fixable = items.count { $0.state == .fixAvailable }
    let overdue = items.count(where: \.isOverdue)
    return "\(Words.count(items.count)) found, \(Words.count(fixable)) with an update, "
        + "\(Words.count(items.count(where: \.kev))) known to be exploited, "
        + "\(Words.count(overdue)) overdue"
}

private func coverage(_ found: EndpointFindings, _ detail: EndpointDetail, _ chrome: Chrome)
    -> HTML?
{
    guard !found.isCovered else { return uncovered(found) }
    return note(.warn, .unknown) {
        strong { "No feed speaks of \(detail.item.osName)." }
        " That nothing is found in its packages means nothing: its vulnerabilities are unknown. "
        a(.href(.feeds)) { "Show the feeds" }
    }
}

private func uncovered(_ found: EndpointFindings) -> HTML? {
    let packages = found.uncovered.reduce(0) { $0 + $1.packages }
    guard packages > 0 else { return nil }
    let sources = found.uncovered.map { "\($0.source) (\(Words.count($0.packages)))" }
    return note(.warn, .unknown) {
        strong { "\(Words.count(packages, "installed package")) covered by no feed: " }
        sources.joined(separator: ", ") + ". Their vulnerabilities are unknown. "
        a(.href(.feeds)) { "Show the feeds" }
    }
}

private func endOfLife(_ ends: [EndpointFindings.EndOfSupport], _ chrome: Chrome) -> HTML? {
    guard !ends.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("support")) {
        div(class: "head") { h2(.id("support")) { "How long it is supported" } }
        div(class: "wrap") {
            dataTable(
                "How long it is supported",
                [
                    Column("State"), Column("Product"), Column("Support ends"),
                    Column("Supports"), Column("What to do"),
                ],
                rows: ends.map { end in
                    tr {
                        td { end.state.look.drawn() }
                        th { "\(end.product) \(end.cycle)" }
                        td { chrome.time(end.endsAt, or: "no date is known") }
                        td(class: "why") { end.phases.words }
                        td(class: "why") { end.state.advice }
                    }
                })
        }
    }
}

extension EndOfLifeStatus.State {
    var look: StateLook {
        switch self {
        case .ended: StateLook(kind: .bad, icon: .bad, word: "Ended")
        case .within90Days: StateLook(kind: .warn, icon: .warn, word: "Within 90 days")
        case .within365Days: StateLook(kind: .warn, icon: .queued, word: "Within a year")
        case .supported: StateLook(kind: .ok, icon: .ok, word: "Supported")
        }
    }

    fileprivate var advice: String {
        switch self {
        case .ended:
            "Replace it, isolate it, choose longer support, or accept the risk until a date."
        case .within90Days: "Plan its replacement now."
        case .within365Days: "Plan its replacement this year."
        case .supported: ""
        }
    }
}

private func table(_ items: [FindingItem], _ chrome: Chrome) -> HTML {
    HTML.pieces {
        div(class: "wrap") {
            dataTable(
                "Vulnerabilities",
                [
                    Column("Risk", isNumber: true), Column("Vulnerability"),
                    Column("What can be done"), Column("Severity"), Column("Packages"),
                    Column("Since"), Column("Due"),
                ], rows: items.prefix(findingRows).map { row($0, chrome) })
        }
        if items.count > findingRows {
            p(class: "dim") {
                "The riskiest \(Words.count(findingRows)) of \(Words.count(items.count)) are shown; search for the others."
            }
        }
    }
}

private func row(_ item: FindingItem, _ chrome: Chrome) -> HTML {
    tr {
        td(class: "num", .title(item.sentence), .data(.label, "Risk")) { Words.score(item.risk) }
        th {
            a(.href(.vulnerability(item.vulnerability))) { item.vulnerability }
            if item.kev {
                " "
                span(class: "tag sec", .title("Known to be exploited (KEV)")) { "Exploited" }
            }
        }
        td(.title(item.reason)) { item.state.look.drawn() }
        td { item.severity.word }
        td(class: "why") { packageWords(item) }
        td(.data(.label, "Since")) { chrome.time(item.firstSeenAt) }
        td(.data(.label, "Due"), .title(item.clocksInWords)) { chrome.due(item) }
    }
}
