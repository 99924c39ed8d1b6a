/// Vulnerability intelligence: feeds, findings, alerts. The conventions are those of `Schema1`.
enum Schema2 {
    /// Its statements.
    static let text = ""
}
