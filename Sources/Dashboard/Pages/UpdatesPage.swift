import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import ServerRecords

/// What the list of missing updates is narrowed to.
struct UpdatesFilter: Hashable, Sendable {
    var tenant: TenantID?
    var search: String?
    var securityOnly = false
    var reason: UpdateReason?
}

/// What happens with updates, as a filter.
enum UpdateReason: String, CaseIterable {
    /// They wait for a person's decision.
    case decide
    /// They cannot go on by themselves.
    case stuck

    var codes: Set<Decision.ReasonCode> {
        switch self {
        case .decide: FleetStanding.waitingForPeople
        case .stuck: FleetStanding.stuck
        }
    }

    var words: String {
        switch self {
        case .decide: "Waits for your decision"
        case .stuck: "Cannot go on by itself"
        }
    }
}

/// The most rows of the list of missing updates.
let updateRows = 100

/// What is missing in the fleet, most endpoints first.
func updatesPage(
    _ updates: [MissingUpdateCount], filter: UpdatesFilter, standing: FleetStanding? = nil,
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    layout("Missing updates", section: .updates, chrome: chrome) {
        pageTitle("Missing updates") {
            p(class: "dim") {
                "What endpoints miss, by their latest scan: security first, then by how many endpoints miss it."
            }
        }
        problem(refused)
        form(class: "filters", .method("get"), .action(.updates), .role("search"), .data(.filter)) {
            searchField(filter.search, says: "Search by package")
            chrome.tenantChoice(filter.tenant)
            label(class: "s") {
                input(
                    .type("checkbox"), .name("security"), .value("true"),
                    .checked(filter.securityOnly))
                "Security only"
            }
            choice(
                "reason", says: "What happens",
                [("", "Whatever happens")] + UpdateReason.allCases.map { ($0.rawValue, $0.words) },
                chosen: filter.reason?.rawValue)
            button(class: "noscript", .type("submit")) { "Filter" }
        }
        if updates.isEmpty {
            empty(filter == UpdatesFilter() ? "Nothing is missing" : "No missing update matches") {
                p {
                    "A scan of each endpoint decides what stands here. Endpoints without a fresh scan are unknown, and what they miss is too."
                }
                p(class: "acts") {
                    a(class: "button", .href(Place.endpoints.with("compliance", "unknown"))) {
                        "Show unknown endpoints"
                    }
                }
            }
        } else {
            updatesForm(updates, filter, standing, chrome)
        }
    }
}

private func updatesForm(
    _ updates: [MissingUpdateCount], _ filter: UpdatesFilter, _ standing: FleetStanding?,
    _ chrome: Chrome
) -> HTML {
    // Who may not approve chooses as well, and asks for it then.
    let (canChoose, canApprove) = (chrome.may(.request), chrome.may(.approve))
    let grid = div(class: "wrap tight") {
        dataTable(
            "Missing updates",
            [
                Column("Update"), Column("Missing version"), Column("For"),
                Column("What happens"), Column("Endpoints", isNumber: true),
                Column("Installable now", isNumber: true),
            ],
            first: canChoose ? pickHeading : nil,
            rows: updates.map { row($0, filter, standing?.updates[$0.key], canChoose, chrome) })
    }
    return HTML.pieces {
        if canChoose {
            form(.method("get"), .action(.chooseEndpoints)) {
                hidden("tenant", filter.tenant?.text)
                grid
                div(class: "grip") {
                    button(
                        class: "main", .type("submit"),
                        .data(
                            .submit, "Choose endpoints for 1 update|Choose endpoints for # updates")
                    ) { span { "Choose endpoints" } }
                    if canApprove {
                        button(.type("submit"), .formaction(.decide)) {
                            "Approve, decline, hold or defer"
                        }
                    }
                    span(class: "dim") {
                        canApprove
                            ? "Nothing is installed before you have reviewed and approved it."
                            : "You review and ask for them then; somebody else grants it."
                    }
                }
            }
        } else {
            grid
        }
        if updates.count == updateRows {
            p(class: "dim") { "The first \(updateRows) are shown; search for the others." }
        }
    }
}

private func row(
    _ update: MissingUpdateCount, _ filter: UpdatesFilter, _ standing: UpdateStanding?,
    _ canChoose: Bool, _ chrome: Chrome
) -> HTML {
    tr {
        if canChoose {
            pick(
                "update", update.key.text, says: "Choose \(update.name)",
                isPossible: update.installable > 0)
        }
        th(.title("From \(update.origin)")) {
            a(.href(.missing(update, filter.tenant))) { update.name }
        }
        td(class: "ver") { update.candidate }
        td { classTags(update.classes) }
        td(class: "free") { standing.map { happens($0, chrome) } }
        td(class: "num", .data(.label, "Endpoints")) {
            a(.href(.missing(update, filter.tenant))) { Words.count(update.endpoints) }
        }
        td(class: "num", .data(.label, "Installable")) { Words.count(update.installable) }
    }
}

/// What is decided about an update, most endpoints first.
private func happens(_ standing: UpdateStanding, _ chrome: Chrome) -> HTML {
    let reasons = standing.reasons.sorted {
        ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
    }
    return HTML.pieces {
        for (place, reason) in reasons.prefix(3).enumerated() {
            if place > 0 { " " }
            span(class: "nowrap", .title(reason.key.meaning)) {
                reason.key.look.drawn()
                if reasons.count > 1 { span(class: "dim") { " \(Words.count(reason.value))" } }
            }
        }
        if reasons.count > 3 { span(class: "dim") { " and more" } }
        if let next = standing.nextAt, next > chrome.now {
            " "
            span(class: "dim nowrap") {
                "Next "
                chrome.time(next)
            }
        }
        if let due = standing.dueAt {
            " "
            span(class: due < chrome.now ? "late nowrap" : "dim nowrap") {
                "Due "
                chrome.time(due)
            }
        }
    }
}

/// The endpoints that miss at least one of the chosen updates: choose among them.
func chooseEndpointsPage(
    updates: [MissingUpdateKey], endpoints: [EndpointListItem], isCut: Bool, chrome: Chrome
) -> HTML {
    layout("Choose endpoints", section: .updates, chrome: chrome) {
        pageTitle("Choose endpoints", crumb: ("Missing updates", .updates)) {
            p(class: "dim") {
                "For "
                updates.map { "\($0.name) \($0.candidate)" }.joined(separator: ", ")
            }
        }
        if endpoints.isEmpty {
            empty("No endpoint misses these updates any more") {
                p(class: "acts") {
                    a(class: "button", .href(.updates)) { "Show what is missing now" }
                }
            }
        } else {
            if isCut {
                note(.plain, .warn) {
                    "The first \(endpoints.count) endpoints are shown. Go on with these, then come back for the others."
                }
            }
            chrome.postForm(.review) {
                for update in updates { hidden("update", update.text) }
                div(class: "wrap") {
                    dataTable(
                        "Endpoints",
                        [
                            Column("State"), Column("Name"), Column("Tenant"), Column("System"),
                            Column("Last seen"),
                        ], first: pickHeading, rows: endpoints.map { chooseRow($0, chrome) })
                }
                div(class: "grip") {
                    button(
                        class: "main", .type("submit"),
                        .data(.submit, "Review for 1 endpoint|Review for # endpoints")
                    ) { span { "Review for the chosen endpoints" } }
                    a(class: "button quiet", .href(.updates)) { "Back" }
                }
            }
        }
    }
}

private func chooseRow(_ item: EndpointListItem, _ chrome: Chrome) -> HTML {
    tr {
        pick("endpoint", item.id.text, says: "Choose \(item.name)", isOn: true)
        td { item.verdict.compliance.look.drawn() }
        th { a(.href(.endpoint(item.id))) { item.name } }
        td { item.tenantName }
        td(class: "cut") { Words.system(item.osName) }
        td(.data(.label, "Seen")) { chrome.time(item.lastSeenAt, or: "never") }
    }
}
