import Fleet

/// A day of the proleptic Gregorian calendar, without a time or a zone.
///
/// It is written and read as an ISO 8601 calendar date, `2026-12-20`; texts hold the years 0001 to
/// 9999. Arithmetic goes further, so that no instant is without a date.
public struct LocalDate: Hashable, Comparable, Sendable {
    /// Days from 1970-01-01; negative before it.
    public let daysSinceEpoch: Int64

    /// The date so many days after 1970-01-01.
    public init(daysSinceEpoch: Int64) {
        self.daysSinceEpoch = daysSinceEpoch
    }

    /// A date from its parts; `nil` when the month has no such day, or the year is not 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.daysInMonth(year: year, month: month)).contains(day)
        else { return nil }
        daysSinceEpoch = Self.days(year, month, day)
    }

    /// 1 January of a year, whichever.
    init(firstOfYear year: Int) {
        daysSinceEpoch = Self.days(year, 1, 1)
    }

    /// The year.
    public var year: Int { Int(parts.year) }
    /// The month, 1 to 12.
    public var month: Int { Int(parts.month) }
    /// The day of the month, 1 to 31.
    public var day: Int { Int(parts.day) }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday.allCases[Int(((daysSinceEpoch + 3) % 7 + 7) % 7)]
    }

    /// The date so many days later; earlier when negative.
    public func adding(days: Int) -> LocalDate {
        LocalDate(daysSinceEpoch: daysSinceEpoch + Int64(days))
    }

    /// The same day so many months later; the month's last day where it has no such day, so
    /// 31 January and one month is 28 or 29 February.
    public func adding(months: Int) -> LocalDate {
        let (year, month, day) = parts
        let index = (year * 12 + month - 1) + Int64(months)
        let newYear = Int((index - (index % 12 + 12) % 12) / 12)
        let newMonth = Int((index % 12 + 12) % 12) + 1
        let length = Self.daysInMonth(year: newYear, month: newMonth)
        return LocalDate(daysSinceEpoch: Self.days(newYear, newMonth, min(Int(day), length)))
    }

    /// How many days a month has; 0 for a month that is not 1 to 12.
    public static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeapYear(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }

    /// Whether a year has a 29 February.
    public static func isLeapYear(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Whether one date lies before the other.
    public static func < (lhs: LocalDate, rhs: LocalDate) -> Bool {
        lhs.daysSinceEpoch < rhs.daysSinceEpoch
    }

    /// The first day of the date's month, or of the one so many months later.
    func firstOfMonth(plus months: Int = 0) -> LocalDate {
        let (year, month, _) = parts
        return LocalDate(daysSinceEpoch: Self.days(Int(year), Int(month), 1)).adding(months: months)
    }

    private var parts: (year: Int64, month: Int64, day: Int64) {
        CivilDate.date(daysSinceEpoch: daysSinceEpoch)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        CivilDate.daysSinceEpoch(year: Int64(year), month: Int64(month), day: Int64(day))
    }
}

extension LocalDate: LosslessStringConvertible {
    /// ISO 8601: `2026-12-20`.
    public var description: String {
        let (year, month, day) = parts
        return "\(Digits.padded(year, 4))-\(Digits.padded(month, 2))-\(Digits.padded(day, 2))"
    }

    /// Reads `YYYY-MM-DD`; `nil` for any other form, and for a day that does not exist.
    public init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(11))
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Digits.number(bytes[0..<4]), let month = Digits.number(bytes[5..<7]),
            let day = Digits.number(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

extension LocalDate: Codable {
    /// Reads the value from its text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readText("an ISO date such as 2026-12-20", LocalDate.init)
    }

    /// Writes the value as its text.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeText(description)
    }
}
