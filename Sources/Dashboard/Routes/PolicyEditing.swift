import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import PolicyEditor
import PolicyForm
import ServerRecords

/// The way of a policy through the editor: from text to form and back, checked, saved. What was
/// typed comes back with every answer.
extension Dashboard {
    /// Whether the policy is shown as a form or as text.
    static let shapeField = QueryParameter(
        "as", .oneOf(["form", "text"]), "Whether the policy is shown as a form or as text.")

    /// The editor as it opens: with the form, unless the text cannot be read or was asked for.
    static func opened(_ editing: PolicyEditing, _ visit: Visit) async throws -> HTML {
        var editing = editing
        if visit.call.query["as"] != "text" { try await show(asForm: &editing, visit) }
        return try await editor(editing, visit)
    }

    /// What a button of the editor does.
    static func edit(
        _ stored: PolicySummary?, _ visit: Visit, _ form: FormFields
    ) async throws -> Answer {
        var editing = PolicyEditing(stored: stored, draft: draft(form, stored))
        let verb = form["do"] ?? "check"
        if form["shape"] == "form" {
            editing.sheet = PolicySheet(
                fields: form.fields.map {
                    ($0.name, $0.value.replacing("\r\n", with: "\n"))
                })
            editing.hasComments = hasComments(editing.draft.yaml)
        }
        if let change = SheetChange(verb) {
            editing.sheet?.make(change)
        } else if verb == "to-text" {
            try await show(asText: &editing, visit)
        } else if verb == "to-form" {
            try await show(asForm: &editing, visit)
            if editing.sheet == nil { editing.refused = unreadable }
        } else if verb == "save", let saved = try await save(&editing, visit) {
            return .redirect(to: .policy(saved.id), .policySaved)
        } else {
            try await preview(&editing, visit)
        }
        return .html(
            try await editor(editing, visit).rendered(),
            status: editing.refused?.kind.httpStatus ?? 200)
    }

    private static func editor(_ editing: PolicyEditing, _ visit: Visit) async throws -> HTML {
        var editing = editing
        editing.waitsForOperators = try await visit.useCases.operatorsMustSign(
            by: visit.principal)
        editing.sites = try await visit.useCases.sites(by: visit.principal)
        if editing.stored == nil {
            editing.groups = try await visit.useCases.groups(by: visit.principal)
        }
        if editing.sheet != nil {
            editing.policies = try await visit.useCases.policies(by: visit.principal, tenant: nil)
                .map(\.name).filter { $0 != editing.stored?.name }
        }
        return policyEditorPage(editing, chrome: visit.chrome)
    }

    // MARK: One policy in two shapes

    private static func show(asForm editing: inout PolicyEditing, _ visit: Visit) async throws {
        let reading = try await visit.useCases.readPolicy(editing.draft, by: visit.principal)
        guard let policy = reading.policy else {
            editing.remarks = reading.remarks
            return
        }
        editing.sheet = PolicySheet(policy, accepting: reading.exceptions)
        editing.hasComments = hasComments(editing.draft.yaml)
    }

    private static func show(asText editing: inout PolicyEditing, _ visit: Visit) async throws {
        guard let sheet = editing.sheet else { return }
        let (draft, remarks) = try await settled(sheet, editing.draft, visit)
        editing.draft = draft
        editing.remarks = remarks
        editing.sheet = nil
    }

    /// The draft with the text that the fields say: the one that they were made from where they say
    /// the same, the canonical one where they say something else, and where they cannot be read the
    /// fields as they are, with what is wrong.
    private static func settled(
        _ sheet: PolicySheet, _ draft: PolicyDraft, _ visit: Visit
    ) async throws -> (draft: PolicyDraft, remarks: [PolicyRemark]) {
        var typed = draft
        typed.yaml = sheet.document.text
        let reading = try await visit.useCases.readPolicy(typed, by: visit.principal)
        guard reading.policy != nil else { return (typed, reading.remarks) }
        let base = try await visit.useCases.readPolicy(draft, by: visit.principal)
        if base.policy == reading.policy, base.exceptions == reading.exceptions {
            return (draft, [])
        }
        typed.yaml = reading.canonical ?? typed.yaml
        return (typed, [])
    }

    // MARK: Checking and saving

    private static func save(
        _ editing: inout PolicyEditing, _ visit: Visit
    ) async throws -> PolicySummary? {
        do {
            var draft = editing.draft
            if let sheet = editing.sheet {
                draft = try await settled(sheet, draft, visit).draft
            }
            return try await visit.useCases.savePolicy(draft, by: visit.principal)
        } catch let refusal as Refusal {
            editing.refused = refusal
            try await preview(&editing, visit)
            // The faults stand beside their fields, and in the list above them.
            if refusal.code == "E_POLICY_INVALID", editing.sheet != nil {
                editing.refused = notSaved
            }
            return nil
        }
    }

    private static func preview(_ editing: inout PolicyEditing, _ visit: Visit) async throws {
        var draft = editing.draft
        if let sheet = editing.sheet { draft.yaml = sheet.document.text }
        do {
            editing.preview = try await visit.useCases.previewPolicy(draft, by: visit.principal)
        } catch let refusal as Refusal {
            editing.refused = editing.refused ?? refusal
        }
    }

    private static func draft(_ form: FormFields, _ stored: PolicySummary?) -> PolicyDraft {
        // Browsers send line ends as CR LF (HTML Living Standard, form submission).
        let yaml = (form["yaml"] ?? "").replacing("\r\n", with: "\n")
        var draft = PolicyDraft(
            policy: stored?.id, tenant: form["tenant"].flatMap(TenantID.init), yaml: yaml,
            note: form["note"], version: form["version"].flatMap { Int($0) },
            confirm: form["confirm"] == "true", mayOverlap: form["overlap"] == "true" ? true : nil)
        let place = (form["place"] ?? "").split(separator: ":", maxSplits: 1)
        if place.count == 2 {
            draft.level = PolicyLevel(rawValue: String(place[0]))
            draft.place = String(place[1])
        }
        return draft
    }

    /// Whether a text seems to have comments: a sign that begins a line or follows a blank.
    private static func hasComments(_ yaml: String) -> Bool {
        yaml.split(separator: "\n").contains { $0.hasPrefix("#") || $0.contains(" #") }
    }

    private static let unreadable = Refusal(
        .malformed, "E_POLICY_INVALID", "The form can only show a text that can be used.",
        nextStep: "Correct the lines below first; the text stays as you wrote it.")

    private static let notSaved = Refusal(
        .malformed, "E_POLICY_INVALID", "Nothing has been saved.",
        nextStep: "Correct the fields below.")
}
