/// Evidence that endpoints take of themselves before they are patched, and the triages that it is
/// for. The conventions are those of `Schema1`.
enum Schema28 {
    /// Its statements.
    static let text = triage + evidence + alerts()

    /// `forensics` says what is wanted of an endpoint, so that a check-in need not look elsewhere;
    /// `due_at` is when the next part is due of which nobody has been told that it is late.
    private static let triage = """
        ALTER TABLE endpoint ADD COLUMN forensics TEXT;
        CREATE TABLE triage (
            tenant_id TEXT NOT NULL,
            id TEXT NOT NULL PRIMARY KEY,
            endpoint_id TEXT NOT NULL,
            is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
            is_kept INTEGER NOT NULL CHECK (is_kept IN (0, 1) AND is_kept >= is_open),
            due_at INTEGER,
            ended_at INTEGER,
            body TEXT NOT NULL,
            CHECK (due_at IS NULL OR is_open = 1),
            CHECK ((ended_at IS NULL) = (is_open = 1)),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        CREATE INDEX triage_by_tenant ON triage (tenant_id, id);
        CREATE INDEX triage_by_endpoint ON triage (tenant_id, endpoint_id, id);
        CREATE INDEX triage_open ON triage (tenant_id, id) WHERE is_open = 1;
        CREATE INDEX triage_by_due ON triage (due_at) WHERE due_at IS NOT NULL;

        """

    /// A bundle may outlive its triage, or the other way round. The document comes last: a row's
    /// other columns are read without it.
    private static let evidence = """
        CREATE TABLE evidence (
            tenant_id TEXT NOT NULL,
            id TEXT NOT NULL PRIMARY KEY,
            endpoint_id TEXT NOT NULL,
            triage_id TEXT,
            received_at INTEGER NOT NULL,
            body TEXT NOT NULL,
            document BLOB NOT NULL CHECK (length(document) BETWEEN 1 AND 4194304),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        CREATE INDEX evidence_by_endpoint ON evidence (tenant_id, endpoint_id, received_at);
        CREATE INDEX evidence_by_time ON evidence (received_at);

        """

    /// As in `Schema27`: the kinds stand in a condition that neither database changes in the
    /// other's words. Later steps add theirs.
    static func alerts(_ further: String = "") -> String {
        """
        CREATE TABLE alert_former AS SELECT * FROM alert;
        DROP TABLE alert;
        CREATE TABLE alert (
            tenant_id TEXT REFERENCES tenant (id),
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('knownExploited', 'rolloutHalted', 'feedStale',
                'feedWaiting', 'backupStale', 'exceptionEnding', 'exceptionEnded',
                'emergencyReview', 'dueDateMissed', 'triageOverdue', 'tracesFound'\(further))),
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
}
