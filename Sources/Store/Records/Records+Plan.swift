import Fleet
import ServerRecords

extension StoreRecords: PlanRecords {
    func insert(_ plan: SavedPlanRecord, document: String) throws {
        let added = try change(
            """
            INSERT INTO saved_plan (tenant_id, id, name, ticket, saved_at, saved_by, begins_at,
                ends_at, installs, digest, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT DO NOTHING
            """, plan.tenant, plan.id, plan.name, plan.ticket, plan.savedAt, plan.savedBy,
            plan.from, plan.until, plan.installs, plan.digest, document)
        if added == 0 { throw NameTaken(name: plan.name) }
    }

    func plan(_ id: PlanID, in scope: Scope) throws -> SavedPlanRecord? {
        var query = SQLText("SELECT \(Self.planColumns) FROM saved_plan")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try Self.plan($0) }
    }

    func planDocument(_ id: PlanID, in scope: Scope) throws -> String? {
        var query = SQLText("SELECT body FROM saved_plan")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try $0.first() }
    }

    func plans(in scope: Scope, before: PlanID?, limit: Int) throws -> [SavedPlanRecord] {
        var query = SQLText("SELECT \(Self.planColumns) FROM saved_plan")
        query.require(scope)
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try Self.plan($0) }
    }

    func planCount(of tenant: TenantID) throws -> Int {
        try rows("SELECT count(*) FROM saved_plan WHERE tenant_id = $1", tenant)
            .first?.first() ?? 0
    }

    private static let planColumns = """
        id, tenant_id, name, ticket, saved_at, saved_by, begins_at, ends_at, installs, digest
        """

    private static func plan(_ row: SQLRow) throws -> SavedPlanRecord {
        var row = row.reader
        return SavedPlanRecord(
            id: try row.next(), tenant: try row.next(), name: try row.next(),
            ticket: try row.next(), savedAt: try row.next(), savedBy: try row.next(),
            from: try row.next(), until: try row.next(), installs: try row.next(),
            digest: try row.next())
    }
}
