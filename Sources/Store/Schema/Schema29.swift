/// Bundles of updates. The conventions are those of `Schema1`.
enum Schema29 {
    /// Its statements. The lines stand for themselves: nothing ever changes them.
    static let text = """
        CREATE TABLE patch_bundle (
            tenant_id TEXT NOT NULL REFERENCES tenant (id),
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            state TEXT NOT NULL CHECK (state IN ('proposed', 'awaitingSecondPerson', 'approved',
                'declined')),
            body TEXT NOT NULL,
            lines TEXT NOT NULL,
            UNIQUE (tenant_id, name, version)
        ) STRICT;
        CREATE INDEX patch_bundle_order ON patch_bundle (tenant_id, id);

        """
}
