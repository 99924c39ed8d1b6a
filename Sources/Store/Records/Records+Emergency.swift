import Fleet
import ServerRecords

extension StoreRecords: EmergencyRecords {
    func insert(_ run: EmergencyRun) throws {
        try change(
            """
            INSERT INTO emergency_run (tenant_id, id, vulnerability, state, body)
            VALUES ($1, $2, $3, $4, $5)
            """, run.tenant, run.id, run.vulnerability, run.state.rawValue,
            StoredJSON.text(run))
    }

    func update(_ run: EmergencyRun) throws {
        let changed = try change(
            "UPDATE emergency_run SET state = $2, body = $3 WHERE id = $1", run.id,
            run.state.rawValue, StoredJSON.text(run))
        try requireOne(changed, "emergency run")
    }

    func emergency(_ id: EmergencyID, in scope: Scope) throws -> EmergencyRun? {
        var query = SQLText("SELECT body FROM emergency_run")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func emergencies(
        in scope: Scope, states: [EmergencyRun.State], before: EmergencyID?, limit: Int
    ) throws -> [EmergencyRun] {
        var query = SQLText("SELECT body FROM emergency_run")
        query.require(scope)
        if !states.isEmpty {
            let list = states.map { query.bind($0.rawValue) }.joined(separator: ", ")
            query.require("state IN (\(list))")
        }
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }
}
