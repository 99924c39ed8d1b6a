/// Signed documents: trust root, policy sets, grants, what waits for signatures. The conventions are those of `Schema1`.
enum Schema5 {
    /// Its statements.
    static let text = ""
}
