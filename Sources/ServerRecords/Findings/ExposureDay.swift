public import Fleet

/// How many findings there are at one time, in figures. A finding is an endpoint with a
/// vulnerability; each belongs to exactly one severity.
public struct ExposureFigures: Hashable, Sendable, Codable {
    /// Endpoints that have been scanned.
    public var endpoints = 0
    /// How many of them have a finding.
    public var affected = 0
    /// Findings that are critical.
    public var critical = 0
    /// Findings that are important.
    public var important = 0
    /// Findings that are moderate.
    public var moderate = 0
    /// Findings that are low.
    public var low = 0
    /// Findings that nobody has rated.
    public var unrated = 0
    /// Findings that are known to be exploited.
    public var kev = 0
    /// Findings that should have been gone by then.
    public var overdue = 0
    /// Findings that an update mends.
    public var fixable = 0

    /// Nothing yet.
    public init() {}

    /// All findings.
    public var total: Int { critical + important + moderate + low + unrated }

    /// Adds another tenant's figures.
    public static func += (sum: inout ExposureFigures, other: ExposureFigures) {
        for figure in figures { sum[keyPath: figure] += other[keyPath: figure] }
    }

    /// The figures, in the order in which they are stored and exported.
    package static var figures: [WritableKeyPath<ExposureFigures, Int>] {
        [
            \.endpoints, \.affected, \.critical, \.important, \.moderate, \.low, \.unrated, \.kev,
            \.overdue, \.fixable,
        ]
    }
}

/// The figures of a day: the last that were taken on it.
public struct ExposureDay: Hashable, Sendable, Codable {
    /// The day in UTC: `2026-11-22`.
    public var day: String
    /// When they were taken; the latest, where several tenants are added up.
    public var takenAt: Timestamp
    /// The figures.
    public var figures: ExposureFigures

    /// A day's figures.
    public init(day: String, takenAt: Timestamp, figures: ExposureFigures) {
        self.day = day
        self.takenAt = takenAt
        self.figures = figures
    }

    /// The figures of an instant's day.
    public init(at now: Timestamp, figures: ExposureFigures) {
        self.init(day: Self.day(of: now), takenAt: now, figures: figures)
    }

    /// The day that an instant belongs to, in UTC.
    public static func day(of instant: Timestamp) -> String {
        String(instant.description.prefix(10))
    }
}
