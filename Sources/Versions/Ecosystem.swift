/// A world of packages with its own rules for versions. The raw value is the name that the command
/// line and files use.
public enum Ecosystem: String, Hashable, Sendable, CaseIterable {
    /// Debian and what derives from it: dpkg and apt.
    case deb

    /// How version `a` stands to version `b` by this ecosystem's rules.
    ///
    /// - Throws: `VersionError` for the first of the two that is no version.
    public func compare(_ a: String, _ b: String) throws(VersionError) -> VersionOrder {
        switch self {
        case .deb: try DebianVersion.order(a, b)
        }
    }
}
