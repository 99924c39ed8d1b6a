public import Fleet

/// By when which part of a forensic triage is due, from the start of the clock that demands it.
///
/// The figures are those that secondary sources give for BOD 26-04 (10 June 2026): the scope within
/// 2 hours of the listing, volatile evidence within 24 hours and before patching, the verdict within
/// 72 hours.
public struct TriageSchedule: Hashable, Sendable, Codable {
    /// When it must be known which endpoints are concerned, in seconds after the start.
    public static let scopeSeconds: Int64 = 2 * 3_600
    /// When volatile evidence must have been taken, in seconds after the start.
    public static let evidenceSeconds: Int64 = 24 * 3_600
    /// When it must be said whether the endpoint was broken into, in seconds after the start.
    public static let verdictSeconds: Int64 = 72 * 3_600

    /// The clock's start.
    public var startsAt: Timestamp

    /// A schedule.
    ///
    /// - Parameter startsAt: the clock's start: the earlier of listing and detection.
    public init(startsAt: Timestamp) {
        self.startsAt = startsAt
    }

    /// When it must be known which endpoints are concerned.
    public var scopeDueAt: Timestamp { startsAt.adding(seconds: Self.scopeSeconds) }
    /// When volatile evidence must have been taken.
    public var evidenceDueAt: Timestamp { startsAt.adding(seconds: Self.evidenceSeconds) }
    /// When the verdict must be there.
    public var verdictDueAt: Timestamp { startsAt.adding(seconds: Self.verdictSeconds) }
}
