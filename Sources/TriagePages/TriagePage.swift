import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords
package import Triage

/// What somebody has typed into the forms of a triage, and why it was not taken.
package struct TriageEditing: Sendable {
    /// The scope.
    package var scope: String
    /// The note of the verdict.
    package var note: String
    /// The verdict.
    package var verdict: String
    /// Why it was not taken.
    package var refused: Refusal?

    /// What was typed.
    package init(
        scope: String = "", note: String = "", verdict: String = "", refused: Refusal? = nil
    ) {
        self.scope = scope
        self.note = note
        self.verdict = verdict
        self.refused = refused
    }
}

/// One triage: what is due by when, the evidence, the scope and the verdict.
package func triagePage(
    _ detail: TriageDetail, editing: TriageEditing = TriageEditing(), chrome: Chrome
) -> HTML {
    let item = detail.triage
    let title = "Triage of \(item.endpointName)"
    return layout(title, section: .vulnerabilities, chrome: chrome) {
        pageTitle(title, crumb: ("Triages", .triages)) { item.state.look.drawn() }
        problem(editing.refused)
        note(
            item.state == .traces ? .bad : item.isOverdue ? .warn : .plain,
            item.state == .traces ? .bad : .search
        ) { item.sentence }
        dl(class: "facts") {
            fact("Endpoint") {
                a(.href(.endpoint(item.endpoint, "evidence"))) { item.endpointName }
            }
            for step in item.steps { fact(step.name.word) { stepWords(step, chrome) } }
            fact("Opened") {
                chrome.time(item.openedAt)
                item.openedBy == TriageRecord.automatic
                    ? " because a clock demands it" : " by \(person(item.openedBy))"
            }
            if let ask = item.ask {
                fact("Asked for evidence") {
                    chrome.time(ask.at)
                    ask.why.map { ": \($0)" } ?? ""
                }
            }
        }
        demands(item, chrome)
        section(class: "part", .ariaLabelledBy("bundles")) {
            div(class: "head") {
                h2(.id("bundles")) { "Evidence" }
                p(class: "dim") { "What the endpoint has sent of itself, newest first" }
            }
            bundleTable(detail.evidence, chrome)
        }
        scopePart(item, editing, chrome)
        verdictPart(item, editing, chrome)
    }
}

private func demands(_ item: TriageItem, _ chrome: Chrome) -> HTML? {
    guard !item.demands.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("demands")) {
        div(class: "head") { h2(.id("demands")) { "What demands it" } }
        div(class: "wrap") {
            dataTable(
                "What demands it", [Column("Vulnerability"), Column("The clock runs since")],
                rows: item.demands.map { demand in
                    tr {
                        th {
                            a(.href(.vulnerability(demand.vulnerability))) { demand.vulnerability }
                        }
                        td { chrome.time(demand.since) }
                    }
                })
        }
    }
}

/// Bundles in rows.
func bundleTable(_ bundles: [EvidenceRecord], _ chrome: Chrome) -> HTML {
    guard !bundles.isEmpty else { return p(class: "dim") { "None has come yet." } }
    return div(class: "wrap") {
        dataTable(
            "Evidence",
            [
                Column("Taken"), Column("Received"), Column("Why"), Column("SHA-256"),
                Column("Size", isNumber: true),
            ],
            rows: bundles.map { bundle in
                tr {
                    th {
                        if chrome.may(.readAudit) {
                            a(.href(.evidence(bundle.id))) { chrome.time(bundle.takenAt) }
                        } else {
                            chrome.time(bundle.takenAt)
                        }
                    }
                    td { chrome.time(bundle.receivedAt) }
                    td { bundle.reason.words }
                    td { code(.title(bundle.sha256)) { String(bundle.sha256.prefix(shownHash)) } }
                    td(class: "num", .data(.label, "Size")) { Words.size(Int64(bundle.bytes)) }
                }
            })
    }
}

/// How many digits of a hash a row shows; the whole stands in its title and on its page.
private let shownHash = 16

private func noted(_ note: TriageRecord.Note, _ chrome: Chrome) -> HTML {
    HTML.pieces {
        p { note.text.isEmpty ? "No note." : note.text }
        p(class: "dim") {
            "By \(person(note.by)), "
            chrome.time(note.at)
        }
    }
}

private func scopePart(
    _ item: TriageItem, _ editing: TriageEditing, _ chrome: Chrome
) -> HTML {
    section(class: "part", .ariaLabelledBy("scope-part")) {
        div(class: "head") { h2(.id("scope-part")) { "Scope" } }
        if let scope = item.scope { noted(scope, chrome) }
        if item.ending == nil, chrome.may(.manageEndpoints) {
            chrome.postForm(.triage(item.id, "scope"), class: "sum") {
                div(class: "field") {
                    label(.forField("text")) {
                        "Which endpoints, accounts and data are concerned, and how that is known"
                    }
                    textarea(.id("text"), .name("text"), .rows(3), .required()) {
                        editing.scope
                    }
                }
                div(class: "acts") {
                    button(.type("submit")) {
                        item.scope == nil ? "Note the scope" : "Note it anew"
                    }
                }
            }
        } else if item.scope == nil {
            p(class: "dim") { "Nothing was noted." }
        }
    }
}

private func verdictPart(
    _ item: TriageItem, _ editing: TriageEditing, _ chrome: Chrome
) -> HTML {
    section(class: "part", .ariaLabelledBy("verdict-part")) {
        div(class: "head") { h2(.id("verdict-part")) { "Verdict" } }
        if let decision = item.decision { noted(decision, chrome) }
        if chrome.may(.deploy), item.ending == nil || item.ending == .decided {
            chrome.postForm(.triage(item.id, "verdict"), class: "sum") {
                div(class: "field") {
                    label(.forField("verdict")) { "What was found" }
                    select(.id("verdict"), .name("verdict"), .required()) {
                        option(.value("")) { "Choose" }
                        for verdict in TriageRecord.Verdict.allCases {
                            option(
                                .value(verdict.rawValue),
                                .selected(verdict.rawValue == editing.verdict)
                            ) { verdict.words }
                        }
                    }
                }
                div(class: "field") {
                    label(.forField("note")) {
                        "What was looked at, and what was seen; must say something unless nothing was found"
                    }
                    textarea(.id("note"), .name("note"), .rows(4)) { editing.note }
                }
                div(class: "field") {
                    label(.forField("confirm")) {
                        "Type the endpoint's name to confirm: \(item.endpointName)"
                    }
                    input(
                        .type("text"), .id("confirm"), .name("confirm"), .autocomplete("off"),
                        .required())
                }
                div(class: "acts") {
                    button(class: "danger", .type("submit")) {
                        item.decision == nil ? "Give the verdict" : "Give another verdict"
                    }
                }
            }
        } else if item.decision == nil {
            p(class: "dim") { "None was given." }
        }
    }
}

extension TriageRecord.Verdict {
    fileprivate var words: String {
        switch self {
        case .noTraces: "No traces of an attack: it may be patched"
        case .traces: "Traces of an attack: hold all installations until it is cleared"
        case .undetermined: "It cannot be told: it may be patched"
        }
    }
}
