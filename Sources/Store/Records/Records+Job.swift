import Fleet
import Rollout
import ServerRecords

extension StoreRecords: JobRecords {
    func insert(_ job: Job) throws {
        try change(
            """
            INSERT INTO job (tenant_id, id, deployment_id, endpoint_id, state, is_open, due_at,
                created_at, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, job.tenant, job.id, job.deployment, job.endpoint, job.state, !job.state.isTerminal,
            dueAt(job),
            job.createdAt, StoredJSON.text(job))
    }

    func update(_ job: Job) throws {
        let changed = try change(
            """
            UPDATE job SET state = $3, is_open = $4, due_at = $5, body = $6
            WHERE tenant_id = $1 AND id = $2
            """,
            job.tenant, job.id, job.state, !job.state.isTerminal, dueAt(job), StoredJSON.text(job))
        try requireOne(changed, "job")
    }

    func job(_ id: JobID, in scope: Scope) throws -> Job? {
        var query = SQLText("SELECT body FROM job")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try interned.bodies.value($0.first()) }
    }

    func jobs(_ query: JobQuery) throws -> [Job] {
        var text = SQLText("SELECT body FROM job")
        text.require(query.scope)
        if let deployment = query.deployment {
            text.require("deployment_id = \(text.bind(deployment))")
        }
        if let endpoint = query.endpoint { text.require("endpoint_id = \(text.bind(endpoint))") }
        if let name = query.naming {
            // As it stands in the body: quoted, and with the escapes of JSON.
            let part = SQLText.containing(try StoredJSON.text(name))
            text.require("body LIKE \(text.bind(part)) ESCAPE '\\'")
        }
        if let from = query.madeFrom { text.require("created_at >= \(text.bind(from))") }
        if let before = query.madeBefore { text.require("created_at < \(text.bind(before))") }
        if let after = query.after { text.require("id > \(text.bind(after))") }
        if query.openOnly { text.require("is_open = 1") }
        if !query.states.isEmpty {
            let states = query.states.map { text.bind($0) }.joined(separator: ", ")
            text.require("state IN (\(states))")
        }
        if query.handedOutOnly { text.require(Self.handedOut(&text)) }
        // Identifiers sort as their creation times do.
        text.add(
            "ORDER BY id \(query.oldestFirst ? "ASC" : "DESC") LIMIT \(text.bind(max(query.limit, 0)))"
        )
        return try rows(text).map { try interned.bodies.value($0.first()) }
    }

    func overdueJobs(at now: Timestamp, limit: Int) throws -> [Job] {
        try rows(
            "SELECT body FROM job WHERE is_open = 1 AND due_at <= $1 ORDER BY due_at, id LIMIT $2",
            now,
            max(limit, 0)
        ).map { try interned.bodies.value($0.first()) }
    }

    /// The condition that a job's deployment hands jobs out.
    private static func handedOut(_ text: inout SQLText) -> String {
        let states = Deployment.State.allCases.filter(\.handsOutJobs).map { text.bind($0) }
        return """
            EXISTS (SELECT 1 FROM deployment WHERE deployment.tenant_id = job.tenant_id \
            AND deployment.id = job.deployment_id \
            AND deployment.state IN (\(states.joined(separator: ", "))))
            """
    }

    /// When time next changes the job.
    private func dueAt(_ job: Job) -> Timestamp {
        job.leaseExpiresAt.map { min($0, job.deadline) } ?? job.deadline
    }
}

extension Job.State: SQLConvertible {}
