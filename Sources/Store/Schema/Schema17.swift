/// Who is told before work begins, and what they were told. The conventions are those of `Schema1`.
enum Schema17 {
    /// Its statements. A notice keeps its contact's name and address, since it outlives them; one
    /// contact is told of one opening once.
    static let text = """
        CREATE TABLE notice_contact (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            address TEXT NOT NULL,
            seconds_before INTEGER NOT NULL CHECK (seconds_before > 0),
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            PRIMARY KEY (tenant_id, id),
            UNIQUE (tenant_id, name)
        ) STRICT;
        CREATE TABLE notice (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            contact_id TEXT NOT NULL,
            contact TEXT NOT NULL,
            address TEXT NOT NULL,
            opening TEXT NOT NULL,
            opens_at INTEGER NOT NULL,
            closes_at INTEGER NOT NULL,
            body TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            next_at INTEGER,
            made_at INTEGER NOT NULL,
            ended_at INTEGER,
            receipt TEXT,
            PRIMARY KEY (tenant_id, id),
            UNIQUE (tenant_id, contact_id, opening),
            CHECK ((next_at IS NULL) = (state <> 'waiting'))
        ) STRICT;
        CREATE INDEX notice_due ON notice (next_at) WHERE next_at IS NOT NULL;
        CREATE INDEX notice_by_opening ON notice (opens_at);

        """
}
