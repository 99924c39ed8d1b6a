import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import Policy
import ServerRecords

/// What stands in the editor.
struct PolicyEditing {
    /// The policy that is changed; `nil` for a new one.
    var stored: PolicySummary?
    /// The draft.
    var draft: PolicyDraft
    /// What saving it would do; `nil` before it was asked for.
    var preview: PolicyPreview?
    /// Why it was not saved.
    var refused: Refusal?
    /// The sites of the asker's tenants.
    var sites: [Site] = []
    /// The groups of the asker's tenants.
    var groups: [EndpointGroup] = []
}

/// Writing a policy: its text, what is wrong with it, what it would do, and then the one button.
func policyEditorPage(_ editing: PolicyEditing, chrome: Chrome) -> HTML {
    let words = editing.stored.map { "Change \($0.title)" } ?? "Write a policy"
    let place = editing.stored.map { Place.policy($0.id, "edit") } ?? .newPolicy
    return layout(words, section: .policies, chrome: chrome) {
        pageTitle(words, crumb: ("Policies", .policies)) {
            p(class: "dim") {
                "Check the text first: you see who joins and leaves, and what would happen at once. Nothing is changed before you save."
            }
        }
        problem(editing.refused)
        if let preview = editing.preview {
            remarkList(preview.remarks)
            if preview.name != nil { previewPart(preview) }
        }
        chrome.postForm(place, class: "editor") {
            if let stored = editing.stored {
                hidden("version", String(stored.version))
            } else {
                placeFields(editing, chrome)
            }
            textField(editing)
            div(class: "field") {
                label(.forField("note")) { "Why, for the history and the audit log" }
                input(
                    .type("text"), .id("note"), .name("note"), .maxlength(500),
                    .value(editing.draft.note ?? ""))
            }
            if editing.mustConfirm { confirmBox }
            div(class: "acts") {
                if editing.canSave {
                    button(class: "main", .type("submit"), .name("do"), .value("save")) {
                        editing.saveWords
                    }
                }
                button(
                    class: editing.canSave ? "quiet" : "main", .type("submit"), .name("do"),
                    .value("check"), Attribute.formnovalidate()
                ) { "Check, and show what it would do" }
                a(
                    class: "button quiet",
                    .href(editing.stored.map { .policy($0.id) } ?? .policies)
                ) { "Leave" }
            }
        }
        if editing.stored == nil { help() }
    }
}

extension PolicyEditing {
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
let policyStarter = """
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
