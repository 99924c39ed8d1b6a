/// On which local dates something recurs: the words after `every:` in a policy.
///
/// `day` · weekday names, comma-separated · `1st` to `5th` or `last` and a weekday, optionally
/// `+ N days` · `day N` · `last day` · an ISO date · `N days after release`. See `init(_:)` for
/// reading and `description` for the canonical text.
public enum Recurrence: Hashable, Sendable {
    /// Every day.
    case daily
    /// On these days of each week.
    case weekly(Set<Weekday>)
    /// On the nth weekday of each month, and so many days after it (0 for the day itself). A month
    /// without a fifth one is left out.
    case monthlyWeekday(WeekOrdinal, Weekday, plusDays: Int)
    /// On this day of each month, 1 to 31; a month without it is left out.
    case monthDay(Int)
    /// On the last day of each month.
    case lastDay
    /// Once.
    case date(LocalDate)
    /// Once for each update, so many days after the day on which its fix came out.
    case afterRelease(days: Int)

    /// The most days that may follow a weekday of the month: a year, after which a rule can no
    /// longer be meant as one about that month.
    public static let maximumPlusDays = 366

    /// How many days may lie between a release and its opening. At least one: on the day itself the
    /// hour may have passed before anybody knew.
    public static let releaseDays = 1...366

    /// Months looked at for the next match. Any run of three months has a month with a fifth of a
    /// given weekday and one with 31 days; the rest is reserve.
    private static let monthsAhead = 12

    /// The first matching date that is not before `date`; `nil` when there is none: a single date
    /// that has passed, no weekday at all, a day that no month has, or one that only an update's
    /// release tells (`date(afterReleaseOn:)`).
    public func next(onOrAfter date: LocalDate) -> LocalDate? {
        switch self {
        case .daily: return date
        case .weekly(let days):
            return (0..<7).lazy.map { date.adding(days: $0) }.first { days.contains($0.weekday) }
        case .monthlyWeekday(let ordinal, let weekday, let plusDays):
            // The month of the weekday itself may lie well before the date.
            return firstInMonths(from: date.adding(days: -plusDays), onOrAfter: date) {
                ordinal.date(of: weekday, inMonthOf: $0)?.adding(days: plusDays)
            }
        case .monthDay(let day):
            return firstInMonths(from: date, onOrAfter: date) {
                LocalDate(year: $0.year, month: $0.month, day: day)
            }
        case .lastDay:
            return firstInMonths(from: date, onOrAfter: date) {
                $0.firstOfMonth(plus: 1).adding(days: -1)
            }
        case .date(let only): return only >= date ? only : nil
        case .afterRelease: return nil
        }
    }

    /// The one date that follows from the day of an update's release; `nil` where it does not count
    /// from one.
    public func date(afterReleaseOn day: LocalDate) -> LocalDate? {
        if case .afterRelease(let days) = self { day.adding(days: days) } else { nil }
    }

    /// Whether it recurs on this date.
    public func matches(_ date: LocalDate) -> Bool { next(onOrAfter: date) == date }

    private func firstInMonths(
        from start: LocalDate, onOrAfter date: LocalDate, match: (LocalDate) -> LocalDate?
    ) -> LocalDate? {
        for months in 0..<Self.monthsAhead {
            if let found = match(start.firstOfMonth(plus: months)), found >= date { return found }
        }
        return nil
    }
}

/// Which of a month's Mondays, Tuesdays …
public enum WeekOrdinal: String, Codable, Sendable, CaseIterable {
    /// The first.
    case first = "1st"
    /// The second.
    case second = "2nd"
    /// The third.
    case third = "3rd"
    /// The fourth.
    case fourth = "4th"
    /// The fifth, which not every month has.
    case fifth = "5th"
    /// The last: the fifth where there is one, else the fourth.
    case last

    /// The date of the nth weekday in the month whose first day is given; `nil` when the month has
    /// no such one.
    func date(of weekday: Weekday, inMonthOf first: LocalDate) -> LocalDate? {
        let weeks: Int
        switch self {
        case .first: weeks = 0
        case .second: weeks = 1
        case .third: weeks = 2
        case .fourth: weeks = 3
        case .fifth: weeks = 4
        case .last:
            let end = first.firstOfMonth(plus: 1).adding(days: -1)
            return end.adding(days: -((end.weekday.index - weekday.index + 7) % 7))
        }
        let toFirst = (weekday.index - first.weekday.index + 7) % 7
        let found = first.adding(days: toFirst + weeks * 7)
        return found < first.firstOfMonth(plus: 1) ? found : nil
    }
}

extension Recurrence: CustomStringConvertible {
    /// The canonical text: lower case, one blank between words, weekdays from Monday on.
    public var description: String {
        switch self {
        case .daily: return "day"
        case .weekly(let days): return days.sorted().map(\.rawValue).joined(separator: ", ")
        case .monthlyWeekday(let ordinal, let weekday, let plusDays):
            let base = "\(ordinal.rawValue) \(weekday.rawValue)"
            switch plusDays {
            case 0: return base
            case 1: return "\(base) + 1 day"
            default: return "\(base) + \(plusDays) days"
            }
        case .monthDay(let day): return "day \(day)"
        case .lastDay: return "last day"
        case .date(let date): return date.description
        case .afterRelease(1): return "1 day after release"
        case .afterRelease(let days): return "\(days) days after release"
        }
    }
}

extension Recurrence: Codable {
    /// Reads the value from its text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readText("a recurrence such as 2nd tuesday + 4 days") {
            try? Recurrence($0)
        }
    }

    /// Writes the value as its canonical text.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeText(description)
    }
}
