/// Whom open rollouts name, and alerts about rollouts. The conventions are those of `Schema1`.
enum Schema14 {
    /// Its statements.
    static let text = endpoints + alerts

    /// The endpoints of each open rollout, so that who asks about one endpoint reads the rollouts
    /// that name it and no others. Where `names_endpoints` is 0 the rollout was opened before there
    /// was this table, and counts as naming everybody until it ends.
    private static let endpoints = """
        ALTER TABLE rollout ADD COLUMN names_endpoints INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE rollout_endpoint (
            tenant_id TEXT NOT NULL,
            deployment_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            PRIMARY KEY (tenant_id, deployment_id, endpoint_id),
            FOREIGN KEY (tenant_id, deployment_id) REFERENCES rollout (tenant_id, deployment_id)
        ) STRICT, WITHOUT ROWID;

        """

    private static let alerts = """
        CREATE TABLE alert_next (
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
        INSERT INTO alert_next (tenant_id, id, kind, subject, sentence, endpoints, raised_at,
            acknowledged_at, acknowledged_by)
        SELECT tenant_id, id, kind, subject, sentence, endpoints, raised_at,
            acknowledged_at, acknowledged_by FROM alert;
        DROP TABLE alert;
        ALTER TABLE alert_next RENAME TO alert;
        CREATE UNIQUE INDEX alert_subject ON alert (tenant_id, kind, subject)
            WHERE tenant_id IS NOT NULL;
        CREATE UNIQUE INDEX alert_own_subject ON alert (kind, subject) WHERE tenant_id IS NULL;
        CREATE INDEX alert_order ON alert (tenant_id, id);
        CREATE INDEX open_alert ON alert (tenant_id, id) WHERE acknowledged_at IS NULL;

        """
}
