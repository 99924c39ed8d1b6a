import Fleet
import Policy
import ServerRecords

extension StoreRecords: ApprovalRecords {
    func insert(_ approval: ApprovalRecord) throws {
        try change(
            "INSERT INTO approval (id, tenant_id, made_at, ended_at, body) VALUES ($1, $2, $3, $4, $5)",
            approval.id, approval.place.tenant, approval.word.at, approval.endedAt,
            StoredJSON.text(approval))
    }

    func update(_ approval: ApprovalRecord) throws {
        let changed = try change(
            "UPDATE approval SET ended_at = $2, body = $3 WHERE id = $1",
            approval.id, approval.endedAt, StoredJSON.text(approval))
        try requireOne(changed, "approval")
    }

    func approval(_ id: ApprovalID, in scope: Scope) throws -> ApprovalRecord? {
        var query = SQLText("SELECT body FROM approval")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func approvals(
        in scope: Scope, includingEnded: Bool, before: ApprovalID?, limit: Int
    ) throws -> [ApprovalRecord] {
        var query = SQLText("SELECT body FROM approval")
        query.require(scope)
        if !includingEnded { query.require("ended_at IS NULL") }
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func approvals(holdingFor tenant: TenantID) throws -> [ApprovalRecord] {
        try rows(
            """
            SELECT body FROM approval
            WHERE ended_at IS NULL AND (tenant_id = $1 OR tenant_id IS NULL) ORDER BY id
            """, tenant
        ).map { try StoredJSON.value($0.first()) }
    }
}

extension StoreRecords: ExceptionRecords {
    func insert(_ exception: ExceptionRecord) throws {
        try change(
            """
            INSERT INTO risk_exception (id, tenant_id, state, starts_at, expires_at, body)
            VALUES ($1, $2, $3, $4, $5, $6)
            """, exception.id, exception.place.tenant, exception.state, exception.startsAt,
            exception.expiresAt, StoredJSON.text(exception))
    }

    func update(_ exception: ExceptionRecord) throws {
        let changed = try change(
            """
            UPDATE risk_exception SET state = $2, starts_at = $3, expires_at = $4, body = $5
            WHERE id = $1
            """, exception.id, exception.state, exception.startsAt, exception.expiresAt,
            StoredJSON.text(exception))
        try requireOne(changed, "exception")
    }

    func exception(_ id: ExceptionID, in scope: Scope) throws -> ExceptionRecord? {
        var query = SQLText("SELECT body FROM risk_exception")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func exceptions(
        in scope: Scope, before: ExceptionID?, limit: Int
    ) throws -> [ExceptionRecord] {
        var query = SQLText("SELECT body FROM risk_exception")
        query.require(scope)
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func exceptions(holdingFor tenant: TenantID) throws -> [ExceptionRecord] {
        try rows(
            """
            SELECT body FROM risk_exception
            WHERE state = 'approved' AND (tenant_id = $1 OR tenant_id IS NULL) ORDER BY id
            """, tenant
        ).map { try StoredJSON.value($0.first()) }
    }

    func exceptions(endedFor tenant: TenantID) throws -> [ExceptionRecord] {
        let ended: [ExceptionRecord] = try rows(
            """
            SELECT body FROM risk_exception
            WHERE state = 'ended' AND (tenant_id = $1 OR tenant_id IS NULL) ORDER BY id
            """, tenant
        ).map { try StoredJSON.value($0.first()) }
        // Requests that were turned down never held.
        return ended.filter { $0.approvedAt != nil }
    }
}

extension ExceptionRecord.State: SQLConvertible {}
