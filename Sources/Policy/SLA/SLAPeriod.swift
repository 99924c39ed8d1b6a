public import Calendar
public import Fleet

/// A length of time as a regime states it.
public enum SLAPeriod: Hashable, Sendable {
    /// Hours that pass.
    case hours(Int)
    /// Calendar days: the same local time so many dates later.
    case days(Int)
    /// Monday to Friday, holidays left out: the same local time so many working days later.
    case workingDays(Int)
    /// Calendar months: the same day so many months later, or that month's last day.
    case months(Int)

    /// The end of the period that begins at an instant.
    ///
    /// The zone's local times and dates count. Holidays are dates that are no working days, besides
    /// Saturdays and Sundays.
    public func end(
        from start: Timestamp, zone: TimeZoneRules = .utc, holidays: Set<LocalDate> = []
    ) -> Timestamp {
        switch self {
        case .hours(let hours): return start.adding(seconds: Int64(hours) * 3600)
        case .days(let days):
            return zone.moving(start) { $0.adding(days: days) }
        case .months(let months):
            return zone.moving(start) { $0.adding(months: months) }
        case .workingDays(let days):
            return zone.moving(start) { date in
                var date = date
                for _ in 0..<max(0, days) {
                    repeat {
                        date = date.adding(days: 1)
                    } while date.weekday >= .saturday || holidays.contains(date)
                }
                return date
            }
        }
    }
}

extension SLAPeriod: CustomStringConvertible {
    /// `14 days`, `48 hours`, `1 month`.
    public var description: String {
        switch self {
        case .hours(let count): Self.text(count, "hour")
        case .days(let count): Self.text(count, "day")
        case .workingDays(let count): Self.text(count, "working day")
        case .months(let count): Self.text(count, "month")
        }
    }

    private static func text(_ count: Int, _ unit: String) -> String {
        "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}

extension TimeZoneRules {
    /// The instant with the same local time on another date.
    fileprivate func moving(_ start: Timestamp, to date: (LocalDate) -> LocalDate) -> Timestamp {
        let local = start.milliseconds + Int64(offset(at: start)) * 1000
        let today = self.date(at: start)
        let ofDay = local - today.daysSinceEpoch * 86_400_000
        let minutes = Int(ofDay / 60_000)
        let time = LocalTime(hour: minutes / 60, minute: minutes % 60) ?? .midnight
        let moved = instant(of: date(today), at: time)
        return Timestamp(milliseconds: moved.milliseconds + ofDay % 60_000)
    }
}
