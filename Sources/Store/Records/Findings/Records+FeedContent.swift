import Fleet
import ServerRecords

extension StoreRecords: FeedContentRecords {
    func save(_ part: FeedContentPart) throws {
        try change(
            """
            INSERT INTO feed_content (feed, digest, part, body) VALUES ($1, $2, $3, $4)
            ON CONFLICT (feed, digest, part) DO NOTHING
            """, part.feed, part.digest, part.number, part.bytes)
    }

    func feedContent(_ feed: String, digest: String, part: Int) throws -> [UInt8]? {
        try rows(
            "SELECT body FROM feed_content WHERE feed = $1 AND digest = $2 AND part = $3", feed,
            digest, part
        ).first?.first()
    }

    func dropFeedContent(_ feed: String, except digest: String?) throws {
        try change(
            "DELETE FROM feed_content WHERE feed = $1 AND digest <> $2", feed, digest ?? "")
    }
}
