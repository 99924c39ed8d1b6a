/// What findings have been: who had which and until when, how many there were each day, what
/// scanners reported; and the content of feeds where several servers share one database. The
/// conventions are those of `Schema1`.
enum Schema7 {
    /// Its statements.
    static let text = history + scanners + feeds

    /// `finding_span` holds what has ended, and is only added to; what is open stands in the index.
    /// `judged_digest` is the inventory that findings were last judged by: what a scan changed while
    /// no server looked is told by it.
    private static let history = """
        ALTER TABLE endpoint_footing ADD COLUMN judged_digest TEXT;
        CREATE TABLE finding_span (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            vulnerability TEXT NOT NULL,
            began INTEGER NOT NULL,
            ended INTEGER NOT NULL CHECK (ended >= began),
            cause TEXT NOT NULL CHECK (cause IN ('scan', 'retired')),
            PRIMARY KEY (tenant_id, vulnerability, endpoint_id, began),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        CREATE INDEX finding_span_by_vulnerability ON finding_span (vulnerability, endpoint_id);
        CREATE INDEX finding_span_by_end ON finding_span (ended);
        CREATE TABLE exposure_day (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            day TEXT NOT NULL CHECK (length(day) = 10),
            taken_at INTEGER NOT NULL,
            endpoints INTEGER NOT NULL,
            affected INTEGER NOT NULL,
            critical INTEGER NOT NULL,
            important INTEGER NOT NULL,
            moderate INTEGER NOT NULL,
            low INTEGER NOT NULL,
            unrated INTEGER NOT NULL,
            known_exploited INTEGER NOT NULL,
            overdue INTEGER NOT NULL,
            fixable INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, day)
        ) STRICT;
        CREATE INDEX exposure_day_by_day ON exposure_day (day);

        """

    private static let scanners = """
        CREATE TABLE scanner_import (
            id TEXT NOT NULL PRIMARY KEY,
            tenant_id TEXT REFERENCES tenant (id),
            imported_at INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX scanner_import_by_tenant ON scanner_import (tenant_id, id);
        CREATE TABLE scanner_finding (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            vulnerability TEXT NOT NULL,
            scanner TEXT NOT NULL,
            import_id TEXT NOT NULL REFERENCES scanner_import (id),
            reported_at INTEGER NOT NULL,
            severity TEXT NOT NULL,
            package TEXT NOT NULL,
            detail TEXT NOT NULL,
            PRIMARY KEY (tenant_id, vulnerability, endpoint_id, scanner),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        CREATE INDEX scanner_finding_by_vulnerability
            ON scanner_finding (vulnerability, endpoint_id);

        """

    private static let feeds = """
        CREATE TABLE feed_content (
            feed TEXT NOT NULL,
            digest TEXT NOT NULL,
            part INTEGER NOT NULL CHECK (part >= 0),
            body BLOB NOT NULL,
            PRIMARY KEY (feed, digest, part)
        ) STRICT;

        """
}
