/// Signed documents: the trust root, policies, grants, holds, placements; what waits for
/// signatures; and what endpoints say of what they hold. The conventions are those of `Schema1`.
///
/// `scope` is a tenant, or `all` for what the provider signs for every tenant: it leads the key as
/// the tenant does elsewhere.
enum Schema5 {
    /// Its statements.
    static let text = """
        CREATE TABLE signed_document (
            scope TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('root', 'policy', 'approval', 'hold', 'script',
                'release', 'placement')),
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
        CREATE INDEX signed_document_by_deployment
            ON signed_document (scope, deployment_id) WHERE deployment_id IS NOT NULL;
        CREATE TABLE unsigned_document (
            scope TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('root', 'policy', 'approval', 'hold', 'script',
                'release', 'placement')),
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
        CREATE TABLE trust_report (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            reported_at INTEGER NOT NULL,
            root_version INTEGER,
            policy_version INTEGER,
            policy_digest TEXT,
            refusal TEXT,
            sentence TEXT,
            PRIMARY KEY (tenant_id, endpoint_id),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;

        """
}
