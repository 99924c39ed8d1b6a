/// Plans that were saved. The conventions are those of `Schema1`.
enum Schema15 {
    /// Its statements. A plan is never changed; its rows stand in the body, whose digest is kept
    /// beside it and in the audit log.
    static let text = """
        CREATE TABLE saved_plan (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            ticket TEXT,
            saved_at INTEGER NOT NULL,
            saved_by TEXT NOT NULL,
            begins_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL CHECK (ends_at > begins_at),
            installs INTEGER NOT NULL CHECK (installs >= 0),
            digest TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (tenant_id, id),
            UNIQUE (tenant_id, name)
        ) STRICT;
        CREATE INDEX saved_plan_by_end ON saved_plan (ends_at);
        CREATE INDEX job_by_time ON job (tenant_id, created_at);

        """
}
