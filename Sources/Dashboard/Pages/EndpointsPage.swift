import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import ServerRecords

/// The list of endpoints. Its filters live in its address.
func endpointsPage(
    _ page: EndpointPage, filter: EndpointFilter, chrome: Chrome
) -> HTML {
    let place = Place.endpoints(filter)
    return layout("Endpoints", section: .endpoints, chrome: chrome) {
        pageTitle("Endpoints") {
            p(class: "dim") {
                Words.count(page.total, "endpoint")
                let matching = page.total == 1 ? " matches the filters" : " match the filters"
                filter.isNarrow ? matching : " in all"
            }
        } actions: {
            if chrome.may(.enrol) {
                a(class: "button", .href(.enrolment)) {
                    Icon.plus.drawn()
                    "Enrol endpoints"
                }
            }
        }
        filters(filter, chrome)
        chips(filter, place, chrome)
        if page.items.isEmpty {
            if filter.isNarrow {
                empty("No endpoint matches") {
                    p { "Take a filter off, or search for another part of the name." }
                    p(class: "acts") {
                        a(class: "button", .href(.endpoints)) { "Show all endpoints" }
                    }
                }
            } else {
                firstSteps(chrome)
            }
        } else {
            div(class: "wrap tight") {
                dataTable(
                    "Endpoints", columns(filter, place, chrome),
                    rows: page.items.map { row($0, chrome) })
            }
            under(page, filter, place)
        }
    }
}

extension EndpointFilter {
    /// Whether anything is filtered out.
    var isNarrow: Bool {
        tenant != nil || search != nil || compliance != nil || missing != nil || rebootRequired
            || sourceTrouble || includesRetired
    }
}

extension Place {
    /// The address of a list of endpoints, its page aside.
    static func endpoints(_ filter: EndpointFilter) -> Place {
        Place.endpoints.narrowed(by: filter)
    }

    /// This list with a filter's questions.
    fileprivate func narrowed(by filter: EndpointFilter) -> Place {
        with("search", filter.search)
            .with("tenant", filter.tenant?.text)
            .with("compliance", filter.compliance?.rawValue)
            .with("missing", filter.missing?.text)
            .with("reboot", filter.rebootRequired ? "true" : nil)
            .with("sources", filter.sourceTrouble ? "true" : nil)
            .with("retired", filter.includesRetired ? "true" : nil)
            .with("order", filter.order == EndpointQuery.Order.name.rawValue ? nil : filter.order)
    }
}

private func filters(_ filter: EndpointFilter, _ chrome: Chrome) -> HTML {
    form(class: "filters", .method("get"), .action(.endpoints), .role("search"), .data(.filter)) {
        searchField(filter.search, says: "Search by name")
        chrome.tenantChoice(filter.tenant)
        choice(
            "compliance", says: "Compliance",
            [("", "Any compliance")] + Compliance.allCases.map { ($0.rawValue, $0.look.word) },
            chosen: filter.compliance?.rawValue)
        choice(
            "order", says: "Order",
            [
                ("", "By name"), ("missingSecurity", "Most missing first"),
                ("lastSeen", "Longest silent first"),
            ], chosen: filter.order, class: "narrow")
        hidden("missing", filter.missing?.text)
        hidden("sources", filter.sourceTrouble ? "true" : nil)
        label(class: "s") {
            input(
                .type("checkbox"), .name("reboot"), .value("true"), .checked(filter.rebootRequired))
            "Needs a reboot"
        }
        label(class: "s") {
            input(
                .type("checkbox"), .name("retired"), .value("true"),
                .checked(filter.includesRetired))
            "Retired too"
        }
        button(class: "noscript", .type("submit")) { "Filter" }
    }
}

private func chips(_ filter: EndpointFilter, _ place: Place, _ chrome: Chrome) -> HTML? {
    guard filter.isNarrow else { return nil }
    return div(class: "chips") {
        if let search = filter.search {
            chip("Name holds “\(search)”", off: place.without("search"))
        }
        if let tenant = filter.tenant {
            chip(chrome.tenantName(tenant), off: place.without("tenant"))
        }
        if let compliance = filter.compliance {
            chip(compliance.look.word, off: place.without("compliance"))
        }
        if let missing = filter.missing {
            chip("Misses \(missing.name) \(missing.candidate)", off: place.without("missing"))
        }
        if filter.rebootRequired { chip("Needs a reboot", off: place.without("reboot")) }
        if filter.sourceTrouble {
            chip("Package source stale or failing", off: place.without("sources"))
        }
        if filter.includesRetired { chip("Retired too", off: place.without("retired")) }
        a(.href(.endpoints)) { "Clear all" }
    }
}

private func columns(_ filter: EndpointFilter, _ place: Place, _ chrome: Chrome) -> [Column] {
    func order(_ order: EndpointQuery.Order, _ direction: String) -> (
        place: Place, current: String?
    ) {
        let target = place.without("order").with("order", order == .name ? nil : order.rawValue)
        return (target, filter.order == order.rawValue ? direction : nil)
    }
    return [
        Column("State"), Column("Name", order: order(.name, "ascending")),
    ] + (chrome.tenants.count > 1 ? [Column("Tenant")] : []) + [
        Column("System"),
        Column("Security", isNumber: true, order: order(.missingSecurity, "descending")),
        Column("Missing", isNumber: true), Column("Also"),
        Column("Last seen", order: order(.lastSeen, "ascending")),
    ]
}

private func row(_ item: EndpointListItem, _ chrome: Chrome) -> HTML {
    tr {
        td(.title(why(item))) {
            item.retiredAt == nil
                ? item.verdict.compliance.look.drawn()
                : StateLook(kind: .idle, icon: .stop, word: "Retired").drawn()
        }
        th { a(.href(.endpoint(item.id))) { item.name } }
        if chrome.tenants.count > 1 {
            td(class: "cut") {
                item.tenantName
                if let site = item.siteName { span(class: "dim") { " / \(site)" } }
            }
        }
        td(class: "cut") { Words.system(item.osName) }
        td(class: "num", .data(.label, "Security")) { figure(item.standing.missingSecurity, item) }
        td(class: "num", .data(.label, "Missing")) { figure(item.standing.missingTotal, item) }
        td(class: "free") { also(item.standing) }
        td { chrome.time(item.lastSeenAt, or: "never") }
    }
}

/// A count of missing updates, which the row leads to; a dash where nothing is known.
private func figure(_ count: Int, _ item: EndpointListItem) -> HTML {
    if item.scannedAt == nil { return span(class: "dim") { "–" } }
    if count == 0 { return span(class: "dim") { "0" } }
    return .text(Words.count(count))
}

private func also(_ standing: Standing) -> HTML {
    HTML.pieces {
        if standing.rebootRequired { span(class: "tag") { "Reboot" } }
        if standing.restartsNeeded > 0 {
            span(class: "tag") { Words.count(standing.restartsNeeded, "restart") }
        }
        if standing.sourcesNotOk > 0 {
            span(class: "tag") { Words.count(standing.sourcesNotOk, "source") + " not fresh" }
        }
    }
}

private func under(_ page: EndpointPage, _ filter: EndpointFilter, _ place: Place) -> HTML {
    div(class: "under") {
        p {
            page.items.count == page.total
                ? "All \(Words.count(page.total)) shown"
                : "\(Words.count(page.items.count)) of \(Words.count(page.total)) shown"
        }
        exportLinks(Place.export("endpoints").narrowed(by: filter))
        nav(class: "pager", .ariaLabel("Pages")) {
            if filter.after != nil { a(class: "button", .href(place)) { "First page" } }
            if let next = page.next {
                a(
                    class: "button",
                    .href(place.with("after", next.text))
                ) {
                    "Next page"
                    Icon.right.drawn()
                }
            }
        }
    }
}

/// Why it stands as it does, where no other column of its row says so.
private func why(_ item: EndpointListItem) -> String? {
    let isPlain = item.verdict.compliance == .compliant || item.standing.missingSecurity > 0
    return isPlain && item.verdict.compliance != .unknown ? nil : item.verdict.sentence
}
