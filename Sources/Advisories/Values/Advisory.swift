public import Fleet
public import Versions

/// What one publisher says about vulnerabilities in packages: a notice (DSA, USN, RHSA), a record
/// of OSV, or one line of a distribution's tracker.
public struct Advisory: Hashable, Sendable {
    /// The publisher's name of it, such as `DSA-5380-1`; where the publisher speaks of a
    /// vulnerability without a notice (a tracker), the vulnerability's.
    public var id: String
    /// Who says it.
    public var source: AdvisorySource
    /// Other names of the same thing, such as `GHSA-…`.
    public var aliases: [String]
    /// The vulnerabilities that it is about, as CVE ids where there are any, else the names that
    /// it has; never empty in an advisory about vulnerabilities.
    public var vulnerabilities: [String]
    /// How bad the publisher says it is; `nil` when the publisher does not rate.
    public var severity: Severity?
    /// CVSS vectors as text, in the order of the source.
    public var cvss: [String]
    /// When it was first published.
    public var published: Timestamp?
    /// When it was last changed.
    public var modified: Timestamp?
    /// When it was taken back; an advisory that was taken back finds nothing.
    public var withdrawn: Timestamp?
    /// One line for people.
    public var title: String
    /// The packages that it speaks of.
    public var affected: [AffectedPackage]

    /// An advisory.
    public init(
        id: String, source: AdvisorySource, aliases: [String] = [], vulnerabilities: [String] = [],
        severity: Severity? = nil, cvss: [String] = [], published: Timestamp? = nil,
        modified: Timestamp? = nil, withdrawn: Timestamp? = nil, title: String = "",
        affected: [AffectedPackage] = []
    ) {
        self.id = id
        self.source = source
        self.aliases = aliases
        self.vulnerabilities = vulnerabilities
        self.severity = severity
        self.cvss = cvss
        self.published = published
        self.modified = modified
        self.withdrawn = withdrawn
        self.title = title
        self.affected = affected
    }
}

/// Who publishes an advisory, and how much the word counts where several speak of the same
/// package and vulnerability.
public struct AdvisorySource: Hashable, Sendable {
    /// How near the publisher is to the package: the nearer word stands.
    public enum Authority: UInt8, Hashable, Sendable, Comparable {
        /// Gathers from others, or speaks of the upstream software (OSV's language ecosystems).
        case aggregator
        /// The builder's notices: right about what they fix, silent about the rest.
        case notices
        /// The builder's own status of each vulnerability in each release (a tracker, a VEX
        /// statement): it knows what is not affected, and what has no fix.
        case tracker

        /// Nearer is greater.
        public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// A short stable name, such as `debian-tracker`.
    public var name: String
    /// How near the publisher is to the package.
    public var authority: Authority

    /// A publisher.
    public init(name: String, authority: Authority) {
        self.name = name
        self.authority = authority
    }
}

/// What an advisory says of one package in one scope.
public struct AffectedPackage: Hashable, Sendable {
    /// What a publisher says of the package.
    public enum Status: UInt8, Hashable, Sendable {
        /// The versions in the ranges and the list are affected; an upper end `fixed` is the fix.
        /// Without ranges and list every version is, and there is no fix yet.
        case affected
        /// No version is affected.
        case notAffected
        /// Affected like `affected`, and the publisher will not mend it.
        case willNotFix
        /// The publisher does not know yet whether it is affected.
        case undetermined
    }

    /// Which packages the name counts.
    public enum Counting: UInt8, Hashable, Sendable {
        /// The name and versions are those of source packages (Debian, Ubuntu, Alpine).
        case source
        /// The name and versions are those of installed packages.
        case binary
    }

    /// Where the package lives.
    public var scope: PackageScope
    /// Whose order of versions holds.
    public var order: Ecosystem
    /// The package's name.
    public var name: String
    /// Whether the name is a source package's.
    public var counting: Counting
    /// What is said of it.
    public var status: Status
    /// The ranges of affected versions, joined by "or".
    public var ranges: [AffectedRange]
    /// Affected versions named one by one, besides the ranges.
    public var versions: [String]
    /// The only architectures that are meant; empty for all.
    public var architectures: [String]
    /// The module stream that the package must come from (RHEL 8 and its relatives); `nil` for a
    /// package outside modules, or where the feed does not say.
    public var module: ModuleStream?
    /// The severity in this package and release, where it differs from the advisory's.
    public var severity: Severity?

    /// A package that an advisory speaks of.
    public init(
        scope: PackageScope, order: Ecosystem, name: String, counting: Counting,
        status: Status = .affected, ranges: [AffectedRange] = [], versions: [String] = [],
        architectures: [String] = [], module: ModuleStream? = nil, severity: Severity? = nil
    ) {
        self.scope = scope
        self.order = order
        self.name = name
        self.counting = counting
        self.status = status
        self.ranges = ranges
        self.versions = versions
        self.architectures = architectures
        self.module = module
        self.severity = severity
    }
}

/// A run of affected versions, as the events of an OSV range (OSV schema, `affected[].ranges[]`).
public struct AffectedRange: Hashable, Sendable {
    /// A version at which something changes.
    public typealias Event = VersionEvent

    /// The events in the source's order.
    public var events: [Event]

    /// A range of these events.
    public init(_ events: [Event]) {
        self.events = events
    }

    /// Every version before the one that fixes it.
    public static func before(fix: String) -> AffectedRange {
        AffectedRange([.introduced("0"), .fixed(fix)])
    }
}
