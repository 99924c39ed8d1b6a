import Fleet
import Policy
import ServerRecords

extension StoreRecords: BundleRecords {
    func insert(_ bundle: PatchBundle, lines: [BundleLine]) throws {
        let added = try change(
            """
            INSERT INTO patch_bundle (tenant_id, id, name, version, state, body, lines)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING
            """, bundle.tenant, bundle.id, bundle.name.text, bundle.version, bundle.state,
            StoredJSON.text(bundle), StoredJSON.text(lines))
        if added == 0 { throw NameTaken(name: bundle.title) }
    }

    func update(_ bundle: PatchBundle) throws {
        let changed = try change(
            "UPDATE patch_bundle SET state = $3, body = $4 WHERE tenant_id = $1 AND id = $2",
            bundle.tenant, bundle.id, bundle.state, StoredJSON.text(bundle))
        try requireOne(changed, "bundle")
    }

    func bundle(_ id: BundleID, in scope: Scope) throws -> PatchBundle? {
        var query = SQLText("SELECT body FROM patch_bundle")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func bundleLines(_ id: BundleID, in scope: Scope) throws -> [BundleLine] {
        var query = SQLText("SELECT lines FROM patch_bundle")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) } ?? []
    }

    func bundles(
        in scope: Scope, named name: PolicyName?, before: BundleID?, limit: Int
    ) throws -> [PatchBundle] {
        var query = SQLText("SELECT body FROM patch_bundle")
        query.require(scope)
        if let name { query.require("name = \(query.bind(name.text))") }
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func bundleCount(of tenant: TenantID) throws -> Int {
        try rows("SELECT count(*) FROM patch_bundle WHERE tenant_id = $1", tenant)
            .first?.first() ?? 0
    }

    func latestBundleVersion(_ name: PolicyName, of tenant: TenantID) throws -> Int {
        try rows(
            """
            SELECT coalesce(max(version), 0) FROM patch_bundle
            WHERE tenant_id = $1 AND name = $2
            """, tenant, name.text
        ).first?.first() ?? 0
    }
}

extension PatchBundle.State: SQLConvertible {}
