/// A world of packages with its own rules for versions. The raw value is the name that the command
/// line and files use.
public enum Ecosystem: String, Hashable, Sendable, CaseIterable {
    /// Debian and what derives from it: dpkg and apt (Debian Policy 5.6.12).
    case deb
    /// Red Hat, SUSE and what derives from them: rpm, dnf, zypper (rpm-version(7)).
    case rpm
    /// Alpine and Wolfi: apk-tools (apk-package(5)).
    case apk
    /// Arch and what derives from it: libalpm (vercmp(8)).
    case pacman
    /// Semantic Versioning 2.0.0: npm, crates.io, Go, Swift, Hex.
    case semver
    /// Python packages (PEP 440).
    case pep440
    /// Windows applications as winget orders them.
    case winget
    /// Applications whose maker has no rules (docs/versions.md).
    case generic
    /// RubyGems (`Gem::Version`).
    case rubygems
    /// .NET packages: semantic versions without regard to case, of up to four numbers.
    case nuget
    /// Java packages (Maven's version order specification).
    case maven

    /// The longest version that is looked at, in bytes. None in any repository has a thousandth of
    /// it; a text beyond is an attack or a mistake.
    public static let longestVersion = 1 << 20

    /// How version `a` stands to version `b` by this ecosystem's rules.
    ///
    /// - Throws: `VersionError` for the first of the two that is no version.
    public func compare(_ a: String, _ b: String) throws(VersionError) -> VersionOrder {
        let problem: VersionProblem
        do {
            return try compare(a.utf8.span, b.utf8.span)
        } catch { problem = error }
        do {
            try check(a)
        } catch { throw error }
        throw VersionError(problem, in: b, of: self)
    }

    /// How version `a` stands to version `b`, both as UTF-8. An optimised build allocates nothing
    /// here (except for `maven`), so it may stand in the innermost loop.
    ///
    /// - Throws: what is wrong with one of them.
    public func compare(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> VersionOrder {
        guard a.count <= Self.longestVersion, b.count <= Self.longestVersion else {
            throw .tooLong
        }
        return VersionOrder(difference: try difference(a, b))
    }

    /// Looks whether a text is a version of this ecosystem.
    ///
    /// - Throws: `VersionError` when it is none.
    public func check(_ version: String) throws(VersionError) {
        do {
            _ = try compare(version.utf8.span, version.utf8.span)
        } catch { throw VersionError(error, in: version, of: self) }
    }

    private func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        switch self {
        case .deb: try DebianVersion.difference(a, b)
        case .rpm: try RPMOrder.difference(a, b)
        case .apk: try AlpineOrder.difference(a, b)
        case .pacman: try PacmanOrder.difference(a, b)
        case .semver: try SemanticOrder.semver.difference(a, b)
        case .pep440: try PythonOrder.difference(a, b)
        case .winget: try WingetOrder.difference(a, b)
        case .generic: try GenericOrder.difference(a, b)
        case .rubygems: try RubyOrder.difference(a, b)
        case .nuget: try SemanticOrder.nuget.difference(a, b)
        case .maven: try MavenOrder.difference(a, b)
        }
    }
}
