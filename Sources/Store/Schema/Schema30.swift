/// Alerts about due dates that will be missed, and about endpoints that update themselves. The
/// conventions are those of `Schema1`.
enum Schema30 {
    /// Its statements.
    static let text = Schema28.alerts(", 'dueDateAhead', 'selfUpdating'")
}
