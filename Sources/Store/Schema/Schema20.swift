/// Tables that former steps made under other names, signed documents and alerts; how long reboots
/// take. The conventions are those of `Schema1`.
enum Schema20 {
    /// Its statements: a former step made the tables under other names and renamed them, and
    /// PostgreSQL's keys and conditions kept those names. Neither database renames them in the
    /// other's words, so that the tables are written anew, the old ones out of the way.
    static let text = documents + alerts + reboots

    private static let documents = """
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
    private static let alerts = """
        DROP INDEX alert_subject;
        DROP INDEX alert_own_subject;
        DROP INDEX alert_order;
        DROP INDEX open_alert;
        ALTER TABLE alert RENAME TO alert_former;
        CREATE TABLE alert (
            tenant_id TEXT REFERENCES tenant (id),
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('knownExploited', 'rolloutHalted', 'feedStale',
                'feedWaiting', 'backupStale')),
            subject TEXT NOT NULL,
            sentence TEXT NOT NULL,
            endpoints INTEGER NOT NULL CHECK (endpoints >= 0),
            raised_at INTEGER NOT NULL,
            acknowledged_at INTEGER,
            acknowledged_by TEXT,
            CHECK ((tenant_id IS NULL) = (kind IN ('feedStale', 'feedWaiting'))),
            CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
        ) STRICT;
        INSERT INTO alert (tenant_id, id, kind, subject, sentence, endpoints, raised_at,
            acknowledged_at, acknowledged_by)
        SELECT tenant_id, id, kind, subject, sentence, endpoints, raised_at,
            acknowledged_at, acknowledged_by FROM alert_former;
        DROP TABLE alert_former;
        CREATE UNIQUE INDEX alert_subject ON alert (tenant_id, kind, subject)
            WHERE tenant_id IS NOT NULL;
        CREATE UNIQUE INDEX alert_own_subject ON alert (kind, subject) WHERE tenant_id IS NULL;
        CREATE INDEX alert_order ON alert (tenant_id, id);
        CREATE INDEX open_alert ON alert (tenant_id, id) WHERE acknowledged_at IS NULL;

        """

    /// How long endpoints are away at their reboots: the text of `InstallSamples`.
    private static let reboots = """
        ALTER TABLE install_pace ADD COLUMN reboots TEXT NOT NULL DEFAULT '';

        """
}
