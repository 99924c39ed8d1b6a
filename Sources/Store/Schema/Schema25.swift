/// Verdict feeds and what they say, and operators' own verdicts. The conventions are those of
/// `Schema1`.
enum Schema25 {
    /// Its statements. A scope is a tenant's identifier, or empty for the provider's, which count
    /// for every tenant: keys cannot hold what is null. What a feed says is one text, since it is
    /// always replaced and read whole.
    static let text = """
        CREATE TABLE verdict_feed (
            scope TEXT NOT NULL,
            tenant_id TEXT REFERENCES tenant (id),
            name TEXT NOT NULL,
            body TEXT NOT NULL,
            verdicts TEXT NOT NULL,
            PRIMARY KEY (scope, name),
            CHECK (scope = coalesce(tenant_id, ''))
        ) STRICT;
        CREATE TABLE own_verdict (
            scope TEXT NOT NULL,
            tenant_id TEXT REFERENCES tenant (id),
            subject TEXT NOT NULL,
            said_at INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (scope, subject),
            CHECK (scope = coalesce(tenant_id, ''))
        ) STRICT;

        """
}
