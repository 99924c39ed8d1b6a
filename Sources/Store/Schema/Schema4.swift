/// Rollouts: rings, first-seen ledger, blocked versions. The conventions are those of `Schema1`.
enum Schema4 {
    /// Its statements.
    static let text = ""
}
