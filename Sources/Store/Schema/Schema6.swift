/// The zone that an endpoint counts days in, beside what else matching needs of it. The conventions
/// are those of `Schema1`.
enum Schema6 {
    /// Its statements. `NULL` is an endpoint that has not been read since this is kept.
    static let text = """
        ALTER TABLE endpoint_footing ADD COLUMN time_zone TEXT;

        """
}
