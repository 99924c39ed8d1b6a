/// Alerts about accepted risks and reviews, and emergency runs. The conventions are those of
/// `Schema1`.
enum Schema23 {
    /// Its statements: neither database changes the condition of a table in the other's words. The
    /// rows wait in a table without keys, so that the new table's have its name in PostgreSQL.
    static let text = alerts + emergencies

    private static let alerts = """
        CREATE TABLE alert_former AS SELECT * FROM alert;
        DROP TABLE alert;
        CREATE TABLE alert (
            tenant_id TEXT REFERENCES tenant (id),
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('knownExploited', 'rolloutHalted', 'feedStale',
                'feedWaiting', 'backupStale', 'exceptionEnding', 'exceptionEnded',
                'emergencyReview')),
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

    /// What an emergency run is stands in its text; beside it what it is looked for by.
    private static let emergencies = """
        CREATE TABLE emergency_run (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL PRIMARY KEY,
            vulnerability TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('awaitingSecondPerson', 'running',
                'awaitingReview', 'closed', 'lapsed')),
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX emergency_run_order ON emergency_run (tenant_id, id);
        CREATE INDEX emergency_run_state ON emergency_run (state);

        """
}
