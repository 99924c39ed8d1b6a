import Administration
public import ControlPlane
public import Fleet
import Policy
import PolicyDocument
public import ServerRecords

/// A group as somebody wants to save it.
public struct GroupDraft: Hashable, Sendable, Codable {
    /// The tenant.
    public var tenant: TenantID?
    /// Its name.
    public var name: String
    /// Who is in it.
    public var members: String
    /// What it is for.
    public var note: String?
    /// Whether what follows may happen at once.
    public var confirm: Bool?
    /// Whether policies of one level may apply to who joins, of which neither inherits the other.
    public var mayOverlap: Bool?

    /// A draft.
    public init(
        tenant: TenantID? = nil, name: String, members: String, note: String? = nil,
        confirm: Bool? = nil, mayOverlap: Bool? = nil
    ) {
        self.mayOverlap = mayOverlap
        self.tenant = tenant
        self.name = name
        self.members = members
        self.note = note
        self.confirm = confirm
    }
}

extension UseCases {
    /// Adds or replaces a group of a tenant.
    ///
    /// - Throws: `Refusal` `E_NAME`, `E_GROUP_IMPOSSIBLE`, `E_GROUP_OF_GROUPS`; `E_GROUP_ACTS_NOW`
    ///   when policies would act at once on who joins or leaves and the draft does not confirm it;
    ///   `E_POLICY_CONFLICT` when several policies of one level would apply to who joins.
    public func saveGroup(
        _ draft: GroupDraft, by principal: Principal
    ) async throws -> EndpointGroup {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        let (tenant, members) = try Self.checked(draft, by: principal)
        guard let name = PolicyName(draft.name) else {
            throw Refusal(
                .malformed, "E_NAME",
                "A group's name has 1 to \(PolicyName.maximumLength) characters: a-z, 0-9 and -.",
                nextStep: "Choose another name.")
        }
        let group = EndpointGroup(
            tenant: tenant, name: name, members: members,
            note: try Self.checkedNote(draft.note), savedAt: now, savedBy: principal.name)
        try await requireConfirmation(
            draft.confirm, mayOverlap: draft.mayOverlap, of: name, tenant
        ) { groups in
            groups.filter { $0.name != name } + [group]
        }
        try await writeWaking { records, wakes in
            guard try !records.tenants(in: .tenant(tenant)).isEmpty else {
                throw Refusal.notFound("tenant")
            }
            try records.store(group)
            try self.groupChanged(
                "saved", group.name, of: tenant, by: principal, at: now, records, &wakes)
        }
        return group
    }

    /// Whose group a draft is for, and a condition that somebody can fit.
    static func checked(
        _ draft: GroupDraft, by principal: Principal
    ) throws -> (TenantID, GroupExpression) {
        guard let tenant = try principal.tenant(for: draft.tenant) else {
            throw Refusal(
                .malformed, "E_TENANT", "A group belongs to a tenant.",
                nextStep: "Name the tenant.")
        }
        let members = try expression(draft.members)
        guard !members.fields.contains(.group) else {
            throw Refusal(
                .malformed, "E_GROUP_OF_GROUPS", "A group cannot be made of groups.",
                nextStep: "Write the conditions of the other groups into it.")
        }
        if let why = members.impossibility {
            throw Refusal(
                .malformed, "E_GROUP_IMPOSSIBLE", "No endpoint can fit the condition: \(why).",
                nextStep: "Correct it; nothing has been saved.")
        }
        return (tenant, members)
    }

    /// Removes a group of a tenant. Policies that ask for it no longer find anybody in it.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND`; `E_GROUP_ACTS_NOW` when policies would act at once on who
    ///   was in it, and it is not confirmed.
    public func deleteGroup(
        _ name: String, of tenant: TenantID?, confirm: Bool? = nil, by principal: Principal
    ) async throws {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        guard let tenant = try principal.tenant(for: tenant), let name = PolicyName(name) else {
            throw Refusal.notFound("group")
        }
        // Who leaves comes under fewer policies, but for conditions that are turned round.
        try await requireConfirmation(confirm, mayOverlap: true, of: name, tenant) { groups in
            groups.filter { $0.name != name }
        }
        try await writeWaking { records, wakes in
            guard try records.deleteGroup(name, of: tenant) else {
                throw Refusal.notFound("group")
            }
            try self.groupChanged(
                "deleted", name, of: tenant, by: principal, at: now, records, &wakes)
        }
    }

    /// Refuses what would make policies act at once and was not confirmed (P49): a group decides
    /// who a policy is for as the policy itself does.
    private func requireConfirmation(
        _ isConfirmed: Bool?, mayOverlap: Bool?, of name: PolicyName, _ tenant: TenantID,
        _ change: @escaping @Sendable ([EndpointGroup]) -> [EndpointGroup]
    ) async throws {
        guard isConfirmed != true || mayOverlap != true else { return }
        let now = effects.now()
        let preview: PolicyPreview
        do {
            preview = try await ledger.read { records in
                let groups = change(try records.groups(in: .tenant(tenant)))
                return try self.preview(groups: groups, of: tenant, at: now, in: records)
            }
        } catch let refusal as Refusal where isConfirmed == true && refusal.kind == .tooLarge {
            // A fleet too large to be looked at keeps nobody from what they have confirmed.
            return
        }
        try preview.clashes.requireNone(unless: mayOverlap)
        guard preview.wantsConfirmation, isConfirmed != true else { return }
        throw Refusal(
            .conflict, "E_GROUP_ACTS_NOW", preview.sentence,
            nextStep: "Look at who joins and leaves “\(name)”, and confirm the change when that is "
                + "meant.")
    }

    private func groupChanged(
        _ verb: String, _ name: PolicyName, of tenant: TenantID, by principal: Principal,
        at now: Timestamp, _ records: any Records, _ wakes: inout Set<String>
    ) throws {
        try appendAudit(
            "group.\(verb)", subject: tenant.text,
            sentence: "\(verb == "saved" ? "Saved" : "Deleted") the group “\(name)”.",
            actor: principal.name,
            tenant: tenant, in: records, at: now)
        try placementsChanged(
            of: tenant, by: principal.name, in: records, at: now, waking: &wakes)
        wakes.insert(SignalSubject.decisions(of: tenant))
        wakes.insert(SignalSubject.rings(of: tenant))
        wakes.insert(SignalSubject.standings(of: tenant))
    }
}
