import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import PlanPages
import Policy
import ServerRecords

/// What the policies would do with a tenant's fleet, before anything runs.
func planPage(
    _ plan: PlannedFleet?, debt: [IndebtedEndpoint] = [], tenant: TenantID?,
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    policyFrame(
        .plan,
        below:
            "Everything that the policies would install, ring by ring and within the budgets, if every installation went well and nobody said anything meanwhile.",
        tenant: tenant, refused: refused, chrome: chrome
    ) {
        a(class: "button", .href(.savedPlans.with("tenant", tenant?.text))) { "Saved plans" }
    } content: {
        tenantFilter(.policyPlan, tenant, chrome)
        if let plan {
            planFigures(plan, chrome)
            if !plan.conflicts.isEmpty {
                note(.warn, .warn) {
                    strong { "What does not fit together" }
                    ul(class: "plain") {
                        for each in plan.conflicts.prefix(50) { li { each } }
                        if plan.conflicts.count > 50 {
                            li { "And \(Words.count(plan.conflicts.count - 50)) more." }
                        }
                    }
                }
            }
            noWayBack(plan)
            planDeadlines(plan, chrome)
            misses(plan, chrome)
            installs(plan, chrome)
            waits(plan)
            debtPart(debt, chrome)
        } else if refused == nil {
            empty("Choose a tenant") { p { "A plan is for one tenant's fleet." } }
        }
    }
}

private func planFigures(_ plan: PlannedFleet, _ chrome: Chrome) -> HTML {
    let reboots = Set(plan.installs.filter { $0.reboot == .inWindow }.map(\.endpoint)).count
    return dl(class: "facts") {
        fact("Until") { chrome.time(plan.until) }
        fact("Installations") { Words.count(plan.installs.count) }
        fact("On endpoints") { Words.count(Set(plan.installs.map(\.endpoint)).count) }
        fact("Endpoints that reboot") { Words.count(reboots) }
        fact("Download") { Words.size(plan.bytes) }
        fact("Vulnerabilities closed") { Words.count(plan.vulnerabilities.count) }
        fact("Due dates missed") { Words.count(plan.misses.count) }
        fact("Waiting") { Words.count(plan.waiting.count) }
    }
}

/// What of the whole plan packages cannot undo.
private func noWayBack(_ plan: PlannedFleet) -> HTML? {
    let lost = plan.installs.lazy.map(\.update).withoutWayBack
    guard !lost.isEmpty else { return nil }
    return note(.warn, .warn) {
        strong { "No way back by packages" }
        ul(class: "plain") { for each in lost.prefix(shownRows) { li { each } } }
        rest(lost.count)
    }
}

/// The most rows of each list of a plan; the figures hold for all.
private let shownRows = 300

private func installs(_ plan: PlannedFleet, _ chrome: Chrome) -> HTML {
    section(class: "part", .ariaLabelledBy("installs")) {
        div(class: "head") { h2(.id("installs")) { "What is installed" } }
        if plan.installs.isEmpty {
            p(class: "dim") { "Nothing would be installed in this time." }
        } else {
            div(class: "wrap") {
                dataTable(
                    "What is installed",
                    [
                        Column("Starts"), Column("Endpoint"), Column("Update"),
                        Column("Installed → missing"), Column("Window"), Column("Ring"),
                        Column("Reboot"), Column("Size", isNumber: true), Column("Due"),
                    ],
                    rows: plan.installs.prefix(shownRows).map { install in
                        tr {
                            td { chrome.time(install.startsAt) }
                            th {
                                endpointLink(install.endpoint, install.endpointName)
                            }
                            td(.title("By \(install.rule)")) { install.update.name }
                            td(class: "ver") {
                                versions(install.update.installed, install.update.candidate)
                            }
                            td { install.window ?? "Any time" }
                            td { install.ring ?? "All at once" }
                            td { install.reboot.words }
                            td(class: "num dim") { install.update.bytes.map(Words.size) ?? "" }
                            td { install.dueAt.map(chrome.time) }
                        }
                    })
            }
            rest(plan.installs.count)
        }
    }
}

private func misses(_ plan: PlannedFleet, _ chrome: Chrome) -> HTML? {
    guard !plan.misses.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("misses")) {
        div(class: "head") { h2(.id("misses")) { "Due dates that are missed" } }
        div(class: "wrap") {
            dataTable(
                "Due dates that are missed",
                [Column("Due"), Column("Endpoint"), Column("Update"), Column("Why")],
                rows: plan.misses.prefix(shownRows).map { miss in
                    tr {
                        td { chrome.time(miss.dueAt) }
                        th { endpointLink(miss.endpoint, miss.endpointName) }
                        td { miss.update.name }
                        td(class: "why") { miss.sentence }
                    }
                })
        }
        rest(plan.misses.count)
    }
}

private func waits(_ plan: PlannedFleet) -> HTML? {
    guard !plan.waiting.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("waits")) {
        div(class: "head") { h2(.id("waits")) { "What is not installed in this time" } }
        div(class: "wrap") {
            dataTable(
                "What is not installed in this time",
                [Column("State"), Column("Endpoint"), Column("Update"), Column("Why")],
                rows: plan.waiting.prefix(shownRows).map { wait in
                    tr {
                        td { wait.decision.look.drawn() }
                        th { endpointLink(wait.endpoint, wait.endpointName) }
                        td { wait.decision.update.name }
                        td(class: "why", .title("By \(wait.decision.rule)")) {
                            wait.decision.sentence
                            " "
                            code(class: "dim") { wait.decision.reasonCode.rawValue }
                        }
                    }
                })
        }
        rest(plan.waiting.count)
    }
}

private func rest(_ count: Int) -> HTML? {
    count > shownRows
        ? p(class: "dim") { "and \(Words.count(count - shownRows)) more." } : nil
}

private func endpointLink(_ key: String, _ name: String) -> HTML {
    EndpointID(key).map { id in a(.href(.endpoint(id))) { name } } ?? .text(name)
}
