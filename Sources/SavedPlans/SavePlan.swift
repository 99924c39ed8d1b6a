import Administration
public import ControlPlane
public import Fleet
import Policy
public import ServerRecords

/// What a person wants to keep a plan as.
public struct PlanDraft: Hashable, Sendable, Codable {
    /// The tenant; may be left out where there is one only.
    public var tenant: TenantID?
    /// Its name, unique in the tenant.
    public var name: String
    /// The ticket of the change that it is for.
    public var ticket: String?
    /// When its time ends; 31 days from now unless given, and a deployment's own end if that is
    /// earlier.
    public var until: Timestamp?
    /// The deployment whose part of the plan is kept; `nil` for all that the policies would do.
    public var deployment: DeploymentID?

    /// A plan to be saved.
    public init(
        tenant: TenantID? = nil, name: String, ticket: String? = nil, until: Timestamp? = nil,
        deployment: DeploymentID? = nil
    ) {
        self.deployment = deployment
        self.tenant = tenant
        self.name = name
        self.ticket = ticket
        self.until = until
    }
}

/// A saved plan with its document.
public struct SavedPlan: Hashable, Sendable, Codable {
    /// What it is called, and when it was saved by whom.
    public var plan: SavedPlanRecord
    /// The plan.
    public var document: PlanDocument
}

extension UseCases {
    /// The most plans that a tenant keeps: one a day for nearly three years. Those whose time ended
    /// longer ago than history is kept are removed by themselves.
    public static let mostSavedPlans = 1_000
    /// The longest reference to a ticket, in characters: an address fits.
    public static let longestTicket = 200

    /// Saves what the policies would do with a tenant's fleet from now on, or what one deployment
    /// would. Nothing changes it afterwards.
    ///
    /// - Throws: `Refusal` `E_DEPLOYMENT_STATE`, `E_NAME`, `E_NAME_TAKEN`, `E_TICKET`,
    ///   `E_TENANT_NEEDED`, `E_PLAN_TIME`, `E_PREVIEW_TOO_LARGE`, `E_PLAN_TOO_LARGE`,
    ///   `E_PLANS_FULL`.
    public func savePlan(
        _ draft: PlanDraft, by principal: Principal
    ) async throws -> SavedPlanRecord {
        try principal.require(.request)
        let name = try Self.checkedName(draft.name)
        let ticket = try Self.checkedTicket(draft.ticket)
        let part = try await deploymentPart(draft, by: principal)
        let tenant =
            if let part { part.tenant } else {
                try await soleTenant(draft.tenant, of: principal)
            }
        let usual = effects.now().adding(seconds: Self.usualPlanSeconds)
        let plan = try await planPolicies(
            for: tenant, until: draft.until ?? part.map { min($0.deadline, usual) },
            by: principal)
        var document = PlanDocument(
            part?.part(of: plan) ?? plan, name: name, ticket: ticket, tenant: tenant,
            by: principal.name, at: effects.now())
        document.deployment = draft.deployment
        try Self.requireSmall(document)
        let text = try document.text()
        let record = SavedPlanRecord(
            id: effects.newIdentifier(), tenant: tenant, name: name, ticket: ticket,
            savedAt: document.savedAt, savedBy: document.savedBy, from: document.from,
            until: document.until, installs: document.installs.count,
            digest: PlanDocument.digest(of: text))
        try await ledger.write { records in
            try Self.requireRoom(of: tenant, in: records)
            try Self.reportingTakenNames { try records.insert(record, document: text) }
            try self.appendAudit(
                "plan.saved", subject: record.id.text,
                sentence: Self.sentence(of: record, part?.title),
                actor: principal.name, tenant: tenant, in: records, at: record.savedAt)
        }
        return record
    }

    /// The plans that are kept, newest first, those before `before` only.
    public func savedPlans(
        by principal: Principal, tenant: TenantID? = nil, before: PlanID? = nil, limit: Int = 100
    ) async throws -> [SavedPlanRecord] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { try $0.plans(in: scope, before: before, limit: limit) }
    }

    /// One plan, as it was saved.
    ///
    /// - Throws: `Refusal` `E_PLAN_DAMAGED` when it is not what was saved.
    public func savedPlan(_ id: PlanID, by principal: Principal) async throws -> SavedPlan {
        try principal.require(.view)
        return try await ledger.read { try Self.savedPlan(id, in: principal.scope, $0) }
    }

    static func savedPlan(
        _ id: PlanID, in scope: Scope, _ records: any Records
    ) throws -> SavedPlan {
        guard let plan = try records.plan(id, in: scope),
            let text = try records.planDocument(id, in: scope)
        else { throw Refusal.notFound("plan") }
        guard PlanDocument.digest(of: text) == plan.digest,
            let document = try? PlanDocument(text: text)
        else {
            throw Refusal(
                .gone, "E_PLAN_DAMAGED",
                "The plan “\(plan.name)” is not the one that was saved: its digest differs.",
                nextStep: "Compare the database with a backup; the audit log has the digest.")
        }
        return SavedPlan(plan: plan, document: document)
    }

    private static func checkedTicket(_ ticket: String?) throws -> String? {
        guard let ticket, !ticket.isEmpty else { return nil }
        guard ticket.count <= longestTicket,
            ticket.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            throw Refusal(
                .malformed, "E_TICKET",
                "A ticket's reference has \(longestTicket) characters at most, none of them a "
                    + "control character.",
                nextStep: "Give its number or address.")
        }
        return ticket
    }

    private static func requireSmall(_ document: PlanDocument) throws {
        guard document.installs.count + document.waiting.count <= PlanDocument.mostRows else {
            throw Refusal(
                .tooLarge, "E_PLAN_TOO_LARGE",
                "A saved plan has \(PlanDocument.mostRows) rows at most.",
                nextStep: "Save a plan that ends earlier.")
        }
    }

    private static func requireRoom(of tenant: TenantID, in records: any Records) throws {
        guard try records.planCount(of: tenant) < mostSavedPlans else {
            throw Refusal(
                .conflict, "E_PLANS_FULL", "A tenant keeps \(mostSavedPlans) plans at most.",
                nextStep: "Wait until old ones are removed, or keep history for fewer days.")
        }
    }

    private static func sentence(of plan: SavedPlanRecord, _ deployment: String?) -> String {
        let whose = deployment.map { " of the deployment “\($0)”" } ?? ""
        let ticket = plan.ticket.map { " for \($0)" } ?? ""
        return
            "Saved the plan “\(plan.name)”\(whose)\(ticket): \(plan.installs) installations until "
            + "\(plan.until.wholeSeconds), SHA-256 \(plan.digest)."
    }
}
