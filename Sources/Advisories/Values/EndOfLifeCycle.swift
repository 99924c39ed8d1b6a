public import Fleet

/// One release cycle of a product and when its support ends (endoflife.date's data).
public struct EndOfLifeCycle: Hashable, Sendable {
    /// The product, by endoflife.date's name, such as `debian`, `python`, `postgresql`.
    public var product: String
    /// The cycle, such as `12` or `3.11`.
    public var cycle: String
    /// The cycle's codename in lower case.
    public var codename: String?
    /// The day it was released, at 00:00 UTC.
    public var released: Timestamp?
    /// When fixes of faults end and only security fixes go on (`support`).
    public var activeSupport: SupportEnd?
    /// When security support for everybody ends (`eol`).
    public var endOfLife: SupportEnd
    /// When support that must be bought or chosen ends (`extendedSupport`, `eoes`, `lts` as a
    /// date); `nil` where there is none.
    public var extendedSupport: SupportEnd?
    /// The newest version of the cycle.
    public var latest: String?
    /// Package URLs without version that name the product, such as `pkg:deb/debian/nginx`.
    public var packageURLs: [String]

    /// A release cycle.
    public init(
        product: String, cycle: String, codename: String? = nil, released: Timestamp? = nil,
        activeSupport: SupportEnd? = nil, endOfLife: SupportEnd,
        extendedSupport: SupportEnd? = nil, latest: String? = nil, packageURLs: [String] = []
    ) {
        self.product = product
        self.cycle = cycle
        self.codename = codename
        self.released = released
        self.activeSupport = activeSupport
        self.endOfLife = endOfLife
        self.extendedSupport = extendedSupport
        self.latest = latest
        self.packageURLs = packageURLs
    }
}

/// When a support ends: many products publish a day, some only whether it has ended.
public enum SupportEnd: Hashable, Sendable {
    /// The last day of support, at 00:00 UTC.
    case on(Timestamp)
    /// It has ended; nobody says when.
    case ended
    /// It has not ended; nobody says when it will.
    case open
}

/// A release of Debian or Ubuntu as distro-info-data has it.
public struct DistributionRelease: Hashable, Sendable {
    /// `debian` or `ubuntu`.
    public var distribution: String
    /// The version without `LTS`, such as `12` or `22.04`; empty for a release without one (sid).
    public var version: String
    /// The name that package sources use, such as `bookworm`.
    public var series: String
    /// The day it was released, at 00:00 UTC; `nil` before that.
    public var released: Timestamp?
    /// The last day of support for everybody, at 00:00 UTC.
    public var endOfLife: Timestamp?
    /// The last day of each longer support by its name (`lts`, `elts`, `esm`, `legacy`), at 00:00
    /// UTC, in the source's order.
    public var extendedSupport: [ExtendedSupport]

    /// A longer support than that for everybody.
    public struct ExtendedSupport: Hashable, Sendable {
        /// Its name: `lts`, `elts`, `esm`.
        public var name: String
        /// Its last day, at 00:00 UTC.
        public var until: Timestamp

        /// A longer support.
        public init(name: String, until: Timestamp) {
            self.name = name
            self.until = until
        }
    }

    /// A release.
    public init(
        distribution: String, version: String, series: String, released: Timestamp? = nil,
        endOfLife: Timestamp? = nil, extendedSupport: [ExtendedSupport] = []
    ) {
        self.distribution = distribution
        self.version = version
        self.series = series
        self.released = released
        self.endOfLife = endOfLife
        self.extendedSupport = extendedSupport
    }
}
