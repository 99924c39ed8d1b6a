public import Fleet

/// One opening of a window.
public struct Occurrence: Hashable, Sendable, Codable {
    /// When it opens.
    public var opens: Timestamp
    /// When it closes; at that instant it is no longer open.
    public var closes: Timestamp
    /// The name of the window.
    public var window: String
    /// The local date that matched, in the window's zone. Where the clock was put forward over the
    /// opening time, the window may open on the day after it.
    public var localDate: LocalDate

    /// An opening.
    public init(opens: Timestamp, closes: Timestamp, window: String, localDate: LocalDate) {
        self.opens = opens
        self.closes = closes
        self.window = window
        self.localDate = localDate
    }

    /// Whether it is open at an instant.
    public func isOpen(at instant: Timestamp) -> Bool { opens <= instant && instant < closes }
}

extension Occurrence: Comparable {
    /// By opening, then by the window's name.
    public static func < (lhs: Occurrence, rhs: Occurrence) -> Bool {
        (lhs.opens, lhs.window, lhs.closes, lhs.localDate)
            < (rhs.opens, rhs.window, rhs.closes, rhs.localDate)
    }
}
