import Fleet
import ServerRecords
import Trust
import Verdicts

extension StoreRecords: VerdictRecords {
    func verdictFeeds(in scope: Scope) throws -> [VerdictFeedRecord] {
        try bodies(of: "verdict_feed", in: scope, order: "name, scope")
    }

    func save(_ feed: VerdictFeedRecord) throws {
        try change(
            """
            INSERT INTO verdict_feed (scope, tenant_id, name, body, verdicts)
            VALUES ($1, $2, $3, $4, '[]')
            ON CONFLICT (scope, name) DO UPDATE SET body = excluded.body
            """, Self.place(feed.tenant), feed.tenant, feed.name, StoredJSON.text(feed))
    }

    func save(_ verdicts: [UpdateVerdict], of feed: VerdictFeedRecord) throws {
        let changed = try change(
            "UPDATE verdict_feed SET verdicts = $3 WHERE scope = $1 AND name = $2",
            Self.place(feed.tenant), feed.name, StoredJSON.text(verdicts))
        try requireOne(changed, "verdict feed")
    }

    func verdicts(of feed: VerdictFeedRecord) throws -> [UpdateVerdict] {
        try rows(
            "SELECT verdicts FROM verdict_feed WHERE scope = $1 AND name = $2",
            Self.place(feed.tenant), feed.name
        ).first.map { try StoredJSON.value($0.first()) } ?? []
    }

    func remove(_ feed: VerdictFeedRecord) throws {
        try change(
            "DELETE FROM verdict_feed WHERE scope = $1 AND name = $2", Self.place(feed.tenant),
            feed.name)
    }

    func ownVerdicts(in scope: Scope) throws -> [OwnVerdict] {
        try bodies(of: "own_verdict", in: scope, order: "said_at DESC, subject, scope")
    }

    func save(_ own: OwnVerdict) throws {
        try change(
            """
            INSERT INTO own_verdict (scope, tenant_id, subject, said_at, body)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (scope, subject)
            DO UPDATE SET said_at = excluded.said_at, body = excluded.body
            """, Self.place(own.tenant), own.tenant, own.subject, own.verdict.at,
            StoredJSON.text(own))
    }

    func remove(_ own: OwnVerdict) throws {
        try change(
            "DELETE FROM own_verdict WHERE scope = $1 AND subject = $2", Self.place(own.tenant),
            own.subject)
    }

    private static func place(_ tenant: TenantID?) -> String { tenant?.text ?? "" }

    /// What counts in scope: everything for the provider, and for a tenant its own and the
    /// provider's.
    private func bodies<Value: Decodable>(
        of table: String, in scope: Scope, order: String
    ) throws -> [Value] {
        let text = "SELECT body FROM \(table)"
        let found =
            switch scope {
            case .provider: try rows("\(text) ORDER BY \(order)")
            case .tenant(let tenant):
                try rows(
                    "\(text) WHERE tenant_id = $1 OR tenant_id IS NULL ORDER BY \(order)", tenant)
            }
        return try found.map { try StoredJSON.value($0.first()) }
    }
}

extension StoreRecords: VerdictNumberRecords {
    func verdictNumber(of feed: String, signedBy key: PublicKey) throws -> VerdictNumber? {
        let found = try rows(
            "SELECT sequence, digest FROM verdict_number WHERE name = $1 AND key_id = $2", feed,
            key.id.text
        ).first
        guard var row = found?.reader else { return nil }
        return VerdictNumber(
            feed: feed, key: key, sequence: try row.next(), digest: try row.next())
    }

    func keep(_ number: VerdictNumber) throws {
        try change(
            """
            INSERT INTO verdict_number (name, key_id, sequence, digest) VALUES ($1, $2, $3, $4)
            ON CONFLICT (name, key_id)
            DO UPDATE SET sequence = excluded.sequence, digest = excluded.digest
            WHERE excluded.sequence > verdict_number.sequence
            """, number.feed, number.key.id.text, number.sequence, number.digest)
    }
}
