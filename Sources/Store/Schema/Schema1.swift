/// The first schema. Times are milliseconds since 1970 (UTC), flags 0 or 1, digests lower-case
/// hexadecimal. The tenant comes first in the key of whatever belongs to one. No statement holds a
/// semicolon within.
enum Schema1 {
    /// Its statements.
    static let text = directory + endpoints + software + work + identity + audit

    private static let directory = """
        CREATE TABLE setting (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT;
        CREATE TABLE tenant (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE site (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, id),
            UNIQUE (tenant_id, name)
        ) STRICT;

        """

    /// An update set is the list of updates that an endpoint misses; endpoints that miss the same
    /// share one.
    private static let endpoints = """
        CREATE TABLE update_item (
            id INTEGER PRIMARY KEY,
            manager TEXT NOT NULL,
            name TEXT NOT NULL,
            architecture TEXT NOT NULL,
            installed TEXT NOT NULL,
            candidate TEXT NOT NULL,
            classes INTEGER NOT NULL CHECK (classes BETWEEN 0 AND 7),
            origin TEXT NOT NULL,
            installability TEXT NOT NULL CHECK (installability IN ('installable', 'held', 'phased',
                'keptBack', 'needsSubscription', 'excluded')),
            bytes INTEGER NOT NULL,
            reason TEXT NOT NULL,
            UNIQUE (name, candidate, installed, architecture, manager, classes, origin,
                installability, bytes, reason)
        ) STRICT;
        CREATE TABLE update_set (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id INTEGER NOT NULL,
            fingerprint INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (tenant_id, id)
        ) STRICT;
        CREATE INDEX update_set_by_fingerprint ON update_set (tenant_id, fingerprint);
        CREATE TABLE update_set_member (
            tenant_id TEXT NOT NULL,
            set_id INTEGER NOT NULL,
            item_id INTEGER NOT NULL REFERENCES update_item (id),
            PRIMARY KEY (tenant_id, set_id, item_id),
            FOREIGN KEY (tenant_id, set_id) REFERENCES update_set (tenant_id, id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX update_set_member_by_item ON update_set_member (item_id, tenant_id, set_id);
        CREATE TABLE endpoint (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            site_id TEXT,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            public_key BLOB NOT NULL UNIQUE CHECK (length(public_key) = 32),
            machine_fingerprint TEXT,
            enrolled_at INTEGER NOT NULL,
            retired_at INTEGER,
            last_seen_at INTEGER,
            scanned_at INTEGER,
            inventory_digest TEXT,
            posture_digest TEXT,
            agent_version TEXT NOT NULL,
            boot_id TEXT NOT NULL,
            scan_requested_at INTEGER,
            os_name TEXT NOT NULL,
            packages INTEGER NOT NULL CHECK (packages >= 0),
            missing_security INTEGER NOT NULL CHECK (missing_security >= 0),
            missing_total INTEGER NOT NULL CHECK (missing_total >= 0),
            reboot_required INTEGER NOT NULL CHECK (reboot_required IN (0, 1)),
            restarts_needed INTEGER NOT NULL CHECK (restarts_needed >= 0),
            sources_not_ok INTEGER NOT NULL CHECK (sources_not_ok >= 0),
            update_set_id INTEGER,
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, site_id) REFERENCES site (tenant_id, id),
            FOREIGN KEY (tenant_id, update_set_id) REFERENCES update_set (tenant_id, id)
        ) STRICT;
        CREATE INDEX endpoint_by_name ON endpoint (tenant_id, name_key, id);
        CREATE INDEX endpoint_by_fingerprint ON endpoint (tenant_id, machine_fingerprint);
        CREATE INDEX endpoint_by_update_set ON endpoint (tenant_id, update_set_id);
        CREATE TABLE posture (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (tenant_id, endpoint_id),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;

        """

    /// Software is interned once for the whole installation, an inventory once for each tenant and
    /// digest. History is only ever added to.
    private static let software = """
        CREATE TABLE software (
            id INTEGER PRIMARY KEY,
            manager TEXT NOT NULL,
            name TEXT NOT NULL,
            architecture TEXT NOT NULL,
            version TEXT NOT NULL,
            source TEXT NOT NULL,
            source_version TEXT NOT NULL,
            UNIQUE (name, version, architecture, manager, source, source_version)
        ) STRICT;
        CREATE TABLE inventory (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            digest TEXT NOT NULL,
            package_count INTEGER NOT NULL CHECK (package_count >= 0),
            stored_at INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (tenant_id, digest)
        ) STRICT;
        CREATE TABLE inventory_history (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (tenant_id, endpoint_id, at),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id),
            FOREIGN KEY (tenant_id, digest) REFERENCES inventory (tenant_id, digest)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX inventory_history_by_digest ON inventory_history (tenant_id, digest);

        """

    /// Besides the whole value as JSON there stands in columns what is asked for. `due_at` is when
    /// time next changes an open job.
    private static let work = """
        CREATE TABLE deployment (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('running', 'halted', 'cancelled', 'finished')),
            created_at INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (tenant_id, id)
        ) STRICT;
        CREATE TABLE job (
            tenant_id TEXT NOT NULL,
            id TEXT NOT NULL UNIQUE,
            deployment_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'running', 'interrupted',
                'pendingRestart', 'verified', 'failedVerification', 'failed', 'cancelled',
                'expired')),
            is_open INTEGER NOT NULL CHECK (is_open = CASE WHEN state IN ('queued', 'leased',
                'running', 'interrupted', 'pendingRestart') THEN 1 ELSE 0 END),
            due_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, deployment_id) REFERENCES deployment (tenant_id, id),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        CREATE INDEX job_by_deployment ON job (tenant_id, deployment_id, id);
        CREATE INDEX job_by_deployment_and_state ON job (tenant_id, deployment_id, state);
        CREATE INDEX job_by_endpoint ON job (tenant_id, endpoint_id, id);
        CREATE INDEX open_job_by_deployment ON job (tenant_id, deployment_id, id) WHERE is_open = 1;
        CREATE INDEX open_job_by_endpoint ON job (tenant_id, endpoint_id) WHERE is_open = 1;
        CREATE INDEX open_job_by_due_time ON job (due_at) WHERE is_open = 1;
        CREATE TABLE job_log (
            tenant_id TEXT NOT NULL,
            job_id TEXT NOT NULL,
            starts_at INTEGER NOT NULL CHECK (starts_at >= 0),
            ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
            body BLOB NOT NULL,
            PRIMARY KEY (tenant_id, job_id, starts_at),
            FOREIGN KEY (tenant_id, job_id) REFERENCES job (tenant_id, id)
        ) STRICT;

        """

    /// A token of the API and a person may belong to no tenant, so the identifier alone is their
    /// key.
    private static let identity = """
        CREATE TABLE enrolment_token (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL UNIQUE,
            site_id TEXT,
            note TEXT NOT NULL,
            secret_hash TEXT NOT NULL UNIQUE,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            maximum_uses INTEGER NOT NULL CHECK (maximum_uses >= 0),
            uses INTEGER NOT NULL CHECK (uses BETWEEN 0 AND maximum_uses),
            revoked_at INTEGER,
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, site_id) REFERENCES site (tenant_id, id)
        ) STRICT;
        CREATE TABLE person (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            tenant_id TEXT REFERENCES tenant (id),
            role TEXT NOT NULL CHECK (role IN ('administrator', 'operator', 'viewer')),
            password_hash TEXT NOT NULL,
            must_change_password INTEGER NOT NULL CHECK (must_change_password IN (0, 1)),
            created_at INTEGER NOT NULL,
            disabled_at INTEGER
        ) STRICT;
        CREATE TABLE api_token (
            id TEXT NOT NULL PRIMARY KEY,
            note TEXT NOT NULL,
            tenant_id TEXT REFERENCES tenant (id),
            role TEXT NOT NULL CHECK (role IN ('administrator', 'operator', 'viewer')),
            secret_hash TEXT NOT NULL UNIQUE,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT;
        CREATE TABLE session (
            secret_hash TEXT NOT NULL PRIMARY KEY,
            person_id TEXT NOT NULL REFERENCES person (id),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX session_by_person ON session (person_id);
        CREATE INDEX session_by_end ON session (expires_at);
        CREATE TABLE assertion (
            endpoint_id TEXT NOT NULL,
            id TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (endpoint_id, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX assertion_by_end ON assertion (expires_at);

        """

    /// A chain is a tenant's identifier, or `provider`.
    private static let audit = """
        CREATE TABLE audit_head (
            chain TEXT NOT NULL PRIMARY KEY,
            sequence INTEGER NOT NULL CHECK (sequence > 0),
            hash TEXT NOT NULL,
            signature TEXT NOT NULL
        ) STRICT;
        CREATE TABLE audit_entry (
            chain TEXT NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence > 0),
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            sentence TEXT NOT NULL,
            previous_hash TEXT NOT NULL,
            hash TEXT NOT NULL,
            PRIMARY KEY (chain, sequence)
        ) STRICT;
        CREATE INDEX audit_entry_by_time ON audit_entry (at, chain, sequence);
        CREATE INDEX audit_entry_of_chain_by_time ON audit_entry (chain, at, sequence);
        CREATE INDEX audit_entry_by_subject ON audit_entry (subject, at, chain, sequence);
        """
}
