public import Fleet

/// Why a window cannot open any more.
public enum NeverOpens: Hashable, Sendable {
    /// Its one date has passed.
    case datePassed(LocalDate)
    /// Its one date is further away than anyone looks: ten years.
    case dateTooFar(LocalDate)
    /// No month has its day, or it names no weekday.
    case noSuchDay
    /// Each of its dates in the next ten years is frozen; the reason is that of the first freeze.
    case frozen(reason: String)

    /// Why, as a sentence.
    public var sentence: String {
        switch self {
        case .datePassed(let date): "It opens on \(date) only, which has passed."
        case .dateTooFar(let date): "It opens on \(date) only, more than ten years from now."
        case .noSuchDay: "No day of the calendar matches."
        case .frozen(let reason): "Each of its dates falls into a freeze (\(reason))."
        }
    }
}

extension WindowSchedule {
    /// Why the window will not open at or after an instant; `nil` when it will, and for one that
    /// counts from releases: there will always be another.
    public func neverOpens(from instant: Timestamp) -> NeverOpens? {
        if window.countsFromRelease || openings(from: instant).first != nil { return nil }
        let today = rules.date(at: instant)
        let isDate = if case .date = window.recurrence { true } else { false }
        guard let match = window.recurrence.next(onOrAfter: today) else {
            if case .date(let date) = window.recurrence { return .datePassed(date) }
            return .noSuchDay
        }
        if let hold = freeze(at: rules.instant(of: match, at: window.from)) {
            return .frozen(reason: hold.freeze.reason)
        }
        // It matches today or too late: nothing else keeps the search from finding it.
        return isDate && match > today ? .dateTooFar(match) : .datePassed(match)
    }
}
