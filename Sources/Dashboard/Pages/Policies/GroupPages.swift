import Administration
import ControlPlane
import Fleet
import Groups
import HTMLTree
import PageParts
import Policy
import ServerRecords

/// A group that somebody is writing or taking away on its page.
struct GroupEditing {
    /// What is to be done with it.
    enum Act: String {
        case save, preview, remove
    }

    /// The group as it was typed.
    var draft = GroupDraft(name: "", members: "")
    /// What was asked for.
    var act = Act.save
    /// Who would join and leave; `nil` until it was asked.
    var preview: GroupPreview?
    /// Why it was not done.
    var refused: Refusal?

    /// Whether what was asked for waits for a confirmation.
    var mustConfirm: Bool {
        // A fleet too large to be looked at keeps nobody from what they confirm.
        ["E_GROUP_ACTS_NOW", "E_PREVIEW_TOO_LARGE"].contains(refused?.code)
    }
}

/// The named groups of tenants.
func groupsPage(
    _ groups: [ShownGroup], tenant: TenantID?, editing: GroupEditing = GroupEditing(),
    chrome: Chrome
) -> HTML {
    policyFrame(
        .groups,
        below:
            "Named groups of a tenant's endpoints, each by a condition; policies ask for them by name.",
        tenant: tenant, refused: editing.refused, chrome: chrome
    ) {
        if editing.act == .remove, editing.mustConfirm { removal(editing.draft, chrome) }
        tenantFilter(.groups, tenant, chrome)
        if groups.isEmpty {
            empty("No groups") {
                p { "Policies can also name tags, roles and facts without a group." }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Groups",
                    [
                        Column("Name"), Column("Members"), Column("In it now"), Column("Tenant"),
                        Column("Note"), Column(""),
                    ],
                    rows: groups.map { row($0, chrome) })
            }
        }
        if chrome.may(.manageEndpoints) {
            if let preview = editing.preview { previewPart(preview, of: editing.draft) }
            groupForm(editing, tenant, chrome)
        }
    }
}

private func row(_ shown: ShownGroup, _ chrome: Chrome) -> HTML {
    let group = shown.group
    return tr {
        th { group.name.text }
        td { code { group.members.description } }
        td {
            shown.standing.sentence
            if let warning = shown.standing.warning {
                p(class: "why") { warning }
            }
        }
        td { chrome.tenantName(group.tenant) }
        td(class: "why") { group.note }
        td {
            if chrome.may(.manageEndpoints) {
                chrome.postForm(.dropGroup) {
                    hidden("tenant", group.tenant.text)
                    hidden("name", group.name.text)
                    button(
                        class: "quiet", .type("submit"),
                        .ariaLabel("Remove the group \(group.name.text)")
                    ) { "Remove" }
                }
            }
        }
    }
}

/// Removing a group that policies would act upon at once.
private func removal(_ draft: GroupDraft, _ chrome: Chrome) -> HTML {
    chrome.postForm(.dropGroup, class: "sum") {
        hidden("tenant", draft.tenant?.text ?? "")
        hidden("name", draft.name)
        p {
            "Remove the group “\(draft.name)” all the same, whatever policies then do at once?"
        }
        confirmBox
        div(class: "acts") {
            button(class: "danger", .type("submit")) { "Remove the group" }
            a(class: "button quiet", .href(.groups)) { "Leave it as it is" }
        }
    }
}

private func previewPart(_ preview: GroupPreview, of draft: GroupDraft) -> HTML {
    let actsNow = preview.wantsConfirmation ?? ((preview.installsNow ?? 0) > 0)
    return section(class: "sum part", .ariaLabelledBy("preview")) {
        h2(.id("preview")) { "What saving “\(draft.name)” would do" }
        note(actsNow ? .warn : .plain, actsNow ? .warn : .ok) {
            strong { preview.acts ?? "" }
        }
        if let warning = preview.standing.warning { note(.warn, .warn) { warning } }
        dl(class: "facts") {
            fact("In it") { preview.standing.sentence }
            fact("Join") { said(preview.joins, preview.joining) }
            fact("Leave") { said(preview.leaves, preview.leaving) }
        }
    }
}

private func said(_ count: Int, _ names: [String]) -> String {
    count == 0 ? "nobody" : "\(count) (\(GroupStanding.listed(names, of: count)))"
}

private func groupForm(_ editing: GroupEditing, _ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    let draft = editing.act == .remove ? GroupDraft(name: "", members: "") : editing.draft
    return chrome.postForm(.groups, class: "sum part") {
        div(class: "head") { h2 { "Add a group, or give it other members" } }
        div(class: "row") {
            div(class: "field") {
                label(.forField("group-name")) { "Name" }
                input(
                    .type("text"), .id("group-name"), .name("name"), .maxlength(63), .required(),
                    .autocomplete("off"), .value(draft.name))
            }
            div(class: "field") {
                label(.forField("group-tenant")) { "Tenant" }
                select(.id("group-tenant"), .name("tenant")) {
                    for each in chrome.tenants {
                        option(
                            .value(each.id.text), .selected((draft.tenant ?? tenant) == each.id)
                        ) { each.name }
                    }
                }
            }
        }
        div(class: "field") {
            label(.forField("group-members")) { "Members" }
            input(
                .type("text"), .id("group-members"), .name("members"), .maxlength(2000),
                .required(), .placeholder("tag = web and os = debian"), .value(draft.members))
        }
        if editing.act == .save, editing.mustConfirm { confirmBox }
        if editing.act == .save, editing.refused?.code == "E_POLICY_CONFLICT" { overlapBox }
        div(class: "acts") {
            button(.type("submit"), .name("do"), .value(GroupEditing.Act.save.rawValue)) {
                "Save the group"
            }
            button(
                class: "quiet", .type("submit"), .name("do"),
                .value(GroupEditing.Act.preview.rawValue), .formnovalidate()
            ) { "Show who joins and leaves" }
        }
    }
}
