import Calendar
import Fleet
import TestSupport

/// Random windows.
enum Samples {
    static func recurrence(using generator: inout SeededGenerator) throws -> Recurrence {
        let weekday = Weekday.allCases.randomElement(using: &generator) ?? .monday
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: return .daily
        case 1:
            let other = Weekday.allCases.randomElement(using: &generator) ?? .monday
            return .weekly([weekday, other])
        case 2, 3:
            let ordinal = WeekOrdinal.allCases.randomElement(using: &generator) ?? .last
            let plus = Int.random(in: -10...40, using: &generator)
            return .monthlyWeekday(ordinal, weekday, plusDays: max(0, plus))
        case 4: return .monthDay(Int.random(in: 1...31, using: &generator))
        case 5: return .lastDay
        default:
            let days = Int.random(in: 0..<3_000, using: &generator)
            return .date(LocalDate.iso("2020-01-01").adding(days: days))
        }
    }

    static func time(using generator: inout SeededGenerator) -> LocalTime {
        // Half of them where clocks change: between 23:00 and 03:59.
        let isNight = Bool.random(using: &generator)
        let hour =
            isNight
            ? Int.random(in: 23...27, using: &generator) % 24
            : Int.random(in: 0..<24, using: &generator)
        return LocalTime(hour: hour, minute: Int.random(in: 0..<60, using: &generator)) ?? .midnight
    }

    static func window(
        _ every: String, from: String, hours: Int64, zone: String = "endpoint",
        name: String = "window", kinds: Set<WindowKind> = WindowKind.all
    ) throws -> MaintenanceWindow {
        try required(
            MaintenanceWindow(
                name: name, recurrence: try Recurrence(every), from: .hm(from),
                lengthSeconds: hours * 3600, zone: required(WindowZone(zone)), kinds: kinds))
    }

    static func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw SampleMissing() }
        return value
    }

    struct SampleMissing: Error {}
}
