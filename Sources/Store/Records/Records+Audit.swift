import Fleet
import ServerRecords

extension StoreRecords: AuditRecords {
    func lockAuditHead(of chain: String) throws -> AuditHead? {
        // Writing the row to itself locks it, on either engine, until the transaction ends.
        try changeReturning(
            "UPDATE audit_head SET sequence = sequence WHERE chain = $1 RETURNING \(Self.headColumns)",
            chain
        ).first.map(Self.head)
    }

    func append(_ entry: AuditEntry, head: AuditHead) throws {
        guard head.chain == entry.chain, head.sequence == entry.sequence, head.hash == entry.hash
        else {
            throw SQLFailure(
                .constraint, "An audit entry and the new end of its chain do not agree.")
        }
        let moved =
            if entry.sequence == 1 {
                try change(
                    """
                    INSERT INTO audit_head (chain, sequence, hash, signature)
                    VALUES ($1, $2, $3, $4)
                    ON CONFLICT (chain) DO NOTHING
                    """, head.chain, head.sequence, head.hash, head.signature)
            } else {
                try change(
                    """
                    UPDATE audit_head SET sequence = $2, hash = $3, signature = $4
                    WHERE chain = $1 AND sequence = $5 AND hash = $6
                    """, head.chain, head.sequence, head.hash, head.signature, entry.sequence - 1,
                    entry.previousHash)
            }
        // If another node had appended meanwhile, the engine itself would have told, and the
        // closure would run again.
        guard moved == 1 else {
            throw SQLFailure(.constraint, "An audit entry does not follow its chain's end.")
        }
        try change(
            """
            INSERT INTO audit_entry (\(Self.entryColumns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, entry.chain, entry.sequence, entry.at, entry.actor, entry.action, entry.subject,
            entry.sentence,
            entry.previousHash, entry.hash, entry.role)
    }

    func auditHeads(in scope: Scope) throws -> [AuditHead] {
        var query = SQLText("SELECT \(Self.headColumns) FROM audit_head")
        query.require(scope, column: "chain")
        query.add("ORDER BY chain")
        return try rows(query).map(Self.head)
    }

    func auditEntries(of chain: String, after: Int64, limit: Int) throws -> [AuditEntry] {
        try rows(
            """
            SELECT \(Self.entryColumns) FROM audit_entry WHERE chain = $1 AND sequence > $2
                ORDER BY sequence LIMIT $3
            """, chain, after, max(limit, 0)
        ).map(Self.entry)
    }

    func latestAuditEntries(
        in scope: Scope, subject: String?, before: AuditCursor?, limit: Int
    ) throws -> [AuditEntry] {
        var query = SQLText("SELECT \(Self.entryColumns) FROM audit_entry")
        query.require(scope, column: "chain")
        if let subject { query.require("subject = \(query.bind(subject))") }
        if let before {
            let place = [
                query.bind(before.at), query.bind(before.chain), query.bind(before.sequence),
            ]
            query.require("(at, chain, sequence) < (\(place.joined(separator: ", ")))")
        }
        query.add("ORDER BY at DESC, chain DESC, sequence DESC LIMIT \(query.bind(max(limit, 0)))")
        return try rows(query).map(Self.entry)
    }

    private static let headColumns = "chain, sequence, hash, signature"
    private static let entryColumns =
        "chain, sequence, at, actor, action, subject, sentence, previous_hash, hash, role"

    private static func head(_ row: SQLRow) throws -> AuditHead {
        var row = row.reader
        return AuditHead(
            chain: try row.next(), sequence: try row.next(), hash: try row.next(),
            signature: try row.next())
    }

    private static func entry(_ row: SQLRow) throws -> AuditEntry {
        var row = row.reader
        let (chain, sequence, at): (String, Int64, Timestamp) = (
            try row.next(), try row.next(), try row.next()
        )
        let (actor, action, subject, sentence): (String, String, String, String) = (
            try row.next(), try row.next(), try row.next(), try row.next()
        )
        let (previous, hash): (String, String) = (try row.next(), try row.next())
        return AuditEntry(
            chain: chain, sequence: sequence, at: at, actor: actor, role: try row.next(),
            action: action, subject: subject, sentence: sentence, previousHash: previous,
            hash: hash)
    }
}
