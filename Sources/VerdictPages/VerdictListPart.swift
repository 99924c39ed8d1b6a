import Fleet
import HTMLTree
import PageParts
import ServerRecords
import VerdictFeeds
import Verdicts

extension VerdictWord {
    /// How it is shown.
    var look: StateLook {
        switch self {
        case .ok: StateLook(kind: .ok, icon: .ok, word: "Ok")
        case .caution: StateLook(kind: .warn, icon: .warn, word: "Caution")
        case .block: StateLook(kind: .bad, icon: .stop, word: "Block")
        }
    }

    /// With what it means, as a choice.
    var title: String {
        switch self {
        case .ok: "Ok: tried, works"
        case .caution: "Caution: a person looks first"
        case .block: "Block: it does harm"
        }
    }
}

/// What is said, and what it is narrowed to.
func saidPart(_ listing: VerdictListing, _ chrome: Chrome) -> HTML {
    let isNarrowed = listing.filter != VerdictFilter()
    let total = listing.said.total
    return section(class: "part", .ariaLabelledBy("said")) {
        div(class: "head") {
            h2(.id("said")) { "What is said" }
            p(class: "dim") {
                isNarrowed
                    ? Words.count(total, "verdict matches", "verdicts match")
                    : Words.count(total, "verdict")
            }
        }
        if total > 0 || isNarrowed { filters(listing, chrome) }
        if listing.said.items.isEmpty {
            if isNarrowed {
                empty("No verdict matches") {
                    p {
                        "Without a verdict an update is decided by its age, or waits for a person: its rule says which."
                    }
                    p(class: "acts") {
                        a(
                            class: "button",
                            .href(Place.verdicts.with("tenant", listing.tenant?.text))
                        ) { "Show all verdicts" }
                    }
                }
            } else {
                p(class: "dim") { "Nobody says anything yet." }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Verdicts",
                    [
                        Column("Verdict"), Column("Update"), Column("Says"), Column("Since"),
                        Column("What was seen"), Column(""),
                    ], rows: listing.said.items.map { row($0, listing, chrome) })
            }
            pages(listing)
        }
    }
}

private func filters(_ listing: VerdictListing, _ chrome: Chrome) -> HTML {
    let names = Set(listing.feeds.map(\.name)).sorted()
    let whose =
        [("", "Whoever says it"), (Whose.own, "Own words")]
        + names.map { (Whose.feed($0), "Feed \($0)") }
    return form(
        class: "filters", .method("get"), .action(.verdicts), .role("search"), .data(.filter)
    ) {
        hidden("tenant", listing.tenant?.text)
        searchField(listing.filter.search, says: "Package, version or CVE")
        choice(
            "verdict", says: "Verdict",
            [("", "Any verdict")] + VerdictWord.allCases.map { ($0.rawValue, $0.look.word) },
            chosen: listing.filter.word?.rawValue)
        choice("whose", says: "Who says it", whose, chosen: listing.whose)
        button(class: "noscript", .type("submit")) { "Filter" }
    }
}

private func row(_ item: VerdictItem, _ listing: VerdictListing, _ chrome: Chrome) -> HTML {
    tr {
        td { item.verdict.look.drawn() }
        th(class: "long") { subject(item) }
        td {
            if let feed = item.feed {
                feed
            } else {
                person(item.person ?? "")
                span(class: "dim") { " (own word)" }
            }
            if chrome.tenants.count > 1 {
                p(class: "dim") { item.tenant.map(chrome.tenantName) ?? "All tenants" }
            }
        }
        td { chrome.time(item.at) }
        td(class: "why") {
            item.evidence
            if let link = item.link {
                " "
                // Not a link: a page leads to no other site.
                span(class: "ver") { link }
            }
        }
        td {
            if item.feed == nil, chrome.may(.approve), item.tenant != nil || listing.isProvider {
                takeBack(item, chrome)
            }
        }
    }
}

private func subject(_ item: VerdictItem) -> HTML {
    HTML.pieces {
        if let package = item.package {
            a(.href(Place.updates.with("search", package))) { package }
            item.version.map { version in
                HTML.pieces {
                    " "
                    span(class: "ver") { version }
                }
            }
        }
        if let vulnerability = item.vulnerability {
            if item.package != nil { " " }
            a(.href(.vulnerability(vulnerability))) { vulnerability }
        }
        let rest = [item.os, item.origin].compactMap(\.self)
        if !rest.isEmpty { p(class: "dim") { "On \(rest.joined(separator: ", from "))" } }
    }
}

private func takeBack(_ item: VerdictItem, _ chrome: Chrome) -> HTML {
    let words = [item.package, item.version, item.vulnerability].compactMap(\.self)
    return chrome.postForm(.withdrawVerdict) {
        hidden("tenant", item.tenant?.text)
        hidden("package", item.package)
        hidden("version", item.version)
        hidden("vulnerability", item.vulnerability)
        button(
            class: "quiet", .type("submit"),
            .ariaLabel("Take back \(item.verdict.rawValue) of \(words.joined(separator: " "))")
        ) { "Take back" }
    }
}

private func pages(_ listing: VerdictListing) -> HTML {
    let (from, shown, total) = (listing.from, listing.said.items.count, listing.said.total)
    return div(class: "under") {
        p {
            shown == total
                ? "All \(Words.count(total)) shown"
                : "\(Words.count(from + 1)) to \(Words.count(from + shown)) of \(Words.count(total)) shown"
        }
        nav(class: "pager", .ariaLabel("Pages")) {
            if from > 0 { a(class: "button", .href(listing.place)) { "First page" } }
            if from + shown < total {
                a(class: "button", .href(listing.place.with("from", String(from + shown)))) {
                    "Next page"
                    Icon.right.drawn()
                }
            }
        }
    }
}
