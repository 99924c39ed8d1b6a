/// Vulnerability intelligence: feeds, findings, alerts. The conventions are those of `Schema1`.
///
/// Which endpoint has which vulnerability is not stored: it follows from inventories and feeds, and
/// each process holds it in memory. What does not follow from them is: since when.
enum Schema2 {
    /// Its statements.
    static let text = feeds + findings + alerts

    /// Feeds belong to the installation: all tenants share what is known of vulnerabilities.
    private static let feeds = """
        CREATE TABLE feed (
            name TEXT NOT NULL PRIMARY KEY,
            is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
            body TEXT NOT NULL
        ) STRICT;

        """

    /// A known finding is one of a package on a release, whoever has it, and so of no tenant. A
    /// start is there only where a scan has brought a finding that was known before to an endpoint
    /// that was there before; every other finding began with the later of the two.
    private static let findings = """
        CREATE TABLE endpoint_footing (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL UNIQUE,
            os_id TEXT NOT NULL,
            os_version TEXT NOT NULL,
            os_name TEXT NOT NULL,
            os_codename TEXT,
            os_like TEXT NOT NULL,
            kernel TEXT NOT NULL,
            replaced TEXT NOT NULL,
            PRIMARY KEY (tenant_id, endpoint_id),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        CREATE TABLE known_finding (
            vulnerability TEXT NOT NULL,
            release_name TEXT NOT NULL,
            source TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (vulnerability, release_name, source)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE finding_start (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            vulnerability TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, endpoint_id, vulnerability),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX finding_start_by_endpoint ON finding_start (endpoint_id, vulnerability);

        """

    private static let alerts = """
        CREATE TABLE alert (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('knownExploited')),
            subject TEXT NOT NULL,
            sentence TEXT NOT NULL,
            endpoints INTEGER NOT NULL CHECK (endpoints >= 0),
            raised_at INTEGER NOT NULL,
            acknowledged_at INTEGER,
            acknowledged_by TEXT,
            PRIMARY KEY (tenant_id, id),
            UNIQUE (tenant_id, kind, subject),
            CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
        ) STRICT;
        CREATE INDEX open_alert ON alert (tenant_id, id) WHERE acknowledged_at IS NULL;

        """
}
