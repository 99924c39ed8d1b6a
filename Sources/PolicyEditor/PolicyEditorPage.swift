package import Administration
import Fleet
package import HTMLTree
package import PageParts
import Policy
package import PolicyForm
package import ServerRecords

/// What stands in the editor.
package struct PolicyEditing {
    /// The policy that is changed; `nil` for a new one.
    package var stored: PolicySummary?
    /// The draft.
    package var draft: PolicyDraft
    /// The fields; `nil` where the policy is written as text.
    package var sheet: PolicySheet?
    /// What reading the draft has to say, when it was not asked what it would do.
    package var remarks: [PolicyRemark] = []
    /// What saving it would do; `nil` before it was asked for.
    package var preview: PolicyPreview?
    /// Why it was not saved, or why the form cannot show the text.
    package var refused: Refusal?
    /// Whether the text that the form was made from has comments, which the form does not show.
    package var hasComments = false
    /// Whether operators must sign what is saved before endpoints go by it.
    package var waitsForOperators = false
    /// The sites of the asker's tenants.
    package var sites: [Site] = []
    /// The groups of the asker's tenants.
    package var groups: [EndpointGroup] = []
    /// The names of the other policies.
    package var policies: [String] = []

    /// The editor with a draft.
    package init(
        stored: PolicySummary? = nil, draft: PolicyDraft, sheet: PolicySheet? = nil,
        preview: PolicyPreview? = nil, refused: Refusal? = nil, sites: [Site] = []
    ) {
        self.stored = stored
        self.draft = draft
        self.sheet = sheet
        self.preview = preview
        self.refused = refused
        self.sites = sites
    }
}

/// Writing a policy, in a form or as text: what is wrong with it, what it would do, and then the
/// one button.
package func policyEditorPage(_ editing: PolicyEditing, chrome: Chrome) -> HTML {
    let words = editing.stored.map { "Change \($0.title)" } ?? "Write a policy"
    return layout(words, section: .policies, chrome: chrome) {
        pageTitle(words, crumb: ("Policies", .policies)) {
            p(class: "dim") {
                "Check it first: you see who joins and leaves, and what would happen at once. Nothing is changed before you save."
            }
        }
        problem(editing.refused)
        if editing.waitsForOperators {
            note(.plain, .shield) {
                "Operators hold the keys of this installation. What is saved here decides on the server at once; an endpoint goes by it when an operator has signed it, with "
                code { "patchbay sign" }
                "."
            }
        }
        if let sheet = editing.sheet {
            faultList(editing.said, sheet)
        } else {
            remarkList(editing.said)
        }
        if let preview = editing.preview, preview.name != nil { previewPart(preview) }
        chrome.postForm(editing.place, class: "editor") {
            // The first button of a form is the one that the return key presses.
            button(
                class: "vh", .type("submit"), .name("do"), .value("check"), .tabindex(-1),
                .ariaHidden(), .formnovalidate()
            ) { "Check" }
            if let stored = editing.stored {
                hidden("version", String(stored.version))
            } else {
                placeFields(editing, chrome)
            }
            shapes(editing)
            if let sheet = editing.sheet {
                formFields(editing, sheet)
            } else {
                textField(editing)
            }
            div(class: "field") {
                label(.forField("note")) { "Why, for the history and the audit log" }
                input(
                    .type("text"), .id("note"), .name("note"), .maxlength(500),
                    .value(editing.draft.note ?? ""))
            }
            if editing.mustConfirm { confirmBox }
            if editing.canSave, editing.preview?.clashes.isEmpty == false { overlapBox }
            div(class: "grip") {
                if editing.canSave {
                    button(class: "main", .type("submit"), .name("do"), .value("save")) {
                        editing.saveWords
                    }
                }
                button(
                    class: editing.canSave ? "quiet" : "main", .type("submit"), .name("do"),
                    .value("check"), .formnovalidate()
                ) { "Check, and show what it would do" }
                a(
                    class: "button quiet",
                    .href(editing.stored.map { .policy($0.id) } ?? .policies)
                ) { "Leave" }
            }
        }
        if editing.stored == nil, editing.sheet == nil { help() }
    }
}

/// The two shapes of one policy; what is typed goes along.
private func shapes(_ editing: PolicyEditing) -> HTML {
    func tab(_ words: String, _ value: String, isCurrent: Bool) -> HTML {
        button(
            .type("submit"), .name("do"), .value(value), .formnovalidate(),
            .ariaCurrent(isCurrent ? "page" : nil), .disabled(isCurrent)
        ) { words }
    }
    return HTML.pieces {
        hidden("shape", editing.sheet == nil ? "text" : "form")
        div(class: "tabs", .role("group"), .ariaLabel("How the policy is shown")) {
            tab("Form", "to-form", isCurrent: editing.sheet != nil)
            tab("Text", "to-text", isCurrent: editing.sheet == nil)
        }
    }
}

private func formFields(_ editing: PolicyEditing, _ sheet: PolicySheet) -> HTML {
    let zones = Set(editing.sites.compactMap(\.timeZone)).sorted()
    return HTML.pieces {
        // The text that the form was made from: it stays as it is while the form says the same.
        hidden("yaml", editing.draft.yaml)
        if editing.hasComments {
            note(.plain, .policy) {
                "The text has comments, which the form does not show. They stay while nothing is changed here; a change by the form writes the text anew, without them."
            }
        }
        SheetPage(
            parts: SheetParts(
                sheet: sheet, place: editing.place, remarks: editing.remarksByField),
            policies: editing.policies, zones: zones
        ).html
    }
}

/// What is to be said about a form, with a link to each field.
private func faultList(_ remarks: [PolicyRemark], _ sheet: PolicySheet) -> HTML? {
    guard !remarks.isEmpty else { return nil }
    let errors = remarks.count(where: \.isError)
    let document = sheet.document
    let list = HTML.pieces {
        strong {
            errors > 0
                ? "The policy cannot be used yet: \(Words.count(errors, "fault"))."
                : "The policy can be used, and probably does not do what is meant."
        }
        ul(class: "plain") {
            for remark in remarks {
                li {
                    if let field = document.field(ofLine: remark.line) {
                        a(.href(Place.here.at(field))) { FieldWords.place(field) }
                        ": "
                        if !remark.isError { "Warning: " }
                        sheet.sentence(of: remark, at: field)
                    } else {
                        if !remark.isError { "Warning: " }
                        sheet.sentence(of: remark, at: "")
                    }
                }
            }
        }
    }
    return errors > 0 ? note(.bad, .bad) { list } : note(.warn, .warn) { list }
}

extension PolicyEditing {
    fileprivate var place: Place {
        stored.map { Place.policy($0.id, "edit") } ?? .newPolicy
    }
    /// What is to be said about the draft.
    fileprivate var said: [PolicyRemark] { preview?.remarks ?? remarks }
    fileprivate var remarksByField: [String: [PolicyRemark]] {
        guard let document = sheet?.document else { return [:] }
        return Dictionary(grouping: said) { document.field(ofLine: $0.line) ?? "" }
    }
    /// Saving is offered once the text has been checked and has no errors.
    fileprivate var canSave: Bool { preview?.name != nil }
    fileprivate var mustConfirm: Bool { canSave && (preview?.installsNow ?? 0) > 0 }
    fileprivate var saveWords: String {
        guard let preview, preview.installsNow > 0 else { return "Save" }
        return "Save, and let \(Words.count(preview.installsNow, "endpoint")) begin"
    }
}

private func textField(_ editing: PolicyEditing) -> HTML {
    let lines = editing.draft.yaml.split(separator: "\n", omittingEmptySubsequences: false).count
    return div(class: "field") {
        label(.forField("yaml")) { "The policy, in YAML" }
        textarea(
            class: "yaml", .id("yaml"), .name("yaml"), .rows(min(max(lines + 2, 18), 60)),
            .spellcheck("false"), .autocomplete("off"), .required(),
            Attribute("wrap", "off")
        ) {
            editing.draft.yaml
        }
    }
}

private func placeFields(_ editing: PolicyEditing, _ chrome: Chrome) -> HTML {
    let draft = editing.draft
    return div(class: "row") {
        div(class: "field") {
            label(.forField("tenant")) { "For" }
            select(.id("tenant"), .name("tenant")) {
                option(.value(""), .selected(draft.tenant == nil)) { "All tenants" }
                for tenant in chrome.tenants {
                    option(.value(tenant.id.text), .selected(draft.tenant == tenant.id)) {
                        tenant.name
                    }
                }
            }
        }
        div(class: "field") {
            label(.forField("place")) { "Only" }
            select(.id("place"), .name("place")) {
                option(.value(""), .selected(draft.place == nil)) { "All of its endpoints" }
                for site in editing.sites {
                    option(
                        .value("site:\(site.id.text)"), .selected(draft.place == site.id.text)
                    ) { "The site \(site.name) of \(chrome.tenantName(site.tenant))" }
                }
                for group in editing.groups {
                    option(
                        .value("group:\(group.name.text)"),
                        .selected(draft.place == group.name.text)
                    ) { "The group \(group.name.text) of \(chrome.tenantName(group.tenant))" }
                }
            }
        }
    }
}

private func previewPart(_ preview: PolicyPreview) -> HTML {
    section(class: "sum", .ariaLabelledBy("preview")) {
        h2(.id("preview")) { "What saving “\(preview.name ?? "")” would do" }
        note(preview.installsNow > 0 ? .warn : .plain, preview.installsNow > 0 ? .warn : .ok) {
            strong { preview.sentence }
        }
        dl(class: "facts") {
            fact("Join") { Words.count(preview.joins.count) }
            fact("Leave") { Words.count(preview.leaves.count) }
            fact("Stay") { Words.count(preview.stays) }
            fact("Not known") { Words.count(preview.unknown.count) }
            fact("Decisions that change") { Words.count(preview.changedDecisions) }
            fact("Endpoints looked at") { Words.count(preview.endpoints) }
            if let open = preview.leavesOpen {
                fact("Vulnerabilities that it leaves open") { open.short }
            }
        }
        named("Join", preview.joins)
        named("Leave", preview.leaves)
        named("Not known, since a fact is missing", preview.unknown)
        if !preview.acts.isEmpty {
            div(class: "wrap") {
                dataTable(
                    "What may be installed at once",
                    [
                        Column("Endpoint"), Column("Updates"), Column("Ring"), Column("Reboot"),
                    ], rows: preview.acts.prefix(shownActs).map(actRow))
            }
        }
    }
}

/// The most endpoints that a preview lists one by one.
private let shownActs = 50

private func named(_ words: String, _ members: [PolicyPreview.Member]) -> HTML? {
    guard !members.isEmpty else { return nil }
    return div {
        h3 { words }
        memberLinks(members)
    }
}

private func actRow(_ act: PolicyPreview.Act) -> HTML {
    tr {
        th { a(.href(.endpoint(act.endpoint))) { act.name } }
        td(class: "why") { act.packages.joined(separator: ", ") }
        td {
            act.ring ?? "All at once"
            if act.waitsForRing { span(class: "dim") { " after an earlier ring" } }
        }
        td { act.mayReboot ? "May reboot" : "No" }
    }
}

private func help() -> HTML {
    details {
        summary { "What may stand in it" }
        ul(class: "plain") {
            li {
                code { "applies" }
                ": which endpoints, such as "
                code { "role = server and tag = production" }
                ", or "
                code { "all" }
                "."
            }
            li {
                code { "rules" }
                ": the first that matches an update decides: "
                code { "approve: at once | after 2 days | by hand | prepare only | declined" }
                ", or "
                code { "hold: \"reason\"" }
                "."
            }
            li {
                code { "windows" }
                ": when installing may begin, such as "
                code { "{every: saturday, from: \"22:00\", for: 4h, zone: endpoint}" }
                "."
            }
            li {
                code { "rings" }
                ": who comes first, how long it soaks, and what must hold before the next."
            }
        }
    }
}

/// What a new policy begins with: careful, and complete.
package let policyStarter = """
    patchbay: policy/v1
    name: servers-standard
    title: Standard servers
    applies: all
    lanes:
      routine: {windows: [weekend], rings: standard}
    rules:
      - {when: class = security and severity in (critical, important), approve: after 2 days}
      - {when: class = security, approve: after 7 days}
    default: {approve: by hand}
    windows:
      weekend: {every: "saturday, sunday", from: "22:00", for: 4h, zone: endpoint}
    rings:
      standard:
        - {name: canary, members: tag = canary, soak: 24h, gate: {verified: 95%, minimum: 1}}
        - {name: broad, members: rest, budget: 20%}
    reboot: {mode: never}

    """
