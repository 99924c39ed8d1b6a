/// How long installations take; the zone of a site's clocks. The conventions are those of
/// `Schema1`.
enum Schema9 {
    /// Its statements. `samples` is the text of `InstallSamples`.
    static let text = """
        CREATE TABLE install_time (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            manager TEXT NOT NULL,
            package TEXT NOT NULL,
            samples TEXT NOT NULL,
            PRIMARY KEY (tenant_id, manager, package)
        ) STRICT;
        CREATE TABLE install_pace (
            tenant_id TEXT NOT NULL,
            endpoint_id TEXT NOT NULL,
            samples TEXT NOT NULL,
            PRIMARY KEY (tenant_id, endpoint_id),
            FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoint (tenant_id, id)
        ) STRICT;
        ALTER TABLE site ADD COLUMN time_zone TEXT;

        """
}
