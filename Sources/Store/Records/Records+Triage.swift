import Fleet
import ServerRecords

extension StoreRecords: TriageRecords {
    func insert(_ triage: TriageRecord) throws {
        try change(
            """
            INSERT INTO triage (tenant_id, id, endpoint_id, is_open, is_kept, due_at, ended_at, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, triage.tenant, triage.id, triage.endpoint, triage.isOpen, triage.keepsEvidence,
            triage.nextDueAt, triage.endedAt, StoredJSON.text(triage))
    }

    func update(_ triage: TriageRecord) throws {
        let changed = try change(
            """
            UPDATE triage SET is_open = $2, is_kept = $3, due_at = $4, ended_at = $5, body = $6
            WHERE id = $1
            """, triage.id, triage.isOpen, triage.keepsEvidence, triage.nextDueAt,
            triage.endedAt, StoredJSON.text(triage))
        try requireOne(changed, "triage")
    }

    func triage(_ id: TriageID, in scope: Scope) throws -> TriageRecord? {
        var query = SQLText("SELECT body FROM triage")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func triages(_ asked: TriageQuery) throws -> [TriageRecord] {
        var query = SQLText("SELECT body FROM triage")
        query.require(asked.scope)
        if let endpoint = asked.endpoint {
            query.require("endpoint_id = \(query.bind(endpoint))")
        }
        if asked.openOnly { query.require("is_open = 1") }
        if let before = asked.before { query.require("id < \(query.bind(before))") }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(asked.limit, 0)))")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func lateTriages(at now: Timestamp, limit: Int) throws -> [TriageRecord] {
        try rows(
            "SELECT body FROM triage WHERE due_at < $1 ORDER BY due_at, id LIMIT $2", now,
            max(limit, 0)
        ).map { try StoredJSON.value($0.first()) }
    }

    func set(_ forensics: EndpointForensics?, of endpoint: EndpointID) throws {
        let changed = try change(
            "UPDATE endpoint SET forensics = $2 WHERE id = $1", endpoint,
            forensics.map { try StoredJSON.text($0) })
        try requireOne(changed, "endpoint")
    }
}

extension StoreRecords: EvidenceRecords {
    func insert(_ evidence: EvidenceRecord, document: [UInt8]) throws {
        try change(
            """
            INSERT INTO evidence (tenant_id, id, endpoint_id, triage_id, received_at, body, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """, evidence.tenant, evidence.id, evidence.endpoint, evidence.triage,
            evidence.receivedAt, StoredJSON.text(evidence), document)
    }

    func evidence(_ id: EvidenceID, in scope: Scope) throws -> EvidenceRecord? {
        var query = SQLText("SELECT body FROM evidence")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first.map { try StoredJSON.value($0.first()) }
    }

    func evidenceDocument(_ id: EvidenceID, in scope: Scope) throws -> [UInt8]? {
        var query = SQLText("SELECT document FROM evidence")
        query.require("id = \(query.bind(id))")
        query.require(scope)
        return try rows(query).first?.first()
    }

    func evidence(of endpoint: EndpointID, in scope: Scope) throws -> [EvidenceRecord] {
        var query = SQLText("SELECT body FROM evidence")
        query.require("endpoint_id = \(query.bind(endpoint))")
        query.require(scope)
        query.add("ORDER BY received_at DESC, id DESC")
        return try rows(query).map { try StoredJSON.value($0.first()) }
    }

    func trimEvidence(
        of endpoint: EndpointID, to count: Int, receivedBefore: Timestamp
    ) throws {
        try change(
            """
            DELETE FROM evidence WHERE endpoint_id = $1 AND received_at < $2 AND \(Self.unkept)
                AND id NOT IN (SELECT id FROM evidence WHERE endpoint_id = $1
                    ORDER BY received_at DESC, id DESC LIMIT $3)
            """, endpoint, receivedBefore, max(count, 0))
    }

    func purgeEvidence(before: Timestamp, limit: Int) throws -> Int {
        let bundles = try change(
            """
            DELETE FROM evidence WHERE id IN (SELECT id FROM evidence
                WHERE received_at < $1 AND \(Self.unkept) LIMIT $2)
            """, before, max(limit, 0))
        return try bundles
            + change(
                """
                DELETE FROM triage WHERE id IN (SELECT id FROM triage
                    WHERE ended_at < $1 AND is_kept = 0 LIMIT $2)
                """, before, max(limit - bundles, 0))
    }

    /// That no triage keeps a bundle.
    private static let unkept = """
        (triage_id IS NULL OR triage_id NOT IN (SELECT kept.id FROM triage AS kept
            WHERE kept.tenant_id = evidence.tenant_id AND kept.is_kept = 1))
        """
}
