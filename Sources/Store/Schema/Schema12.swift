/// What others know endpoints by. The conventions are those of `Schema1`.
enum Schema12 {
    /// Its statements. One row for each endpoint whose agent tells it; what scanners report is
    /// joined by it.
    static let text = """
        CREATE TABLE endpoint_identity (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (tenant_id, endpoint_id),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;

        """
}
