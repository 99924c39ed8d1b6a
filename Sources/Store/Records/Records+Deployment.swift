import Fleet
import Rollout
import ServerRecords

extension StoreRecords: DeploymentRecords {
    func insert(_ deployment: Deployment) throws {
        try change(
            "INSERT INTO deployment (tenant_id, id, state, created_at, body) VALUES ($1, $2, $3, $4, $5)",
            deployment.tenant, deployment.id, deployment.state, deployment.createdAt,
            StoredJSON.text(deployment))
    }

    func update(_ deployment: Deployment) throws {
        let changed = try change(
            "UPDATE deployment SET state = $3, body = $4 WHERE tenant_id = $1 AND id = $2",
            deployment.tenant, deployment.id, deployment.state, StoredJSON.text(deployment))
        try requireOne(changed, "deployment")
    }

    func deployment(_ id: DeploymentID, in scope: Scope) throws -> Deployment? {
        var query = SQLText("SELECT body FROM deployment")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func deployments(in scope: Scope, before: DeploymentID?, limit: Int) throws -> [Deployment] {
        // Identifiers sort as their creation times do.
        var query = SQLText("SELECT body FROM deployment")
        query.require(scope)
        if let before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func jobCounts(of deployment: DeploymentID, tenant: TenantID) throws -> [Job.State: Int] {
        var counts: [Job.State: Int] = [:]
        for row in try rows(
            "SELECT state, count(*) FROM job WHERE tenant_id = $1 AND deployment_id = $2 GROUP BY state",
            tenant,
            deployment)
        {
            var row = row.reader
            counts[try row.next(Job.State.self)] = try row.next()
        }
        return counts
    }

    func missingUpdates(
        in scope: Scope, search: String?, securityOnly: Bool, limit: Int
    ) throws -> [MissingUpdateCount] {
        // Endpoints are counted by set first, so that the rest costs as much as there are distinct
        // sets. Within a set an update may stand once for each architecture, and counts once.
        var query = SQLText(
            "WITH held AS (SELECT tenant_id, update_set_id, count(*) AS endpoints FROM endpoint")
        query.require("retired_at IS NULL AND update_set_id IS NOT NULL")
        query.require(scope)
        query.add("GROUP BY tenant_id, update_set_id), line AS (")
        query.beginClause(Self.linesOfSets)
        if let search, !search.isEmpty {
            let part = String(search.prefix(Self.longestSearch)).lowercased()
            query.require(
                "lower(item.name) LIKE \(query.bind(SQLText.containing(part))) ESCAPE '\\'")
        }
        query.add(
            "GROUP BY held.tenant_id, held.update_set_id, item.manager, item.name, item.candidate)")
        query.beginClause(Self.sumOfLines)
        if securityOnly { query.add("HAVING max(security) = 1") }
        query.add("ORDER BY max(security) DESC, sum(endpoints) DESC, name, candidate, manager")
        query.add("LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map(Self.missingUpdate)
    }

    func missingSteps(in scope: Scope, limit: Int) throws -> [MissingStep] {
        // Each distinct set once, however many endpoints have it.
        var query = SQLText(
            "WITH held AS (SELECT DISTINCT tenant_id, update_set_id FROM endpoint")
        query.require("retired_at IS NULL AND update_set_id IS NOT NULL")
        query.require(scope)
        query.add(") \(Self.stepsOfSets)")
        query.add("ORDER BY item.manager, item.name, item.installed, item.candidate")
        query.add("LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map { row in
            var row = row.reader
            return MissingStep(
                manager: try row.next(), name: try row.next(), installed: try row.next(),
                candidate: try row.next())
        }
    }

    private static let stepsOfSets = """
        SELECT DISTINCT item.manager, item.name, item.installed, item.candidate
        FROM held
        JOIN update_set_member AS member ON member.tenant_id = held.tenant_id
            AND member.set_id = held.update_set_id
        JOIN update_item AS item ON item.id = member.item_id
        """

    private static let linesOfSets = """
        SELECT item.manager AS manager, item.name AS name, item.candidate AS candidate,
            min(item.origin) AS origin,
            max(item.classes & 1) AS security, max(item.classes & 2) AS bugfix,
            max(item.classes & 4) AS feature,
            max(held.endpoints) AS endpoints,
            max(CASE WHEN item.installability = 'installable'
                THEN held.endpoints ELSE 0 END) AS installable
        FROM held
        JOIN update_set_member AS member ON member.tenant_id = held.tenant_id
            AND member.set_id = held.update_set_id
        JOIN update_item AS item ON item.id = member.item_id
        """

    private static let sumOfLines = """
        SELECT manager, name, candidate, max(security) + max(bugfix) + max(feature), min(origin),
            CAST(sum(endpoints) AS BIGINT), CAST(sum(installable) AS BIGINT)
        FROM line GROUP BY manager, name, candidate
        """

    private static func missingUpdate(_ row: SQLRow) throws -> MissingUpdateCount {
        var row = row.reader
        return MissingUpdateCount(
            manager: try row.next(), name: try row.next(), candidate: try row.next(),
            classes: UpdateColumns.classes(try row.next()), origin: try row.next(),
            endpoints: try row.next(),
            installable: try row.next())
    }
}

extension Deployment.State: SQLConvertible {}
