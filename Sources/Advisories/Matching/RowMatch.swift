import Fleet

/// What the index says of one vulnerability in one software row.
struct RowMatch: Sendable, Hashable {
    enum Verdict: Sendable, Hashable {
        /// Affected; the version that ends it, as a number of the index's table, -1 for none.
        case affected(fix: Int32)
        /// Affected; a fix exists, in a channel that the endpoint does not receive.
        case affectedFixElsewhere
        /// The installed version is the very one that mended it.
        case justFixed(fix: Int32)
    }

    /// The vulnerability, a number of the index's table.
    var vulnerability: Int32
    var verdict: Verdict
    /// The entry that decided.
    var entry: Int32
    /// The entry of the notice that announces the fix, where there is one.
    var announcement: Int32?
    /// Whether the publisher will not mend it.
    var isDeclined: Bool
}

/// What the index says of one software row: what it is affected by, and what could not be told.
struct RowAnswer: Sendable, Hashable {
    var matches: [RowMatch] = []
    /// How many vulnerabilities the publisher has not judged yet.
    var undetermined = 0
    /// Whether the installed version could not be compared.
    var isUnreadable = false
}
