/// More roles for people and tokens, the role in which somebody acted in the audit log, and what
/// people ask others to approve. The conventions are those of `Schema1`.
enum Schema24 {
    /// Its statements: neither database changes the condition of a column in the other's words. The
    /// rows wait in tables without keys, so that the new tables' have their names in PostgreSQL;
    /// sessions wait too, since they refer to people.
    static let text = people + tokens + audit + requests

    private static let roles =
        "'administrator', 'operator', 'approver', 'requester', 'auditor', 'tenantViewer', 'viewer'"

    private static let people = """
        CREATE TABLE session_former AS SELECT * FROM session;
        DROP TABLE session;
        CREATE TABLE person_former AS SELECT * FROM person;
        DROP TABLE person;
        CREATE TABLE person (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            tenant_id TEXT REFERENCES tenant (id),
            role TEXT NOT NULL CHECK (role IN (\(roles))),
            password_hash TEXT NOT NULL,
            must_change_password INTEGER NOT NULL CHECK (must_change_password IN (0, 1)),
            created_at INTEGER NOT NULL,
            disabled_at INTEGER,
            CHECK (role <> 'tenantViewer' OR tenant_id IS NOT NULL)
        ) STRICT;
        INSERT INTO person
            (id, name, tenant_id, role, password_hash, must_change_password, created_at,
                disabled_at)
            SELECT id, name, tenant_id, role, password_hash, must_change_password, created_at,
                disabled_at
            FROM person_former;
        DROP TABLE person_former;
        CREATE TABLE session (
            secret_hash TEXT NOT NULL PRIMARY KEY,
            person_id TEXT NOT NULL REFERENCES person (id),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO session (secret_hash, person_id, created_at, expires_at)
            SELECT secret_hash, person_id, created_at, expires_at FROM session_former;
        DROP TABLE session_former;
        CREATE INDEX session_by_person ON session (person_id);
        CREATE INDEX session_by_end ON session (expires_at);

        """

    private static let tokens = """
        CREATE TABLE api_token_former AS SELECT * FROM api_token;
        DROP TABLE api_token;
        CREATE TABLE api_token (
            id TEXT NOT NULL PRIMARY KEY,
            note TEXT NOT NULL,
            tenant_id TEXT REFERENCES tenant (id),
            role TEXT NOT NULL CHECK (role IN (\(roles))),
            secret_hash TEXT NOT NULL UNIQUE,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            revoked_at INTEGER,
            CHECK (role <> 'tenantViewer' OR tenant_id IS NOT NULL)
        ) STRICT;
        INSERT INTO api_token
            (id, note, tenant_id, role, secret_hash, created_by, created_at, expires_at,
                revoked_at)
            SELECT id, note, tenant_id, role, secret_hash, created_by, created_at, expires_at,
                revoked_at
            FROM api_token_former;
        DROP TABLE api_token_former;

        """

    private static let audit = """
        ALTER TABLE audit_entry ADD COLUMN role TEXT;

        """

    private static let requests = """
        CREATE TABLE approval_request (
            id TEXT NOT NULL PRIMARY KEY,
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            state TEXT NOT NULL CHECK (state IN ('waiting', 'granted', 'refused', 'withdrawn')),
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX approval_request_by_tenant ON approval_request (tenant_id, id);
        CREATE INDEX approval_request_waiting ON approval_request (tenant_id, id)
            WHERE state = 'waiting';

        """
}
