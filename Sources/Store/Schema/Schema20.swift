/// The tables of signed documents under names of their own. The conventions are those of `Schema1`.
enum Schema20 {
    /// Its statements: a former step made the tables under other names and renamed them, and
    /// PostgreSQL's keys and conditions kept those names. Neither database renames them in the
    /// other's words, so that the tables are written anew, the old ones out of the way.
    static let text = """
        DROP INDEX signed_document_by_deployment;
        ALTER TABLE signed_document RENAME TO signed_document_former;
        CREATE TABLE signed_document (
            scope TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('root', 'policy', 'approval', 'hold', 'script',
                'release', 'placement', 'recipe')),
            name TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            deployment_id TEXT,
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at > issued_at),
            needs_two INTEGER NOT NULL CHECK (needs_two IN (0, 1)),
            envelope BLOB NOT NULL,
            PRIMARY KEY (scope, type, name, version)
        ) STRICT;
        INSERT INTO signed_document
            SELECT scope, type, name, version, deployment_id, digest, issued_at, expires_at,
                needs_two, envelope
            FROM signed_document_former;
        DROP TABLE signed_document_former;
        CREATE INDEX signed_document_by_deployment
            ON signed_document (scope, deployment_id) WHERE deployment_id IS NOT NULL;
        ALTER TABLE unsigned_document RENAME TO unsigned_document_former;
        CREATE TABLE unsigned_document (
            scope TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('root', 'policy', 'approval', 'hold', 'script',
                'release', 'placement', 'recipe')),
            name TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            deployment_id TEXT,
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at > issued_at),
            needs_two INTEGER NOT NULL CHECK (needs_two IN (0, 1)),
            envelope BLOB NOT NULL,
            asked_at INTEGER NOT NULL,
            asked_by TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (scope, type, name)
        ) STRICT;
        INSERT INTO unsigned_document
            SELECT scope, type, name, version, deployment_id, digest, issued_at, expires_at,
                needs_two, envelope, asked_at, asked_by, reason
            FROM unsigned_document_former;
        DROP TABLE unsigned_document_former;

        """
}
