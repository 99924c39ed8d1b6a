/// Policies, approvals, exceptions, and what people say of endpoints. The conventions are those of `Schema1`.
enum Schema3 {
    /// Its statements.
    static let text = ""
}
