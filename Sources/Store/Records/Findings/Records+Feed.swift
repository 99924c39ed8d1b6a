import ServerRecords

extension StoreRecords: FeedRecords {
    func feeds() throws -> [Feed] {
        try rows("SELECT body FROM feed ORDER BY name").map { try StoredJSON.value($0.first()) }
    }

    func feed(_ name: String) throws -> Feed? {
        try rows("SELECT body FROM feed WHERE name = $1", name).first
            .map { try StoredJSON.value($0.first()) }
    }

    func save(_ feed: Feed) throws {
        try change(
            """
            INSERT INTO feed (name, is_enabled, body) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET is_enabled = excluded.is_enabled, body = excluded.body
            """, feed.name, feed.isEnabled, StoredJSON.text(feed))
    }

    func removeFeed(_ name: String) throws {
        try change("DELETE FROM feed WHERE name = $1", name)
    }
}
