/// Policies, approvals, exceptions, and what people say of endpoints. The conventions are those of
/// `Schema1`.
///
/// What the provider has belongs to no tenant, so the identifier alone is the key of policies,
/// approvals and exceptions; their indexes begin with the tenant.
enum Schema3 {
    /// Its statements.
    static let text = policies + words + traits

    /// A policy's row is its latest version; all versions stand apart, and are only ever added to.
    private static let policies = """
        CREATE TABLE policy (
            id TEXT NOT NULL PRIMARY KEY,
            tenant_id TEXT REFERENCES tenant (id),
            level TEXT NOT NULL CHECK (level IN ('provider', 'tenant', 'site', 'group',
                'endpoint')),
            place TEXT NOT NULL,
            name TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version > 0),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
            saved_at INTEGER NOT NULL,
            CHECK ((level = 'provider') = (tenant_id IS NULL)),
            CHECK ((level IN ('provider', 'tenant')) = (place = ''))
        ) STRICT;
        CREATE UNIQUE INDEX policy_by_name ON policy (coalesce(tenant_id, ''), name)
            WHERE deleted = 0;
        CREATE INDEX policy_by_tenant ON policy (tenant_id);
        CREATE TABLE policy_version (
            policy_id TEXT NOT NULL REFERENCES policy (id),
            version INTEGER NOT NULL CHECK (version > 0),
            saved_at INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (policy_id, version)
        ) STRICT;

        """

    private static let words = """
        CREATE TABLE approval (
            id TEXT NOT NULL PRIMARY KEY,
            tenant_id TEXT REFERENCES tenant (id),
            made_at INTEGER NOT NULL,
            ended_at INTEGER,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX approval_by_tenant ON approval (tenant_id, id);
        CREATE INDEX approval_in_force ON approval (tenant_id, id) WHERE ended_at IS NULL;
        CREATE TABLE risk_exception (
            id TEXT NOT NULL PRIMARY KEY,
            tenant_id TEXT REFERENCES tenant (id),
            state TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'ended')),
            starts_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at > starts_at),
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX risk_exception_by_tenant ON risk_exception (tenant_id, id);
        CREATE INDEX risk_exception_in_force ON risk_exception (tenant_id, expires_at)
            WHERE state = 'approved';

        """

    private static let traits = """
        CREATE TABLE endpoint_trait (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            role TEXT NOT NULL,
            tags TEXT NOT NULL,
            criticality TEXT CHECK (criticality IN ('low', 'normal', 'high', 'critical')),
            exposed INTEGER CHECK (exposed IN (0, 1)),
            said_by TEXT NOT NULL,
            said_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, endpoint_id),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        CREATE TABLE endpoint_group (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            name TEXT NOT NULL,
            saved_at INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (tenant_id, name)
        ) STRICT;
        """
}
