import Fleet
import ServerRecords

extension StoreRecords: RequestRecords {
    func insert(_ request: RequestRecord) throws {
        try change(
            """
            INSERT INTO approval_request (id, tenant_id, state, body) VALUES ($1, $2, $3, $4)
            """, request.id, request.tenant, request.state, StoredJSON.text(request))
    }

    func update(_ request: RequestRecord) throws {
        let changed = try change(
            "UPDATE approval_request SET state = $3, body = $4 WHERE tenant_id = $1 AND id = $2",
            request.tenant, request.id, request.state, StoredJSON.text(request))
        try requireOne(changed, "request")
    }

    func request(_ id: RequestID, in scope: Scope) throws -> RequestRecord? {
        var query = SQLText("SELECT body FROM approval_request")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func requests(
        in scope: Scope, waitingOnly: Bool, before: RequestID?, limit: Int
    ) throws -> [RequestRecord] {
        var query = SQLText("SELECT body FROM approval_request")
        query.require(scope)
        if waitingOnly { query.require("state = 'waiting'") }
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }
}

extension RequestRecord.State: SQLConvertible {}
