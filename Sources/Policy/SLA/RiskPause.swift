public import Fleet

/// Time in which the clocks of what an exception covers stand still.
///
/// Only an approved exception makes one: from its start, and never from before somebody agreed,
/// until it expires or is ended. What has passed of it counts after it has ended too.
public struct RiskPause: Hashable, Sendable {
    /// The exception's name.
    public let name: String
    /// From when to when.
    public let time: SLAPause
    private let package: Glob?
    private let vulnerabilities: Set<String>

    /// The pause of an approved exception; `nil` when it was ended before it began, and for one of
    /// some versions only: a version that it does not name may close what is found, in time.
    ///
    /// - Parameters:
    ///   - exception: What was agreed to.
    ///   - approvedAt: When; `nil` where that is not on record, and it counts from its start.
    ///   - endedAt: When it was ended before its time; `nil` when it was not.
    public init?(
        _ exception: RiskException, approvedAt: Timestamp? = nil, endedAt: Timestamp? = nil
    ) {
        let from = max(exception.startsAt, approvedAt ?? exception.startsAt)
        guard exception.versions == nil,
            let time = SLAPause(
                from: from, until: min(exception.expiresAt, endedAt ?? exception.expiresAt))
        else { return nil }
        name = exception.name
        self.time = time
        package = exception.package
        vulnerabilities = exception.vulnerabilities
    }

    /// Whether the exception covers a vulnerability in all of the packages that have it, each by
    /// its name or its source package; `nil` for an update of which none is known.
    public func covers(
        _ vulnerability: String?, in packages: [(name: String, source: String?)]
    ) -> Bool {
        if !vulnerabilities.isEmpty {
            guard let vulnerability, vulnerabilities.contains(vulnerability.uppercased()) else {
                return false
            }
        }
        guard let package else { return true }
        return packages.allSatisfy { name, source in
            package.matches(name) || source.map(package.matches) ?? false
        }
    }

    /// Whether it holds at an instant.
    public func holds(at now: Timestamp) -> Bool { time.from <= now && now < time.until }
}

extension Collection<RiskPause> {
    /// The one that holds at an instant; the longest of several.
    public func holding(at now: Timestamp) -> RiskPause? {
        filter { $0.holds(at: now) }.max { ($0.time.until, $0.name) < ($1.time.until, $1.name) }
    }
}
