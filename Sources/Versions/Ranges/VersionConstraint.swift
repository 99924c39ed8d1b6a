/// One comparison with a version, such as `>= 1.2`.
public struct VersionConstraint: Hashable, Sendable {
    /// How a version must stand to the constraint's. The raw value is the sign that files use.
    public enum Comparison: String, Hashable, Sendable, CaseIterable {
        /// Older.
        case before = "<"
        /// Older or equal.
        case upTo = "<="
        /// Equal by the ecosystem's order; the texts may differ.
        case equal = "="
        /// Not equal.
        case notEqual = "!="
        /// Equal or newer.
        case from = ">="
        /// Newer.
        case after = ">"

        /// Whether a version that stands so to the constraint's satisfies it.
        func allows(_ order: VersionOrder) -> Bool {
            switch self {
            case .before: order == .less
            case .upTo: order != .greater
            case .equal: order == .equal
            case .notEqual: order != .equal
            case .from: order != .less
            case .after: order == .greater
            }
        }
    }

    /// How a version must stand to `version`.
    public let comparison: Comparison
    /// What it is compared with.
    public let version: String

    /// A comparison with a version.
    public init(_ comparison: Comparison, _ version: String) {
        self.comparison = comparison
        self.version = version
    }

    /// Whether a version satisfies it.
    ///
    /// - Throws: `VersionError` for the first of the two that is no version.
    func isSatisfied(by version: String, in ecosystem: Ecosystem) throws(VersionError) -> Bool {
        comparison.allows(try ecosystem.compare(version, self.version))
    }
}

/// Versions that satisfy all of some constraints; without constraints, every version.
public struct VersionRange: Hashable, Sendable {
    /// What must hold, all of it.
    public let constraints: [VersionConstraint]

    /// The versions that satisfy all of these.
    public init(_ constraints: [VersionConstraint]) {
        self.constraints = constraints
    }
}
