import Fleet
package import HTMLTree
package import PageParts
package import Policy
package import SavedPlans
import ServerRecords

/// One plan with what became of it.
package func comparedPlanPage(
    _ compared: ComparedPlan, document: PlanDocument, chrome: Chrome
) -> HTML {
    let plan = compared.plan
    return layout(plan.name, section: .policies, chrome: chrome) {
        pageTitle(plan.name, crumb: ("Saved plans", .savedPlans)) {
            p(class: "dim") {
                "Saved by \(plan.savedBy) "
                chrome.time(plan.savedAt)
                plan.ticket.map { ", for \($0)" } ?? ""
            }
        }
        figures(compared, chrome)
        if !document.conflicts.isEmpty {
            note(.warn, .warn) {
                strong { "What did not fit together when it was saved" }
                ul(class: "plain") {
                    for each in document.conflicts.prefix(50) { li { each } }
                }
            }
        }
        unplanned(compared.comparison.unplanned, chrome)
        rows(compared.comparison.rows, chrome)
        waiting(document.waiting)
    }
}

/// The most rows of each list; the figures hold for all, and the API and `patchbay plan` have them.
private let shownRows = 300

private func figures(_ compared: ComparedPlan, _ chrome: Chrome) -> HTML {
    dl(class: "facts") {
        fact("Time") {
            chrome.time(compared.plan.from)
            " to "
            chrome.time(compared.plan.until)
        }
        fact("Planned") { Words.count(compared.plan.installs) }
        for outcome in PlanComparison.Outcome.allCases where compared.count(outcome) > 0 {
            fact(outcome.look.word) { Words.count(compared.count(outcome)) }
        }
        fact("Ran and was not planned") { Words.count(compared.comparison.unplanned.count) }
        fact("SHA-256") { code { String(compared.plan.digest.prefix(16)) + "…" } }
    }
}

private func rows(_ rows: [PlanComparison.Row], _ chrome: Chrome) -> HTML {
    // What went otherwise comes first: it is what is looked for.
    let sorted = rows.enumerated().sorted {
        ($0.element.outcome.rank, $0.offset) < ($1.element.outcome.rank, $1.offset)
    }.map(\.element)
    return section(class: "part", .ariaLabelledBy("planned")) {
        div(class: "head") { h2(.id("planned")) { "What was planned" } }
        if rows.isEmpty {
            p(class: "dim") { "Nothing would have been installed in this time." }
        } else {
            div(class: "wrap") {
                dataTable(
                    "What was planned",
                    [
                        Column("State"), Column("Planned"), Column("Endpoint"),
                        Column("Update"), Column("Installed → planned"), Column("Window"),
                        Column("Ring"), Column("Reboot"), Column("What became of it"),
                    ], rows: sorted.prefix(shownRows).map { row($0, chrome) })
            }
            rest(rows.count)
        }
    }
}

private func row(_ row: PlanComparison.Row, _ chrome: Chrome) -> HTML {
    let planned = row.planned
    return tr {
        td { row.outcome.look.drawn() }
        td { chrome.time(planned.startsAt) }
        th { endpointLink(planned.endpoint, planned.endpointName) }
        td(.title("By \(planned.approvedBy)")) { planned.package.name }
        td(class: "ver") { versions(planned.from, planned.to) }
        td { planned.window ?? "Any time" }
        td { planned.ring ?? "All at once" }
        td { planned.reboot.words }
        td(class: "why") {
            row.jobs.last.map { job in a(.href(.job(job))) { row.sentence } } ?? .text(row.sentence)
            for reason in row.further {
                " "
                span(class: "dim") { reason }
            }
        }
    }
}

private func unplanned(_ runs: [PlanComparison.Unplanned], _ chrome: Chrome) -> HTML? {
    guard !runs.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("unplanned")) {
        div(class: "head") { h2(.id("unplanned")) { "What ran and was not planned" } }
        div(class: "wrap") {
            dataTable(
                "What ran and was not planned",
                [
                    Column("Began"), Column("Endpoint"), Column("Update"), Column("Versions"),
                    Column("Ordered by"), Column("Why"),
                ],
                rows: runs.prefix(shownRows).map { run in
                    tr {
                        td { chrome.time(run.beganAt) }
                        th { endpointLink(run.endpoint, run.endpointName) }
                        td { a(.href(.job(run.job))) { run.package.name } }
                        td(class: "ver") { versions(run.from, run.to) }
                        td { run.orderedBy }
                        td(class: "why") {
                            for reason in run.reasons {
                                reason.sentence
                                " "
                            }
                        }
                    }
                })
        }
        rest(runs.count)
    }
}

private func waiting(_ rows: [WaitingRow]) -> HTML? {
    guard !rows.isEmpty else { return nil }
    return details {
        summary { "What the plan left where it was (\(Words.count(rows.count)))" }
        div(class: "wrap") {
            dataTable(
                "What the plan left where it was",
                [Column("Endpoint"), Column("Update"), Column("Why")],
                rows: rows.prefix(shownRows).map { row in
                    tr {
                        th { endpointLink(row.endpoint, row.endpointName) }
                        td { row.package.name }
                        td(class: "why") { row.sentence }
                    }
                })
        }
        rest(rows.count)
    }
}

private func rest(_ count: Int) -> HTML? {
    count > shownRows
        ? p(class: "dim") { "and \(Words.count(count - shownRows)) more." } : nil
}

private func endpointLink(_ key: String, _ name: String) -> HTML {
    EndpointID(key).map { id in a(.href(.endpoint(id))) { name } } ?? .text(name)
}

extension PlanComparison.Outcome {
    /// How it looks.
    package var look: StateLook {
        switch self {
        case .asPlanned: StateLook(kind: .ok, icon: .ok, word: "As planned")
        case .anotherTime: StateLook(kind: .warn, icon: .warn, word: "At another time")
        case .otherVersion: StateLook(kind: .warn, icon: .warn, word: "Another version")
        case .underWay: StateLook(kind: .run, icon: .run, word: "Under way")
        case .failed: StateLook(kind: .bad, icon: .bad, word: "Failed")
        case .notRun: StateLook(kind: .bad, icon: .stop, word: "Not run")
        case .ahead: StateLook(kind: .idle, icon: .queued, word: "Still to come")
        case .outsidePatchbay: StateLook(kind: .warn, icon: .unknown, word: "Not by an order")
        case .unknown: StateLook(kind: .unknown, icon: .unknown, word: "Unknown")
        }
    }

    /// What is looked for first comes first.
    fileprivate var rank: Int {
        switch self {
        case .failed: 0
        case .notRun: 1
        case .otherVersion: 2
        case .anotherTime: 3
        case .outsidePatchbay: 4
        case .unknown: 5
        case .underWay: 6
        case .ahead: 7
        case .asPlanned: 8
        }
    }
}

extension PlannedReboot {
    /// What becomes of a reboot, for people.
    package var words: String {
        switch self {
        case .none: "No"
        case .inWindow: "In the window"
        case .prompt: "Asks the person"
        case .staysPending: "Stays pending"
        case .unknown: "As it turns out"
        }
    }
}
