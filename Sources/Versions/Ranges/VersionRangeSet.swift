/// Versions of one ecosystem that lie in at least one of some ranges; without ranges, none.
///
/// Made from what advisories write: events (OSV), comparisons (`>= 1.0, < 1.2`) and `vers` texts.
/// Every version in it has been read once, so a set holds no bound that cannot be compared.
public struct VersionRangeSet: Hashable, Sendable {
    /// Whose order holds.
    public let ecosystem: Ecosystem
    /// The ranges, joined by "or".
    public let ranges: [VersionRange]

    /// The most constraints that a text or list of events may hold. Real ones have a few dozen; the
    /// limit bounds the time that a hostile one can take.
    public static let mostConstraints = 10_000

    /// The union of ranges.
    ///
    /// - Throws: `VersionRangeError` when a bound is no version, or when there are too many.
    public init(_ ranges: [VersionRange], in ecosystem: Ecosystem) throws(VersionRangeError) {
        let constraints = ranges.reduce(0) { $0 + max($1.constraints.count, 1) }
        guard constraints <= Self.mostConstraints else { throw .tooManyConstraints }
        for range in ranges {
            for constraint in range.constraints {
                do {
                    try ecosystem.check(constraint.version)
                } catch { throw .version(error) }
            }
        }
        self.ranges = ranges
        self.ecosystem = ecosystem
    }

    /// Whether a version lies in one of the ranges.
    ///
    /// - Throws: `VersionError` when it is no version of the ecosystem.
    public func contains(_ version: String) throws(VersionError) -> Bool {
        try ecosystem.check(version)
        for range in ranges where try holds(range, version) { return true }
        return false
    }

    private func holds(_ range: VersionRange, _ version: String) throws(VersionError) -> Bool {
        for constraint in range.constraints
        where try !constraint.isSatisfied(by: version, in: ecosystem) {
            return false
        }
        return true
    }
}

/// Why a range cannot be read.
public enum VersionRangeError: Error, Hashable, Sendable {
    /// A bound is no version.
    case version(VersionError)
    /// There are more than `VersionRangeSet.mostConstraints`.
    case tooManyConstraints
    /// The text does not begin with `vers:`, a scheme and a slash.
    case notVers
    /// The scheme of a `vers` text is none whose order is known.
    case unknownScheme(String)
    /// A comparison without a version, or nothing where a comparison should stand.
    case constraintEmpty

    /// The stable name of the error, such as `E_RANGE_NOT_VERS`.
    public var code: String {
        switch self {
        case .version(let error): error.code
        case .tooManyConstraints: "E_RANGE_TOO_MANY_CONSTRAINTS"
        case .notVers: "E_RANGE_NOT_VERS"
        case .unknownScheme: "E_RANGE_UNKNOWN_SCHEME"
        case .constraintEmpty: "E_RANGE_CONSTRAINT_EMPTY"
        }
    }
}

extension VersionRangeError: CustomStringConvertible {
    /// One sentence with the cause, and one with the next step.
    public var description: String {
        switch self {
        case .version(let error): error.description
        case .tooManyConstraints:
            "The range has more than \(VersionRangeSet.mostConstraints) bounds. Split it."
        case .notVers: "The range is no vers text. Write it as vers:deb/>=1.0|<1.2."
        case .unknownScheme(let scheme):
            "No order is known for versions of \"\(scheme.prefix(VersionError.longestQuote))\". "
                + "Use the name of a package type, such as deb or npm."
        case .constraintEmpty:
            "A comparison has no version. Write the range as >= 1.0, < 1.2."
        }
    }
}
