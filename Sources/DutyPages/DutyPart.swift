package import Duties
package import Fleet
package import HTMLTree
package import PageParts
import ServerRecords

/// A duty that somebody is declaring on the page, as it was typed.
package struct DutyEditing: Sendable {
    /// Who.
    package var person: String
    /// From when, as the field writes it.
    package var from: String
    /// Until when.
    package var until: String
    /// The windows that were chosen.
    package var windows: Set<String>

    /// What was typed.
    package init(
        person: String = "", from: String = "", until: String = "", windows: Set<String> = []
    ) {
        self.person = person
        self.from = from
        self.until = until
        self.windows = windows
    }
}

/// Who is on duty for a tenant's windows that need somebody; nothing where no window does and
/// nobody is declared.
package func dutyPart(
    _ roster: DutyRoster, of tenant: TenantID, editing: DutyEditing = DutyEditing(),
    chrome: Chrome
) -> HTML? {
    guard !roster.windows.isEmpty || !roster.items.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("duty")) {
        div(class: "head") {
            h2(.id("duty")) { "On duty" }
            p(class: "dim") {
                roster.windows.isEmpty
                    ? "No window needs somebody on duty now."
                    : "Nothing starts unless somebody is on duty in: "
                        + roster.windows.joined(separator: ", ") + "."
            }
        }
        if roster.items.isEmpty {
            empty("Nobody is on duty") {
                p { "What is approved waits for it. What has started is never cut off." }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "On duty",
                    [
                        Column("Person"), Column("State"), Column("When"), Column("Windows"),
                        Column(""),
                    ],
                    rows: roster.items.map { row($0, chrome) })
            }
        }
        if chrome.may(.deploy) { declaration(roster, tenant, editing, chrome) }
    }
}

private func row(_ duty: DutySummary, _ chrome: Chrome) -> HTML {
    tr {
        th { duty.person }
        td { duty.state.look.drawn() }
        td { "\(Words.absolute(duty.from)) to \(Words.absolute(duty.until))" }
        td { duty.windows?.joined(separator: ", ") ?? "all that need somebody" }
        td {
            if chrome.may(.deploy), duty.state != .over {
                chrome.postForm(.endDuty) {
                    hidden("tenant", duty.tenant.text)
                    hidden("name", duty.name)
                    button(
                        class: "quiet", .type("submit"),
                        .ariaLabel("End the duty of \(duty.person)")
                    ) { "End it" }
                }
            }
        }
    }
}

private func declaration(
    _ roster: DutyRoster, _ tenant: TenantID, _ editing: DutyEditing, _ chrome: Chrome
) -> HTML {
    chrome.postForm(.windows, class: "sum part") {
        div(class: "head") { h2 { "Declare who is on duty" } }
        hidden("tenant", tenant.text)
        div(class: "row") {
            div(class: "field") {
                label(.forField("duty-person")) { "Person" }
                input(
                    .type("text"), .id("duty-person"), .name("person"), .maxlength(200),
                    .required(), .autocomplete("off"), .value(editing.person))
            }
            moment("from", "From (UTC), now when empty", editing.from)
            moment("until", "Until (UTC), a week at most", editing.until, isRequired: true)
        }
        if !roster.windows.isEmpty {
            fieldset(class: "field") {
                legend {
                    "Only for these windows; for each that needs somebody when none is chosen"
                }
                div(class: "checks") {
                    for window in roster.windows {
                        label(class: "s") {
                            input(
                                .type("checkbox"), .name("window"), .value(window),
                                .checked(editing.windows.contains(window)))
                            window
                        }
                    }
                }
            }
        }
        div(class: "acts") { button(.type("submit")) { "Declare the duty" } }
    }
}

private func moment(
    _ name: String, _ words: String, _ value: String, isRequired: Bool = false
) -> HTML {
    div(class: "field") {
        label(.forField("duty-\(name)")) { words }
        HTML.element(
            input,
            [
                .type("datetime-local"), .id("duty-\(name)"), .name(name), .value(value),
            ] + (isRequired ? [.required()] : []), [])
    }
}

extension DutySummary.State {
    /// How it is shown.
    fileprivate var look: StateLook {
        switch self {
        case .waiting: StateLook(kind: .warn, icon: .warn, word: "Waits for signatures")
        case .declared: StateLook(kind: .idle, icon: .queued, word: "Declared")
        case .onDuty: StateLook(kind: .ok, icon: .ok, word: "On duty")
        case .over: StateLook(kind: .idle, icon: .queued, word: "Over")
        }
    }
}
