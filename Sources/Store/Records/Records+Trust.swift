import Fleet
import ServerRecords
import Trust

extension StoreRecords: TrustRecords {
    func newestDocument(_ type: String, named name: String, of scope: DocumentScope) throws
        -> StoredDocument?
    {
        try rows(
            """
            SELECT \(DocumentColumns.list) FROM signed_document
            WHERE scope = $1 AND type = $2 AND name = $3 ORDER BY version DESC LIMIT 1
            """, scope.description, type, name
        ).first.map(DocumentColumns.document)
    }

    func documents(_ type: String, of scope: DocumentScope) throws -> [StoredDocument] {
        try rows(
            """
            SELECT \(DocumentColumns.list) FROM signed_document
            WHERE scope = $1 AND type = $2 ORDER BY name, version
            """, scope.description, type
        ).map(DocumentColumns.document)
    }

    func grants(of deployment: DeploymentID, tenant: TenantID) throws -> [StoredDocument] {
        try rows(
            """
            SELECT \(DocumentColumns.list) FROM signed_document
            WHERE scope = $1 AND deployment_id = $2 ORDER BY issued_at DESC, name
            """, tenant, deployment
        ).map(DocumentColumns.document)
    }

    func save(_ document: StoredDocument, replacing: Bool) throws {
        if replacing {
            try change(
                """
                DELETE FROM signed_document
                WHERE scope = $1 AND type = $2 AND name = $3 AND version < $4
                """, document.scope.description, document.type, document.name, document.version)
        }
        try change(
            """
            INSERT INTO signed_document (\(DocumentColumns.list))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, document.scope.description, document.type, document.name, document.version,
            document.deployment, document.digest, document.issuedAt, document.expiresAt,
            document.needsTwo, document.envelope)
    }

    func unsignedDocuments(in scope: Scope) throws -> [UnsignedDocument] {
        var query = SQLText(
            "SELECT \(DocumentColumns.list), asked_at, asked_by, reason FROM unsigned_document")
        query.require(scope, column: "scope")
        query.add("ORDER BY asked_at, scope, type, name")
        return try rows(query).map { row in
            var reader = row.reader
            let document = try DocumentColumns.document(&reader)
            return UnsignedDocument(
                document, askedAt: try reader.next(), askedBy: try reader.next(),
                reason: try reader.next())
        }
    }

    func setUnsigned(
        _ document: UnsignedDocument?, type: String, name: String, of scope: DocumentScope
    ) throws {
        try change(
            "DELETE FROM unsigned_document WHERE scope = $1 AND type = $2 AND name = $3",
            scope.description, type, name)
        guard let waiting = document else { return }
        let document = waiting.document
        try change(
            """
            INSERT INTO unsigned_document (\(DocumentColumns.list), asked_at, asked_by, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """, scope.description, type, name, document.version, document.deployment,
            document.digest, document.issuedAt, document.expiresAt, document.needsTwo,
            document.envelope, waiting.askedAt, waiting.askedBy, waiting.reason)
    }

    func save(_ report: TrustReport) throws {
        try change(
            """
            INSERT INTO trust_report (tenant_id, endpoint_id, reported_at, root_version,
                policy_version, policy_digest, refusal, sentence)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET reported_at = excluded.reported_at,
                root_version = excluded.root_version, policy_version = excluded.policy_version,
                policy_digest = excluded.policy_digest, refusal = excluded.refusal,
                sentence = excluded.sentence
            """, report.tenant, report.endpoint, report.reportedAt, report.rootVersion,
            report.policyVersion, report.policyDigest, report.refusal, report.sentence)
    }

    func trustReports(in scope: Scope, endpoint: EndpointID?) throws -> [TrustReport] {
        var query = SQLText(
            """
            SELECT tenant_id, endpoint_id, reported_at, root_version, policy_version,
                policy_digest, refusal, sentence FROM trust_report
            """)
        query.require(scope)
        if let endpoint { query.require("endpoint_id = \(query.bind(endpoint))") }
        query.add("ORDER BY tenant_id, endpoint_id")
        return try rows(query).map { row in
            var row = row.reader
            return TrustReport(
                tenant: try row.next(), endpoint: try row.next(), reportedAt: try row.next(),
                rootVersion: try row.next(), policyVersion: try row.next(),
                policyDigest: try row.next(), refusal: try row.next(), sentence: try row.next())
        }
    }
}

/// How signed documents stand in both of their tables.
private enum DocumentColumns {
    static let list =
        "scope, type, name, version, deployment_id, digest, issued_at, expires_at, "
        + "needs_two, envelope"

    static func document(_ row: SQLRow) throws -> StoredDocument {
        var reader = row.reader
        return try document(&reader)
    }

    static func document(_ row: inout SQLRowReader) throws -> StoredDocument {
        guard let scope = DocumentScope(try row.next(String.self)) else {
            throw SQLFailure(.corrupt, "A signed document is for nobody.")
        }
        let (type, name, version) = (
            try row.next(String.self), try row.next(String.self), try row.next(Int.self)
        )
        let (deployment, digest) = (try row.next(DeploymentID?.self), try row.next(String.self))
        let (issued, expires) = (try row.next(Timestamp.self), try row.next(Timestamp.self))
        let needsTwo = try row.next(Bool.self)
        return StoredDocument(
            scope: scope, type: type, name: name, version: version, deployment: deployment,
            digest: digest, issuedAt: issued, expiresAt: expires, envelope: try row.next(),
            needsTwo: needsTwo)
    }
}
