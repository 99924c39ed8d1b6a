/// How the first of two versions stands to the second.
public enum VersionOrder: String, Hashable, Sendable, CaseIterable {
    /// The first is older.
    case less = "<"
    /// Neither is newer; their texts may differ (`1.0` and `1.0-0`).
    case equal = "="
    /// The first is newer.
    case greater = ">"

    /// `<`, `=` or `>`.
    public var sign: String { rawValue }

    /// How the second version stands to the first.
    public var reversed: VersionOrder {
        switch self {
        case .less: .greater
        case .equal: .equal
        case .greater: .less
        }
    }

    /// The order that a three-way comparison found: negative, zero or positive.
    init(difference: Int) {
        self = difference < 0 ? .less : difference > 0 ? .greater : .equal
    }
}
