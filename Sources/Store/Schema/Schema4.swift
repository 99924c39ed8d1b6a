/// Rollouts: rings, first-seen ledger, blocked versions. The conventions are those of `Schema1`.
enum Schema4 {
    /// Its statements.
    static let text = rollouts + versions

    /// `wake_at` is when time next changes an open rollout. `rollout_event` is what a rollout has
    /// not been told yet; it names its rollout without a foreign key, so that many endpoints can
    /// post at once without touching the rollout's row.
    private static let rollouts = """
        CREATE TABLE rollout (
            tenant_id TEXT NOT NULL,
            deployment_id TEXT NOT NULL,
            policy_name TEXT NOT NULL,
            policy_version INTEGER NOT NULL CHECK (policy_version >= 0),
            lane TEXT NOT NULL CHECK (lane IN ('routine', 'priority', 'emergency')),
            state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'halted', 'completed',
                'cancelled')),
            is_open INTEGER NOT NULL CHECK (is_open = CASE WHEN state IN ('planned', 'running',
                'halted') THEN 1 ELSE 0 END),
            is_automatic INTEGER NOT NULL CHECK (is_automatic IN (0, 1)),
            opened_at INTEGER NOT NULL,
            wake_at INTEGER,
            body TEXT NOT NULL,
            PRIMARY KEY (tenant_id, deployment_id),
            FOREIGN KEY (tenant_id, deployment_id) REFERENCES deployment (tenant_id, id)
        ) STRICT;
        CREATE INDEX open_rollout ON rollout (tenant_id, deployment_id) WHERE is_open = 1;
        CREATE INDEX rollout_by_wake_time ON rollout (wake_at) WHERE wake_at IS NOT NULL;
        CREATE INDEX rollout_by_policy ON rollout (tenant_id, policy_name, lane, opened_at);
        CREATE TABLE rollout_event (
            id INTEGER PRIMARY KEY,
            tenant_id TEXT NOT NULL,
            deployment_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX rollout_event_by_rollout ON rollout_event (tenant_id, deployment_id, id);

        """

    private static let versions = """
        CREATE TABLE first_seen (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            manager TEXT NOT NULL,
            package TEXT NOT NULL,
            origin TEXT NOT NULL,
            version TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, package, version, manager, origin)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE blocked_version (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            manager TEXT NOT NULL,
            package TEXT NOT NULL,
            version TEXT NOT NULL,
            deployment_id TEXT,
            reason TEXT NOT NULL,
            blocked_by TEXT NOT NULL,
            blocked_at INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, manager, package, version),
            FOREIGN KEY (tenant_id, deployment_id) REFERENCES deployment (tenant_id, id)
        ) STRICT;
        """
}
