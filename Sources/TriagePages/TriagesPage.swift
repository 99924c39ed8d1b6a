package import Fleet
package import HTMLTree
package import PageParts
import ServerRecords
package import Triage

/// Triages, newest first.
package func triagesPage(
    _ items: [TriageItem], openOnly: Bool, next: TriageID?, chrome: Chrome
) -> HTML {
    layout("Triages", section: .vulnerabilities, chrome: chrome) {
        pageTitle("Triages", crumb: ("Vulnerabilities", .vulnerabilities)) {
            p(class: "dim") {
                "Endpoints that are examined before they are patched: the scope is due within 2 hours of the clock's start, volatile evidence within 24, the verdict within 72."
            }
        } actions: {
            a(
                class: "button",
                .href(openOnly ? Place.triages.with("all", "true") : Place.triages)
            ) { openOnly ? "Show ended ones too" : "Show open ones only" }
        }
        if items.isEmpty {
            empty(openOnly ? "No open triages" : "No triages yet") {
                p {
                    "One is opened where a regime demands forensics of an endpoint (CISA BOD 26-04), and when somebody asks an endpoint for evidence."
                }
            }
        } else {
            triageTable(items, chrome)
            if let next {
                p {
                    a(
                        class: "button",
                        .href(
                            Place.triages.with("all", openOnly ? nil : "true")
                                .with("before", next.text))
                    ) { "Older ones" }
                }
            }
        }
    }
}

/// Triages in rows.
func triageTable(_ items: [TriageItem], _ chrome: Chrome, showsEndpoint: Bool = true) -> HTML {
    var columns = [Column("State")]
    if showsEndpoint { columns.append(Column("Endpoint")) }
    columns += ["Because of", "Scope", "Evidence", "Verdict", "Opened"].map { Column($0) }
    if showsEndpoint, chrome.tenants.count > 1 { columns.append(Column("Tenant")) }
    return div(class: "wrap") {
        dataTable(
            "Triages", columns,
            rows: items.map { item in
                tr {
                    if showsEndpoint {
                        td { item.state.look.drawn() }
                        th { a(.href(.triage(item.id))) { item.endpointName } }
                    } else {
                        th { a(.href(.triage(item.id))) { item.state.look.drawn() } }
                    }
                    td(class: "why") { because(item) }
                    for step in item.steps {
                        td(.data(.label, step.name.word)) { stepWords(step, chrome) }
                    }
                    td(.data(.label, "Opened")) { chrome.time(item.openedAt) }
                    if showsEndpoint, chrome.tenants.count > 1 {
                        td { chrome.tenantName(item.tenant) }
                    }
                }
            })
    }
}

/// The most vulnerabilities that a row names.
private let namedDemands = 5

private func because(_ item: TriageItem) -> HTML {
    let names = item.demands.map(\.vulnerability)
    guard !names.isEmpty else { return .text(item.ask?.why ?? "Asked for") }
    return HTML.pieces {
        for (place, name) in names.prefix(namedDemands).enumerated() {
            if place > 0 { ", " }
            a(.href(.vulnerability(name))) { name }
        }
        names.count > namedDemands ? " and \(names.count - namedDemands) more" : ""
    }
}

/// How a part of a triage stands, with its date.
func stepWords(_ step: TriageStep, _ chrome: Chrome) -> HTML {
    HTML.pieces {
        step.state.look.drawn()
        switch step.state {
        case .done:
            if let done = step.doneAt {
                div(class: "dim") {
                    chrome.time(done)
                    if let due = step.dueAt, done > due { ", late" }
                }
            }
        case .open, .overdue:
            if let due = step.dueAt {
                div(class: "dim") {
                    "due "
                    chrome.time(due)
                }
            }
        case .dropped: HTML.nothing
        }
    }
}

extension TriageStep.State {
    var look: StateLook {
        switch self {
        case .done: StateLook(kind: .ok, icon: .ok, word: "Done")
        case .open: StateLook(kind: .idle, icon: .queued, word: "Open")
        case .overdue: StateLook(kind: .bad, icon: .warn, word: "Overdue")
        case .dropped: StateLook(kind: .idle, icon: .stop, word: "Not done")
        }
    }
}

extension TriageState {
    /// How it is shown.
    var look: StateLook {
        switch self {
        case .waitsForEvidence: StateLook(kind: .warn, icon: .queued, word: "Waits for evidence")
        case .waitsForVerdict: StateLook(kind: .warn, icon: .search, word: "Waits for a verdict")
        case .traces: StateLook(kind: .bad, icon: .bad, word: "Traces found")
        case .noTraces: StateLook(kind: .ok, icon: .ok, word: "No traces")
        case .undetermined: StateLook(kind: .unknown, icon: .unknown, word: "Could not be told")
        case .ended: StateLook(kind: .idle, icon: .stop, word: "Ended")
        }
    }
}

extension TriageStep.Name {
    var word: String {
        switch self {
        case .scope: "Scope"
        case .evidence: "Evidence"
        case .verdict: "Verdict"
        }
    }
}
