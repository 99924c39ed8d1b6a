import Fleet
import ServerRecords

extension StoreRecords: FindingHistoryRecords {
    func end(_ spans: [FindingSpan]) throws {
        for span in spans {
            try change(
                """
                INSERT INTO finding_span (tenant_id, endpoint_id, vulnerability, began, ended, cause)
                SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT),
                    CAST($5 AS BIGINT), CAST($6 AS TEXT)
                WHERE NOT EXISTS (SELECT 1 FROM finding_span WHERE tenant_id = $1
                    AND vulnerability = $3 AND endpoint_id = $2 AND ended > $4)
                ON CONFLICT DO NOTHING
                """, span.tenant, span.endpoint, span.vulnerability, span.began, span.ended,
                span.cause)
        }
    }

    func noteJudged(_ digest: String, of endpoint: EndpointID, tenant: TenantID) throws {
        try change(
            """
            UPDATE endpoint_footing SET judged_digest = $3
            WHERE tenant_id = $1 AND endpoint_id = $2
            """, tenant, endpoint, digest)
    }

    func endpoints(
        withSpans query: FindingSpanQuery, after: EndpointID?, limit: Int
    ) throws -> [EndpointID] {
        var text = SQLText("SELECT DISTINCT endpoint_id FROM finding_span")
        text.require(query)
        if let after { text.require("endpoint_id > \(text.bind(after))") }
        text.add("ORDER BY endpoint_id LIMIT \(text.bind(max(limit, 0)))")
        return try rows(text).map { try $0.first() }
    }

    func spans(_ query: FindingSpanQuery, of endpoints: [EndpointID]) throws -> [FindingSpan] {
        try chunks(of: endpoints, Self.historiesPerStatement).flatMap { chunk in
            var text = SQLText(
                "SELECT endpoint_id, tenant_id, vulnerability, began, ended, cause FROM finding_span"
            )
            text.require(query)
            let places = chunk.map { text.bind($0) }.joined(separator: ", ")
            text.require("endpoint_id IN (\(places))")
            text.add("ORDER BY began, endpoint_id")
            return try rows(text).map { row in
                var row = row.reader
                return FindingSpan(
                    endpoint: try row.next(), tenant: try row.next(),
                    vulnerability: try row.next(), began: try row.next(), ended: try row.next(),
                    cause: try row.next())
            }
        }
    }

    func knownSince(_ vulnerability: String) throws -> Timestamp? {
        try rows("SELECT min(since) FROM known_finding WHERE vulnerability = $1", vulnerability)
            .first.flatMap { try $0.first(as: Timestamp?.self) }
    }

    func purgeSpans(endedBefore: Timestamp, limit: Int) throws -> Int {
        try change(
            """
            DELETE FROM finding_span WHERE (tenant_id, vulnerability, endpoint_id, began) IN (
                SELECT tenant_id, vulnerability, endpoint_id, began FROM finding_span
                WHERE ended < $1 LIMIT $2)
            """, endedBefore, max(limit, 0))
    }

    /// Of how many endpoints one statement asks for times.
    private static let historiesPerStatement = 200
}

extension FindingSpan.Cause: SQLConvertible {}

extension SQLText {
    /// Narrows a statement to the times of a query: those that touch its span.
    fileprivate mutating func require(_ query: FindingSpanQuery) {
        require("vulnerability = \(bind(query.vulnerability))")
        require(query.scope)
        require("began < \(bind(query.to))")
        require("ended > \(bind(query.from))")
    }
}
