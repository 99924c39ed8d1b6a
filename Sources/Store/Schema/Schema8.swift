/// What people have said about products whose support ends. The conventions are those of `Schema1`.
enum Schema8 {
    /// Its statements.
    static let text = """
        CREATE TABLE end_of_life_answer (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            product TEXT NOT NULL,
            cycle TEXT NOT NULL,
            treatment TEXT NOT NULL CHECK (treatment IN ('replace', 'isolate', 'extendedSupport',
                'exception')),
            until INTEGER NOT NULL,
            reason TEXT NOT NULL,
            said_by TEXT NOT NULL,
            said_at INTEGER NOT NULL CHECK (said_at < until),
            PRIMARY KEY (tenant_id, product, cycle)
        ) STRICT;

        """
}
