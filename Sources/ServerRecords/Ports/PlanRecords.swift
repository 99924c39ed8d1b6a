public import Fleet

/// Plans that were saved. Nothing changes one.
public protocol PlanRecords {
    /// Adds a plan with its document. Throws `NameTaken` when its tenant has one of that name.
    func insert(_ plan: SavedPlanRecord, document: String) throws
    /// A plan; `nil` when there is none in scope.
    func plan(_ id: PlanID, in scope: Scope) throws -> SavedPlanRecord?
    /// A plan's document, as it was saved.
    func planDocument(_ id: PlanID, in scope: Scope) throws -> String?
    /// The plans in scope, newest first, those before `before` only.
    func plans(in scope: Scope, before: PlanID?, limit: Int) throws -> [SavedPlanRecord]
    /// How many plans a tenant has.
    func planCount(of tenant: TenantID) throws -> Int
}
