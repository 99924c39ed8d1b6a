/// The rule for the time after a zone's last recorded change: the POSIX TZ string of a TZif file's
/// footer (RFC 8536 section 3.3, POSIX.1-2017 section 8.3), without the names.
///
/// `CET-1CEST,M3.5.0,M10.5.0/3`, `<+0330>-3:30`, `IST-1GMT0,M10.5.0,M3.5.0/1`.
public struct PosixZoneRule: Hashable, Sendable {
    /// The part with daylight saving, or whatever else the clocks do for a part of the year.
    struct Daylight: Hashable, Sendable {
        /// How far ahead of UTC meanwhile, in seconds; behind the standard where it is "negative
        /// daylight saving", as in Ireland.
        var offset: Int
        /// When it begins, by the standard clock.
        var begins: YearlyMoment
        /// When it ends, by its own clock.
        var ends: YearlyMoment
    }

    /// The text that it was read from.
    public let text: String
    /// How far ahead of UTC the standard clock is, in seconds.
    let standardOffset: Int
    let daylight: Daylight?

    init(text: String, standardOffset: Int, daylight: Daylight?) {
        self.text = text
        self.standardOffset = standardOffset
        self.daylight = daylight
    }
}

/// A moment of every year, by a clock that stands at a known offset.
struct YearlyMoment: Hashable, Sendable {
    enum Day: Hashable, Sendable {
        /// `Jn`: 1 to 365, 29 February never counted.
        case julian(Int)
        /// `n`: 0 to 365, 29 February counted.
        case ordinal(Int)
        /// `Mm.w.d`: weekday d (0 is Sunday) of week w (5 is the last) of month m.
        case weekday(month: Int, week: Int, sundayBased: Int)
    }

    var day: Day
    /// Seconds after the start of that day; negative and beyond 24 h allowed (version 3 files).
    var seconds: Int

    /// Seconds since the epoch, in a year, if the clock stood at UTC.
    func localSeconds(inYear year: Int) -> Int64 {
        dayNumber(inYear: year).daysSinceEpoch * 86_400 + Int64(seconds)
    }

    private func dayNumber(inYear year: Int) -> LocalDate {
        let newYear = LocalDate(firstOfYear: year)
        switch day {
        case .julian(let number):
            let leaps = LocalDate.isLeapYear(year) && number >= 60
            return newYear.adding(days: number - 1 + (leaps ? 1 : 0))
        case .ordinal(let number): return newYear.adding(days: number)
        case .weekday(let month, let week, let sundayBased):
            let first = newYear.adding(months: month - 1)
            // Monday has the index 0 here, and Sunday stands at 0 in the text.
            let weekday = (sundayBased + 6) % 7
            let toFirst = (weekday - first.weekday.index + 7) % 7
            let found = first.adding(days: toFirst + (week - 1) * 7)
            let isPastEnd = found >= first.adding(months: 1)
            return isPastEnd ? found.adding(days: -7) : found
        }
    }
}

extension PosixZoneRule {
    /// The changes that the rule makes in a year: none, or two, by time.
    ///
    /// Two at the same instant are one change to daylight saving: that is how a rule says that it
    /// never ends (RFC 8536 section 3.3.1).
    func changes(inYear year: Int) -> [TimeZoneRules.Change] {
        guard let daylight else { return [] }
        let begins = TimeZoneRules.Change(
            at: daylight.begins.localSeconds(inYear: year) - Int64(standardOffset),
            offset: daylight.offset)
        let ends = TimeZoneRules.Change(
            at: daylight.ends.localSeconds(inYear: year) - Int64(daylight.offset),
            offset: standardOffset)
        return begins.at < ends.at ? [begins, ends] : [ends, begins]
    }
}

extension PosixZoneRule: Codable {
    /// Reads the rule from its text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readText("a POSIX TZ string") { try? PosixZoneRule($0) }
    }

    /// Writes the rule as its text.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeText(text)
    }
}
