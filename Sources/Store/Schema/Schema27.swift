/// Alerts about due dates that have passed. The conventions are those of `Schema1`.
enum Schema27 {
    /// Its statements, as in `Schema23`: the kinds stand in a condition that neither database changes
    /// in the other's words.
    static let text = """
        CREATE TABLE alert_former AS SELECT * FROM alert;
        DROP TABLE alert;
        CREATE TABLE alert (
            tenant_id TEXT REFERENCES tenant (id),
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('knownExploited', 'rolloutHalted', 'feedStale',
                'feedWaiting', 'backupStale', 'exceptionEnding', 'exceptionEnded',
                'emergencyReview', 'dueDateMissed')),
            subject TEXT NOT NULL,
            sentence TEXT NOT NULL,
            endpoints INTEGER NOT NULL CHECK (endpoints >= 0),
            raised_at INTEGER NOT NULL,
            acknowledged_at INTEGER,
            acknowledged_by TEXT,
            CHECK (kind IN ('exceptionEnding', 'exceptionEnded')
                OR (tenant_id IS NULL) = (kind IN ('feedStale', 'feedWaiting'))),
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
}
