package import Emergencies
package import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// An emergency run that somebody is about to start, as it was typed.
package struct EmergencyEditing: Sendable {
    /// Why it cannot wait.
    package var reason: String
    /// Whether it is accepted that a part of it cannot be undone.
    package var acceptsNoWayBack: Bool
    /// Why it was not started.
    package var refused: Refusal?

    /// What was typed.
    package init(
        reason: String = "", acceptsNoWayBack: Bool = false, refused: Refusal? = nil
    ) {
        self.reason = reason
        self.acceptsNoWayBack = acceptsNoWayBack
        self.refused = refused
    }
}

/// Leads to what an emergency run for a vulnerability would do.
package func emergencyButton(
    _ vulnerability: String, tenant: TenantID?, fixable: Int, chrome: Chrome
) -> HTML {
    guard fixable > 0, chrome.may(.approve) else { return .nothing }
    return a(
        class: "button danger",
        .href(Place.vulnerability(vulnerability, "emergency").with("tenant", tenant?.text))
    ) { "Emergency run" }
}

/// What an emergency run would do, and the form that starts it.
package func emergencyPlanPage(
    _ plan: EmergencyPlan, editing: EmergencyEditing = EmergencyEditing(), chrome: Chrome
) -> HTML {
    let name = plan.vulnerability
    return layout("Emergency run for \(name)", section: .vulnerabilities, chrome: chrome) {
        pageTitle("Emergency run for \(name)", crumb: (name, .vulnerability(name))) {
            p(class: "dim") {
                "The fix goes to every endpoint that has it, at once: it waits for no approval, age or soak. Canaries, gates, budgets, the windows of the emergency lane, signatures and whatever forbids an update hold."
            }
        }
        problem(editing.refused)
        note(plan.endpoints == 0 ? .warn : .plain, .shield) {
            plan.sentences.joined(separator: " ")
        }
        plan.rollouts.map { rollout($0) }
        if !plan.takesBack.isEmpty {
            section(class: "part", .ariaLabelledBy("taken-back")) {
                div(class: "head") { h2(.id("taken-back")) { "Orders that are taken back" } }
                ul { plan.takesBack.map { sentence in li { sentence } } }
            }
        }
        if !plan.leftOut.isEmpty { leftOut(plan.leftOut) }
        if plan.endpoints > 0 {
            if chrome.may(.deploy), chrome.may(.approve) {
                startForm(plan, editing, chrome)
            } else {
                note(.plain, .shield) {
                    "Who may lead runs and approve starts it; your role may agree to it where a second person is asked for."
                }
            }
        }
    }
}

private func rollout(_ rollout: EmergencyPlan.Rollout) -> HTML {
    section(class: "part", .ariaLabelledBy("policy-\(rollout.policy)")) {
        div(class: "head") {
            h2(.id("policy-\(rollout.policy)")) { "Policy \(rollout.policy)" }
            p(class: "dim") { "The rings of its emergency lane, one after the other" }
        }
        rollout.warnings.map { warning in note(.warn, .warn) { warning } }
        div(class: "wrap") {
            dataTable(
                "Rings",
                [
                    Column("Ring"), Column("Endpoints", isNumber: true), Column("At once"),
                    Column("Before the next ring"), Column("Who"),
                ],
                rows: rollout.rings.map { ring in
                    tr {
                        th { ring.name }
                        td(class: "num", .data(.label, "Endpoints")) { Words.count(ring.endpoints) }
                        td { ring.budget.map { "\($0) at most" } ?? "no limit" }
                        td {
                            ring.minimum.map { "\($0) verified at least" }
                                ?? "all that can be reached have ended"
                            ring.soakSkippedSeconds > 0 ? "; the soak is skipped" : ""
                        }
                        td(class: "why") {
                            ring.named.joined(separator: ", ")
                            ring.endpoints > ring.named.count
                                ? " and \(ring.endpoints - ring.named.count) more" : ""
                        }
                    }
                })
        }
        div(class: "wrap") {
            dataTable(
                "Endpoints", [Column("Endpoint"), Column("Gets"), Column("When")],
                rows: rollout.lines.prefix(mostShown).map(row))
        }
        if rollout.lines.count > mostShown {
            p(class: "dim") { "and \(Words.count(rollout.lines.count - mostShown)) more" }
        }
    }
}

/// The most rows of one table of the page.
private let mostShown = 200

private func row(_ line: EmergencyPlan.Line) -> HTML {
    tr {
        th { a(.href(.endpoint(line.endpoint))) { line.endpointName } }
        td(class: "why") {
            for item in line.updates {
                div {
                    "\(item.name) "
                    versions(item.from, item.to)
                }
            }
            if line.mayNeedReboot { div(class: "dim") { "A reboot may be needed" } }
        }
        td {
            if let opens = line.opensAt {
                "Its window opens at \(Words.absolute(opens))"
            } else {
                line.isOnline ? "At its ring's turn" : "When it is heard from again"
            }
        }
    }
}

private func leftOut(_ leftOut: [EmergencyPlan.LeftOut]) -> HTML {
    section(class: "part", .ariaLabelledBy("left-out")) {
        div(class: "head") {
            h2(.id("left-out")) { "Left out" }
            p(class: "dim") { Words.count(leftOut.count, "endpoint") }
        }
        div(class: "wrap") {
            dataTable(
                "Left out", [Column("Endpoint"), Column("Why")],
                rows: leftOut.prefix(mostShown).map { each in
                    tr {
                        th { a(.href(.endpoint(each.endpoint))) { each.endpointName } }
                        td(class: "why") { each.reason }
                    }
                })
        }
        if leftOut.count > mostShown {
            p(class: "dim") { "and \(Words.count(leftOut.count - mostShown)) more" }
        }
    }
}

private func startForm(
    _ plan: EmergencyPlan, _ editing: EmergencyEditing, _ chrome: Chrome
) -> HTML {
    chrome.postForm(.vulnerability(plan.vulnerability, "emergency"), class: "sum part") {
        div(class: "head") { h2 { "Start it" } }
        hidden("tenant", plan.tenant.text)
        div(class: "field") {
            label(.forField("reason")) { "Why it cannot wait" }
            input(
                .type("text"), .id("reason"), .name("reason"), .maxlength(500),
                .autocomplete("off"), .value(editing.reason))
        }
        if !plan.noWayBack.isEmpty {
            label(class: "s confirm") {
                input(
                    .type("checkbox"), .name("noWayBack"), .value("true"),
                    .checked(editing.acceptsNoWayBack))
                "I accept that \(plan.noWayBack.joined(separator: ", ")) cannot be undone"
            }
        }
        confirmation(plan.vulnerability)
        div(class: "acts") {
            button(class: "danger", .type("submit")) {
                plan.secondPerson == nil ? "Start the emergency run" : "Ask for the emergency run"
            }
            a(class: "button quiet", .href(.vulnerability(plan.vulnerability))) { "Leave it" }
        }
    }
}

/// The field into which the vulnerability's name is typed.
func confirmation(_ vulnerability: String) -> HTML {
    div(class: "field") {
        label(.forField("confirm")) {
            "Type the vulnerability's name to confirm: \(vulnerability)"
        }
        input(
            .type("text"), .id("confirm"), .name("confirm"), .autocomplete("off"), .required())
    }
}
