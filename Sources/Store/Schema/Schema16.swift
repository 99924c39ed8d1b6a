/// What counts against an endpoint besides its updates. The conventions are those of `Schema1`.
enum Schema16 {
    /// Its statements. `overdue` names a vulnerability that is known to be exploited and whose
    /// deadline has passed; `settled_digest` is the inventory that both columns were settled for.
    static let text = """
        ALTER TABLE endpoint ADD COLUMN overdue TEXT;
        ALTER TABLE endpoint ADD COLUMN settled_digest TEXT;
        UPDATE endpoint SET settled_digest = inventory_digest;

        """
}
