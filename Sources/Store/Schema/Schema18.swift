/// What else a scan tells of the software. The conventions are those of `Schema1`.
enum Schema18 {
    /// Its statements. `channels` are what the endpoint receives of its release beside what all do,
    /// between blanks; `foreign_packages` counts the packages that are not the distribution's, one
    /// source a line.
    static let text = """
        ALTER TABLE endpoint_footing ADD COLUMN channels TEXT;
        ALTER TABLE endpoint_footing ADD COLUMN foreign_packages TEXT;

        """
}
