/// The highest number taken of each verdict feed. The conventions are those of `Schema1`.
enum Schema26 {
    /// Its statements. It is no tenant's: who subscribes to a feed, for whomever, is given nothing
    /// older than what this server has taken of it before.
    static let text = """
        CREATE TABLE verdict_number (
            name TEXT NOT NULL,
            key_id TEXT NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            digest TEXT NOT NULL,
            PRIMARY KEY (name, key_id)
        ) STRICT;

        """
}
