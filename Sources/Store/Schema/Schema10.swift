/// What endpoints run beyond its support. The conventions are those of `Schema1`.
enum Schema10 {
    /// Its statements. `unsupported` names one such product, such as `debian 10`.
    static let text = """
        ALTER TABLE endpoint ADD COLUMN unsupported TEXT;

        """
}
