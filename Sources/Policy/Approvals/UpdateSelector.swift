public import Fleet
public import Versions

/// Which updates a person's word is about. Everything that is given must fit; of nothing given,
/// every update fits.
public struct UpdateSelector: Hashable, Sendable, Codable {
    /// The package's name, or its source package's, as a pattern.
    public var package: Glob?
    /// The missing version.
    public var version: String?
    /// Bounds of the missing version, by its package manager's order.
    public var versions: VersionBounds?
    /// What unites the fix with its later versions.
    public var family: String?
    /// A vulnerability that it closes.
    public var vulnerability: String?

    /// A choice of updates.
    public init(
        package: Glob? = nil, version: String? = nil, versions: VersionBounds? = nil,
        family: String? = nil, vulnerability: String? = nil
    ) {
        self.package = package
        self.version = version
        self.versions = versions
        self.family = family
        self.vulnerability = vulnerability
    }

    /// The version or bounds that it asks for, as part of a sentence; `nil` for any.
    package var versionWords: String? { version ?? versions?.description }

    /// Whether a version is meant, whatever else is asked for; bounds that it cannot be compared
    /// with do not fit.
    package func takes(_ candidate: String, of manager: PackageManagerName) -> Bool {
        if let version, version != candidate { return false }
        return versions.map { manager.isVersion(candidate, within: $0) == true } ?? true
    }

    /// Whether an update is meant; what is not known of it does not fit.
    public func matches(_ subject: UpdateSubject) -> Bool {
        if let package {
            let isSource = subject.source.map(package.matches) ?? false
            guard isSource || package.matches(subject.update.name) else { return false }
        }
        guard takes(subject.update.candidate, of: subject.update.manager) else { return false }
        if let family, family != subject.family { return false }
        if let vulnerability {
            let wanted = vulnerability.lowercased()
            let closes = subject.vulnerabilities?.contains { $0.lowercased() == wanted }
            guard closes == true else { return false }
        }
        return true
    }
}
