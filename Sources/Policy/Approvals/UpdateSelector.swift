public import Fleet

/// Which updates a person's word is about. Everything that is given must fit; of nothing given,
/// every update fits.
public struct UpdateSelector: Hashable, Sendable, Codable {
    /// The package's name, or its source package's, as a pattern.
    public var package: Glob?
    /// The missing version.
    public var version: String?
    /// What unites the fix with its later versions.
    public var family: String?
    /// A vulnerability that it closes.
    public var vulnerability: String?

    /// A choice of updates.
    public init(
        package: Glob? = nil, version: String? = nil, family: String? = nil,
        vulnerability: String? = nil
    ) {
        self.package = package
        self.version = version
        self.family = family
        self.vulnerability = vulnerability
    }

    /// Whether an update is meant; what is not known of it does not fit.
    public func matches(_ subject: UpdateSubject) -> Bool {
        if let package {
            let isSource = subject.source.map(package.matches) ?? false
            guard isSource || package.matches(subject.update.name) else { return false }
        }
        if let version, version != subject.update.candidate { return false }
        if let family, family != subject.family { return false }
        if let vulnerability {
            let wanted = vulnerability.lowercased()
            let closes = subject.vulnerabilities?.contains { $0.lowercased() == wanted }
            guard closes == true else { return false }
        }
        return true
    }
}
