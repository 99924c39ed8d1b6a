import Fleet
import ServerRecords

extension StoreRecords: EndOfLifeRecords {
    func endOfLifeAnswers(in scope: Scope) throws -> [EndOfLifeAnswer] {
        var text = SQLText(
            """
            SELECT tenant_id, product, cycle, treatment, until, reason, said_by, said_at
            FROM end_of_life_answer
            """)
        text.require(scope)
        text.add("ORDER BY tenant_id, product, cycle")
        return try rows(text).map { row in
            var row = row.reader
            return EndOfLifeAnswer(
                tenant: try row.next(), product: try row.next(), cycle: try row.next(),
                treatment: try row.next(), until: try row.next(), reason: try row.next(),
                saidBy: try row.next(), saidAt: try row.next())
        }
    }

    func save(_ answer: EndOfLifeAnswer) throws {
        try change(
            """
            INSERT INTO end_of_life_answer (tenant_id, product, cycle, treatment, until, reason,
                said_by, said_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (tenant_id, product, cycle) DO UPDATE SET treatment = excluded.treatment,
                until = excluded.until, reason = excluded.reason, said_by = excluded.said_by,
                said_at = excluded.said_at
            """, answer.tenant, answer.product, answer.cycle, answer.treatment, answer.until,
            answer.reason, answer.saidBy, answer.saidAt)
    }

    func faults(of tenant: TenantID) throws -> [EndpointID: EndpointFaults] {
        let found = try rows(
            """
            SELECT id, unsupported, overdue FROM endpoint
            WHERE tenant_id = $1 AND (unsupported IS NOT NULL OR overdue IS NOT NULL)
            """, tenant
        ).map { row in
            var row = row.reader
            let id = try row.next(EndpointID.self)
            return (id, EndpointFaults(unsupported: try row.next(), overdue: try row.next()))
        }
        return Dictionary(found) { first, _ in first }
    }

    func set(_ faults: EndpointFaults, of endpoint: EndpointID, tenant: TenantID) throws {
        try change(
            "UPDATE endpoint SET unsupported = $3, overdue = $4 WHERE tenant_id = $1 AND id = $2",
            tenant, endpoint, faults.unsupported, faults.overdue)
    }

    func unsettled(of tenant: TenantID, limit: Int) throws -> [EndpointID: String] {
        let found = try rows(
            """
            SELECT endpoint.id, endpoint.inventory_digest FROM endpoint
            JOIN endpoint_footing AS footing ON footing.tenant_id = endpoint.tenant_id
                AND footing.endpoint_id = endpoint.id
            WHERE endpoint.tenant_id = $1 AND endpoint.retired_at IS NULL
                AND footing.judged_digest = endpoint.inventory_digest
                AND (endpoint.settled_digest IS NULL
                    OR endpoint.settled_digest <> endpoint.inventory_digest)
            LIMIT $2
            """, tenant, limit
        ).map { row in
            var row = row.reader
            return (try row.next(EndpointID.self), try row.next(String.self))
        }
        return Dictionary(found) { first, _ in first }
    }

    func noteSettled(_ digest: String, of endpoint: EndpointID, tenant: TenantID) throws {
        try change(
            "UPDATE endpoint SET settled_digest = $3 WHERE tenant_id = $1 AND id = $2",
            tenant, endpoint, digest)
    }
}

extension EndOfLifeAnswer.Treatment: SQLConvertible {}
