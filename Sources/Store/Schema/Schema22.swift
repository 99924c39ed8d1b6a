/// Duties among the signed documents. The conventions are those of `Schema1`.
enum Schema22 {
    /// Its statements: neither database changes the condition of a column in the other's words. The
    /// rows wait in a table without keys, so that the new tables' have their names in PostgreSQL.
    static let text = signed + unsigned

    private static let signed = """
        CREATE TABLE signed_document_former AS SELECT * FROM signed_document;
        DROP TABLE signed_document;
        CREATE TABLE signed_document (
            scope TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('root', 'policy', 'approval', 'hold', 'script',
                'release', 'placement', 'recipe', 'duty')),
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
            (scope, type, name, version, deployment_id, digest, issued_at, expires_at, needs_two,
                envelope)
            SELECT scope, type, name, version, deployment_id, digest, issued_at, expires_at,
                needs_two, envelope
            FROM signed_document_former;
        DROP TABLE signed_document_former;
        CREATE INDEX signed_document_by_deployment
            ON signed_document (scope, deployment_id) WHERE deployment_id IS NOT NULL;

        """

    private static let unsigned = """
        CREATE TABLE unsigned_document_former AS SELECT * FROM unsigned_document;
        DROP TABLE unsigned_document;
        CREATE TABLE unsigned_document (
            scope TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('root', 'policy', 'approval', 'hold', 'script',
                'release', 'placement', 'recipe', 'duty')),
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
            (scope, type, name, version, deployment_id, digest, issued_at, expires_at, needs_two,
                envelope, asked_at, asked_by, reason)
            SELECT scope, type, name, version, deployment_id, digest, issued_at, expires_at,
                needs_two, envelope, asked_at, asked_by, reason
            FROM unsigned_document_former;
        DROP TABLE unsigned_document_former;

        """
}
