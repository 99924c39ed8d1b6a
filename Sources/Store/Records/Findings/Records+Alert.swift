import Fleet
import ServerRecords

extension StoreRecords: AlertRecords {
    func insert(_ alert: Alert) throws -> Bool {
        try change(
            """
            INSERT INTO alert (\(Self.alertColumns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT DO NOTHING
            """, alert.tenant, alert.id, alert.kind, alert.subject, alert.sentence,
            alert.endpoints, alert.raisedAt, alert.acknowledgedAt, alert.acknowledgedBy) == 1
    }

    func alerts(in scope: Scope, openOnly: Bool, before: AlertID?, limit: Int) throws -> [Alert] {
        // Identifiers sort as their creation times do.
        var query = SQLText("SELECT \(Self.alertColumns) FROM alert")
        query.require(scope)
        if openOnly { query.require("acknowledged_at IS NULL") }
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map(Self.alert)
    }

    func countOpenAlerts(in scope: Scope) throws -> Int {
        var query = SQLText("SELECT count(*) FROM alert")
        query.require(scope)
        query.require("acknowledged_at IS NULL")
        return try rows(query).first?.first() ?? 0
    }

    func alert(_ id: AlertID, in scope: Scope) throws -> Alert? {
        var query = SQLText("SELECT \(Self.alertColumns) FROM alert")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map(Self.alert)
    }

    func alert(_ kind: Alert.Kind, about subject: String, of tenant: TenantID?) throws -> Alert? {
        var query = SQLText("SELECT \(Self.alertColumns) FROM alert")
        query.require("kind = \(query.bind(kind))")
        query.require("subject = \(query.bind(subject))")
        Self.requireOwner(tenant, of: &query)
        return try rows(query).first.map(Self.alert)
    }

    private static func requireOwner(_ tenant: TenantID?, of query: inout SQLText) {
        if let tenant {
            query.require("tenant_id = \(query.bind(tenant))")
        } else {
            query.require("tenant_id IS NULL")
        }
    }

    func renew(_ alert: Alert) throws -> Bool {
        var query = SQLText("UPDATE alert SET acknowledged_at = NULL, acknowledged_by = NULL,")
        query.add("id = \(query.bind(alert.id)), sentence = \(query.bind(alert.sentence)),")
        query.add("endpoints = \(query.bind(alert.endpoints)),")
        query.add("raised_at = \(query.bind(alert.raisedAt))")
        query.require("kind = \(query.bind(alert.kind))")
        query.require("subject = \(query.bind(alert.subject))")
        query.require("acknowledged_by = 'system'")
        Self.requireOwner(alert.tenant, of: &query)
        return try change(query) == 1
    }

    func openFeedAlerts() throws -> [Alert] {
        try rows(
            """
            SELECT \(Self.alertColumns) FROM alert
            WHERE tenant_id IS NULL AND kind IN ('feedStale', 'feedWaiting')
                AND acknowledged_at IS NULL
            ORDER BY id
            """
        ).map(Self.alert)
    }

    func openAlerts(_ kind: Alert.Kind, of tenant: TenantID?) throws -> [Alert] {
        var query = SQLText("SELECT \(Self.alertColumns) FROM alert")
        query.require("kind = \(query.bind(kind))")
        query.require("acknowledged_at IS NULL")
        Self.requireOwner(tenant, of: &query)
        query.add("ORDER BY id")
        return try rows(query).map(Self.alert)
    }

    func update(_ alert: Alert) throws {
        let changed = try change(
            """
            UPDATE alert SET acknowledged_at = $2, acknowledged_by = $3, sentence = $4,
                raised_at = $5, endpoints = $6
            WHERE id = $1
            """, alert.id, alert.acknowledgedAt, alert.acknowledgedBy, alert.sentence,
            alert.raisedAt, alert.endpoints)
        try requireOne(changed, "alert")
    }

    private static let alertColumns = """
        tenant_id, id, kind, subject, sentence, endpoints, raised_at, acknowledged_at,
        acknowledged_by
        """

    private static func alert(_ row: SQLRow) throws -> Alert {
        var row = row.reader
        let (tenant, id): (TenantID?, AlertID) = (try row.next(), try row.next())
        return Alert(
            id: id, tenant: tenant, kind: try row.next(), subject: try row.next(),
            sentence: try row.next(), endpoints: try row.next(), raisedAt: try row.next(),
            acknowledgedAt: try row.next(), acknowledgedBy: try row.next())
    }
}

extension Alert.Kind: SQLConvertible {}
