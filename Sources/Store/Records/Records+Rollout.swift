import Fleet
import Rollout
import ServerRecords

extension StoreRecords: RolloutRecords {
    func insert(_ rollout: RolloutRecord) throws {
        try change(
            """
            INSERT INTO rollout (tenant_id, deployment_id, policy_name, policy_version, lane, state,
                is_open, is_automatic, opened_at, wake_at, body, names_endpoints)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
            """, rollout.tenant, rollout.deployment, rollout.policyText, rollout.policyVersion,
            rollout.laneText, rollout.standing, rollout.isOpen, rollout.isAutomatic,
            rollout.openedAt, rollout.wakeAt, StoredJSON.text(rollout))
        guard rollout.isOpen else { return }
        let endpoints = rollout.rollout.endpoints.map(\.member.endpoint)
        for start in stride(from: 0, to: endpoints.count, by: Self.endpointsOfStatement) {
            let part = endpoints[start..<min(start + Self.endpointsOfStatement, endpoints.count)]
            var query = SQLText(
                "INSERT INTO rollout_endpoint (tenant_id, deployment_id, endpoint_id) VALUES")
            let rows = part.map { endpoint in
                let (tenant, deployment) = (
                    query.bind(rollout.tenant), query.bind(rollout.deployment)
                )
                return "(\(tenant), \(deployment), \(query.bind(endpoint)))"
            }
            query.add(rows.joined(separator: ", "))
            try change(query)
        }
    }

    /// How many endpoints one statement names: databases take some ten thousand values in one.
    private static let endpointsOfStatement = 500

    func update(_ rollout: RolloutRecord) throws {
        let changed = try change(
            """
            UPDATE rollout SET state = $3, is_open = $4, wake_at = $5, body = $6
            WHERE tenant_id = $1 AND deployment_id = $2
            """, rollout.tenant, rollout.deployment, rollout.standing, rollout.isOpen,
            rollout.wakeAt, StoredJSON.text(rollout))
        try requireOne(changed, "rollout")
        // Whom a rollout names is asked of open ones only.
        guard !rollout.isOpen else { return }
        try change(
            "DELETE FROM rollout_endpoint WHERE tenant_id = $1 AND deployment_id = $2",
            rollout.tenant, rollout.deployment)
    }

    func rollout(of deployment: DeploymentID, in scope: Scope) throws -> RolloutRecord? {
        var query = SQLText("SELECT body FROM rollout")
        query.require("deployment_id = \(query.bind(deployment))")
        query.require(scope)
        return try rows(query).first.map { try interned.bodies.value($0.first()) }
    }

    func openRollouts(of tenant: TenantID, naming endpoint: EndpointID?) throws -> [RolloutRecord] {
        var query = SQLText("SELECT body FROM rollout")
        query.require("tenant_id = \(query.bind(tenant))")
        query.require("is_open = 1")
        if let endpoint {
            query.require(
                """
                (names_endpoints = 0 OR EXISTS (SELECT 1 FROM rollout_endpoint AS named \
                WHERE named.tenant_id = rollout.tenant_id \
                AND named.deployment_id = rollout.deployment_id \
                AND named.endpoint_id = \(query.bind(endpoint))))
                """)
        }
        query.add("ORDER BY deployment_id")
        return try rows(query).map { try interned.bodies.value($0.first()) }
    }

    func latestWave(policy: String, lane: String, of tenant: TenantID) throws -> Timestamp? {
        try rows(
            """
            SELECT opened_at FROM rollout WHERE tenant_id = $1 AND policy_name = $2 AND lane = $3
                AND is_automatic = 1 ORDER BY opened_at DESC LIMIT 1
            """, tenant, policy, lane
        ).first?.first()
    }

    func dueRollouts(at now: Timestamp, limit: Int) throws -> [RolloutKey] {
        try rows(
            """
            SELECT tenant_id, deployment_id FROM rollout WHERE wake_at IS NOT NULL AND wake_at <= $1
            UNION SELECT DISTINCT tenant_id, deployment_id FROM rollout_event
            ORDER BY tenant_id, deployment_id LIMIT $2
            """, now, max(limit, 0)
        ).map { row in
            var row = row.reader
            return RolloutKey(tenant: try row.next(), deployment: try row.next())
        }
    }

    func post(_ event: RolloutEvent, to rollout: RolloutKey, at now: Timestamp) throws {
        try change(
            "INSERT INTO rollout_event (tenant_id, deployment_id, at, body) VALUES ($1, $2, $3, $4)",
            rollout.tenant, rollout.deployment, now, StoredJSON.text(event))
    }

    func takeEvents(of rollout: RolloutKey, limit: Int) throws -> [PostedRolloutEvent] {
        let taken = try rows(
            """
            SELECT id, at, body FROM rollout_event WHERE tenant_id = $1 AND deployment_id = $2
            ORDER BY id LIMIT $3
            """, rollout.tenant, rollout.deployment, max(limit, 0)
        ).map { row in
            var row = row.reader
            let id: Int64 = try row.next()
            let at: Timestamp = try row.next()
            return (id, PostedRolloutEvent(event: try StoredJSON.value(row.next()), at: at))
        }
        for (id, _) in taken { try change("DELETE FROM rollout_event WHERE id = $1", id) }
        return taken.map(\.1)
    }
}

extension RolloutState: SQLConvertible {}
