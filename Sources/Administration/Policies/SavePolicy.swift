import AcceptedRisks
public import ControlPlane
public import Fleet
import Policy
public import ServerRecords

extension UseCases {
    /// The longest note on a change, in characters.
    static let longestNote = 500

    /// Saves a policy, a new one or the next version of one.
    ///
    /// - Throws: `Refusal` `E_POLICY_INVALID` with lines and columns; `E_POLICY_ACTS_NOW` when
    ///   endpoints would install at once and the draft does not confirm it;
    ///   `E_EXCEPTION_TOO_LONG` when it accepts a risk for too long; `E_POLICY_CHANGED`
    ///   when somebody else has saved it meanwhile; `E_NAME_TAKEN`; `E_POLICY_CONFLICT` when it
    ///   would apply where another of its level does and nothing says which comes first.
    public func savePolicy(
        _ draft: PolicyDraft, by principal: Principal
    ) async throws -> PolicySummary {
        try principal.require(.changePolicies)
        let now = effects.now()
        let note = try Self.checkedNote(draft.note)
        let id = draft.policy ?? effects.newIdentifier()
        // What it would do is worked out before the transaction that writes, which holds everybody
        // else up.
        let warnings = try await ledger.read { records in
            let (text, old, new) = try self.read(draft, by: principal, at: now, in: records)
            guard let new else { throw text.refusal }
            // What the text accepts is known now, by policies of all levels.
            if new.isEnabled {
                try self.checkLength(
                    of: new.exceptions, tenant: new.place.tenant, with: new, at: now,
                    in: records)
            }
            return try self.requireConfirmation(
                PolicyOrder(confirm: draft.confirm, mayOverlap: draft.mayOverlap), from: old,
                to: new.isEnabled ? new : nil, text, at: now, in: records)
        }
        return try await writeWaking { records, wakes in
            let (text, old, new) = try self.read(
                draft, as: id, by: principal, at: now, in: records)
            guard var new else { throw text.refusal }
            new.note = note
            if let version = draft.version, let old, version != old.version {
                throw Self.policyChanged(old)
            }
            try self.store(new, replacing: old, by: principal, at: now, in: records, &wakes)
            var summary = PolicySummary(
                new, try DirectoryNames(scope: .provider, records: records))
            summary.warnings = warnings
            return summary
        }
    }

    /// Switches a policy on or off.
    public func setPolicy(
        _ id: PolicyID, enabled: Bool, _ order: PolicyOrder, by principal: Principal
    ) async throws -> PolicySummary {
        try await change(id, to: enabled ? .enabled : .disabled, order, by: principal)
    }

    /// Deletes a policy; its history stays.
    public func deletePolicy(
        _ id: PolicyID, _ order: PolicyOrder, by principal: Principal
    ) async throws -> PolicySummary {
        try await change(id, to: .deleted, order, by: principal)
    }

    private func change(
        _ id: PolicyID, to change: PolicyRecord.Change, _ order: PolicyOrder,
        by principal: Principal
    ) async throws -> PolicySummary {
        try principal.require(.changePolicies)
        let now = effects.now()
        let note = try Self.checkedNote(order.note)
        try await ledger.read { records in
            let old = try Self.policy(id, in: principal.scope, records)
            _ = try self.requireConfirmation(
                order, from: old.isEnabled ? old : nil,
                to: change == .enabled ? old : nil, at: now, in: records)
        }
        return try await writeWaking { records, wakes in
            let old = try Self.policy(id, in: principal.scope, records)
            var new = old
            new.version += 1
            new.change = change
            new.isEnabled = change == .enabled
            (new.savedAt, new.savedBy, new.note) = (now, principal.name, note)
            try self.store(new, replacing: old, by: principal, at: now, in: records, &wakes)
            return PolicySummary(new, try DirectoryNames(scope: .provider, records: records))
        }
    }

    // MARK: Reading drafts

    /// Reads a draft: its text, the policy as it holds now (`nil` for none, and for one that is
    /// switched off), and as it would be (`nil` when the text cannot be used).
    func read(
        _ draft: PolicyDraft, as id: PolicyID? = nil, by principal: Principal, at now: Timestamp,
        in records: any Records
    ) throws -> (text: PolicyText, old: PolicyRecord?, new: PolicyRecord?) {
        let stored = try draft.policy.map { id in
            try records.policy(id, in: principal.scope)
        }.flatMap(\.self)
        if draft.policy != nil, stored == nil || stored?.isDeleted == true {
            throw Refusal.notFound("policy")
        }
        let place = try stored?.place ?? place(of: draft, by: principal, in: records)
        let zoneRules = effects.zoneRules
        let text = PolicyText(
            draft.yaml,
            among: try companions(of: place, in: records).filter { $0.id != stored?.id }
                .map(\.policy),
            at: now, isKnownZone: { zoneRules($0) != nil })
        guard let policy = text.policy else { return (text, stored, nil) }
        let isEnabled = draft.isEnabled ?? stored?.isEnabled ?? true
        let new = PolicyRecord(
            id: stored?.id ?? id ?? effects.newIdentifier(), place: place,
            version: (stored?.version ?? 0) + 1, isEnabled: isEnabled, policy: policy,
            exceptions: text.exceptions, yaml: draft.yaml, savedAt: now, savedBy: principal.name)
        return (text, stored, new)
    }

    /// Where a new policy holds.
    private func place(
        of draft: PolicyDraft, by principal: Principal, in records: any Records
    ) throws -> PolicyPlace {
        let tenant = try principal.tenant(for: draft.tenant)
        return try place(
            level: draft.level, tenant: tenant, part: draft.place, in: records)
    }

    /// A place that is there.
    func place(
        level: PolicyLevel?, tenant: TenantID?, part: String?, in records: any Records
    ) throws -> PolicyPlace {
        let level = level ?? (tenant == nil ? .provider : .tenant)
        guard let place = PolicyPlace(level: level, tenant: tenant, part: part ?? "") else {
            throw Refusal(
                .malformed, "E_PLACE",
                "The level \(level.rawValue) does not go with this tenant and place.",
                nextStep: "Give the tenant, and for a site, group or endpoint its identifier or "
                    + "name as the place.")
        }
        if let tenant, try records.tenants(in: .tenant(tenant)).isEmpty {
            throw Refusal.notFound("tenant")
        }
        let isThere =
            switch level {
            case .provider, .tenant: true
            case .site:
                try tenant.map { try records.sites(in: .tenant($0)) }?
                    .contains { $0.id.text == place.part } ?? false
            case .group:
                try tenant.map { try records.groups(in: .tenant($0)) }?
                    .contains { $0.name.text == place.part } ?? false
            case .endpoint:
                try EndpointID(place.part).flatMap { id in
                    try tenant.flatMap { try records.endpoint(id, in: .tenant($0)) }
                } != nil
            }
        guard isThere else { throw Refusal.notFound(level.rawValue) }
        return place
    }

    /// The policies that stand beside one of a place, and can be inherited or bear its name.
    private func companions(
        of place: PolicyPlace, in records: any Records
    ) throws -> [PolicyRecord] {
        guard let tenant = place.tenant else {
            return try records.policies(in: .provider).filter { $0.place.tenant == nil }
        }
        return try records.policies(holdingFor: tenant)
    }

    // MARK: Storing

    /// Refuses what would clash with another policy, and what would act at once and was not
    /// confirmed; else what there is to say about the text, which a confirmation leaves as it is.
    private func requireConfirmation(
        _ order: PolicyOrder, from old: PolicyRecord?, to new: PolicyRecord?,
        _ text: PolicyText? = nil, at now: Timestamp, in records: any Records
    ) throws -> [PolicyRemark] {
        let isConfirmed = order.confirm
        let mayClash = new != nil && order.mayOverlap != true
        if isConfirmed == true, text == nil, !mayClash { return [] }
        let preview: PolicyPreview
        do {
            preview = try self.preview(
                from: old?.isEnabled == true ? old : nil, to: new, text, at: now, in: records)
        } catch let refusal as Refusal where isConfirmed == true {
            // A fleet too large to be looked at keeps nobody from what they have confirmed.
            guard refusal.kind == .tooLarge else { throw refusal }
            return text?.remarks ?? []
        }
        try preview.clashes.requireNone(unless: order.mayOverlap)
        guard preview.installsNow > 0, isConfirmed != true else { return preview.remarks }
        throw Refusal(
            .conflict, "E_POLICY_ACTS_NOW", preview.sentence,
            nextStep: "Look at the preview, and confirm the change when that is meant.")
    }

    private func store(
        _ new: PolicyRecord, replacing old: PolicyRecord?, by principal: Principal,
        at now: Timestamp, in records: any Records, _ wakes: inout Set<String>
    ) throws {
        try requireFreeName(new, in: records)
        try Self.reportingTakenNames {
            if old == nil { try records.insert(new) } else { try records.update(new) }
        }
        let verb =
            switch new.change {
            case .saved: old == nil ? "Created" : "Changed"
            case .enabled: "Switched on"
            case .disabled: "Switched off"
            case .deleted: "Deleted"
            }
        let why = new.note.isEmpty ? "" : " Reason: \(new.note)"
        try appendAudit(
            "policy.\(new.change.rawValue)", subject: new.id.text,
            sentence: "\(verb) the policy “\(new.name)” (version \(new.version)).\(why)",
            actor: principal.name, tenant: new.place.tenant, in: records, at: now)
        try decisionsChanged(
            for: new.place.tenant, by: principal.name, in: records, at: now, waking: &wakes)
    }

    /// Names are unique among the provider's policies and each tenant's together, since they can
    /// inherit each other.
    private func requireFreeName(_ policy: PolicyRecord, in records: any Records) throws {
        guard !policy.isDeleted else { return }
        let scope = policy.place.tenant.map(Scope.tenant) ?? .provider
        let rivals =
            try records.policies(in: scope)
            + (policy.place.tenant == nil
                ? [] : records.policies(in: .provider).filter { $0.place.tenant == nil })
        guard !rivals.contains(where: { $0.id != policy.id && $0.name == policy.name }) else {
            throw Refusal(
                .conflict, "E_NAME_TAKEN", "The name “\(policy.name)” is in use.",
                nextStep: "Choose another name.")
        }
    }

    static func policy(
        _ id: PolicyID, in scope: Scope, _ records: any Records
    ) throws -> PolicyRecord {
        guard let policy = try records.policy(id, in: scope), !policy.isDeleted else {
            throw Refusal.notFound("policy")
        }
        return policy
    }

    package static func checkedNote(_ note: String?) throws -> String {
        let note = note ?? ""
        guard note.count <= longestNote else {
            throw Refusal(
                .malformed, "E_NOTE", "A note has \(longestNote) characters at most.",
                nextStep: "Write a shorter one.")
        }
        return PlainText.line(note, atMost: longestNote)
    }

    private static func policyChanged(_ old: PolicyRecord) -> Refusal {
        Refusal(
            .conflict, "E_POLICY_CHANGED",
            "\(old.savedBy) has saved version \(old.version) meanwhile.",
            nextStep: "Look at it, and make the change again.")
    }
}
