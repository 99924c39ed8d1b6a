import Fleet
import Policy
import ServerRecords

extension StoreRecords: PolicyRecords {
    func insert(_ policy: PolicyRecord) throws {
        let added = try change(
            """
            INSERT INTO policy (id, tenant_id, level, place, name, version, enabled, deleted,
                saved_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT DO NOTHING
            """, policy.id, policy.place.tenant, policy.place.level, policy.place.part,
            policy.name.text, policy.version, policy.isEnabled, policy.isDeleted, policy.savedAt)
        if added == 0 { throw NameTaken(name: policy.name.text) }
        try insertVersion(policy)
    }

    func update(_ policy: PolicyRecord) throws {
        let taken = try rows(
            """
            SELECT 1 FROM policy WHERE coalesce(tenant_id, '') = $1 AND name = $2 AND id <> $3
                AND deleted = 0
            """, policy.place.tenant?.text ?? "", policy.name.text, policy.id)
        if !policy.isDeleted, !taken.isEmpty { throw NameTaken(name: policy.name.text) }
        let changed = try change(
            """
            UPDATE policy SET name = $2, version = $3, enabled = $4, deleted = $5, saved_at = $6
            WHERE id = $1 AND version = $3 - 1
            """, policy.id, policy.name.text, policy.version, policy.isEnabled, policy.isDeleted,
            policy.savedAt)
        try requireOne(changed, "policy")
        try insertVersion(policy)
    }

    private func insertVersion(_ policy: PolicyRecord) throws {
        try change(
            "INSERT INTO policy_version (policy_id, version, saved_at, body) VALUES ($1, $2, $3, $4)",
            policy.id, policy.version, policy.savedAt, StoredJSON.text(policy))
    }

    func policy(_ id: PolicyID, in scope: Scope) throws -> PolicyRecord? {
        var query = SQLText(Self.latestVersions)
        query.require("policy.id = \(query.bind(id))")
        query.require(scope, column: "policy.tenant_id")
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func policies(in scope: Scope, includingDeleted: Bool) throws -> [PolicyRecord] {
        var query = SQLText(Self.latestVersions)
        if !includingDeleted { query.require("policy.deleted = 0") }
        query.require(scope, column: "policy.tenant_id")
        query.add("ORDER BY coalesce(policy.tenant_id, ''), policy.name")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func policies(holdingFor tenant: TenantID) throws -> [PolicyRecord] {
        try rows(
            """
            \(Self.latestVersions) WHERE policy.deleted = 0 AND policy.enabled = 1
                AND (policy.tenant_id = $1 OR policy.tenant_id IS NULL)
            ORDER BY coalesce(policy.tenant_id, ''), policy.name
            """, tenant
        ).map { try StoredJSON.value($0.first()) }
    }

    private static let latestVersions = """
        SELECT policy_version.body FROM policy
        JOIN policy_version ON policy_version.policy_id = policy.id
            AND policy_version.version = policy.version
        """

    func policyStamp(of tenant: TenantID) throws -> String {
        // Rows are never removed and versions only count up, so that each change moves the sum.
        let row = try rows(
            """
            SELECT CAST(coalesce(sum(version), 0) AS BIGINT), count(*), coalesce(max(saved_at), 0)
            FROM policy WHERE tenant_id = $1 OR tenant_id IS NULL
            """, tenant
        ).first
        guard var row = row?.reader else { return "" }
        let (sum, count, last) = (
            try row.next(Int64.self), try row.next(Int64.self), try row.next(Int64.self)
        )
        return "\(sum)/\(count)/\(last)"
    }

    func formerPolicy(_ name: PolicyName, of tenant: TenantID) throws -> PolicyRecord? {
        try rows(
            """
            \(Self.latestVersions) WHERE policy.name = $1
                AND (policy.deleted = 1 OR policy.enabled = 0)
                AND (policy.tenant_id = $2 OR policy.tenant_id IS NULL)
            ORDER BY policy.saved_at DESC LIMIT 1
            """, name.text, tenant
        ).first.map { try StoredJSON.value($0.first()) }
    }

    func policyHistory(of id: PolicyID, in scope: Scope, limit: Int) throws -> [PolicyRecord] {
        var query = SQLText(
            """
            SELECT policy_version.body FROM policy
            JOIN policy_version ON policy_version.policy_id = policy.id
            """)
        query.require("policy.id = \(query.bind(id))")
        query.require(scope, column: "policy.tenant_id")
        query.add("ORDER BY policy_version.version DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }
}

extension PolicyLevel: SQLConvertible {}
