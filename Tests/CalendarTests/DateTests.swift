import Calendar
import Fleet
import Foundation
import TestSupport
import Testing

@Suite struct `Dates and times of day` {
    private static let gregorian: Foundation.Calendar = {
        var calendar = Foundation.Calendar(identifier: .iso8601)
        calendar.timeZone = .gmt
        return calendar
    }()

    @Test(arguments: Seeds.all)
    func `a date has the parts and the weekday that Foundation gives it`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let days = Int64.random(in: -100_000...200_000, using: &generator)
            let date = LocalDate(daysSinceEpoch: days)
            let parts = Self.gregorian.dateComponents(
                [.year, .month, .day, .weekday],
                from: Date(timeIntervalSince1970: Double(days) * 86_400))
            #expect(
                [date.year, date.month, date.day] == [parts.year, parts.month, parts.day],
                "seed \(seed): \(days)")
            #expect((date.weekday.index + 1) % 7 + 1 == parts.weekday, "seed \(seed): \(date)")
            #expect(LocalDate(date.description) == date, "seed \(seed): \(date)")
        }
    }

    @Test(arguments: [
        "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-1-01",
        "26-01-01", "0000-01-01", "2026-01-01 ", "+2026-01-01", "2026/01/01", "",
        "2026-01-011", "٢٠٢٦-٠١-٠١",
    ])
    func `what is no date of the calendar is refused`(_ text: String) {
        #expect(LocalDate(text) == nil)
    }

    @Test(arguments: [
        ("2024-02-29", "2024-02-29"), ("2000-02-29", "2000-02-29"), ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
    ])
    func `leap days and the ends of the range are read`(_ text: String, _ written: String) {
        #expect(LocalDate(text)?.description == written)
    }

    @Test(arguments: [
        ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"),
        ("2026-03-31", 1, "2026-04-30"), ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"), ("2026-08-31", 6, "2027-02-28"),
        ("2026-01-15", -13, "2024-12-15"), ("2026-05-20", 0, "2026-05-20"),
    ])
    func `months are added to the same day, or the month's last`(
        _ date: String, _ months: Int, _ result: String
    ) {
        #expect(LocalDate.iso(date).adding(months: months).description == result)
    }

    @Test(arguments: ["24:00", "23:60", "7:00", "0700", "07:0", "07:00:00", "", "aa:bb", "-1:00"])
    func `what is no time of day is refused`(_ text: String) {
        #expect(LocalTime(text) == nil)
    }

    @Test func `every minute of the day is read as it is written`() {
        for minutes in 0..<1_440 {
            let time = LocalTime(hour: minutes / 60, minute: minutes % 60)
            #expect(time.flatMap { LocalTime($0.description) }?.minutes == minutes)
        }
    }

    @Test(arguments: [
        ("2026-03-01T10:00:00+02:00", 7200, "2026-03-01T10:00:00+02:00"),
        ("2026-03-01T10:00:00-03:30", -12_600, "2026-03-01T10:00:00-03:30"),
        ("2026-03-01T10:00:00.250Z", 0, "2026-03-01T10:00:00.250Z"),
        ("2026-03-01", 0, "2026-03-01T00:00:00Z"),
    ])
    func `an instant keeps the offset that it is written with`(
        _ text: String, _ offset: Int, _ written: String
    ) {
        let instant = OffsetInstant(text)
        #expect(instant?.offset == offset)
        #expect(instant?.description == written)
    }

    @Test(arguments: ["", "2026-02-30", "2026-03-01T10:00:00", "now", "2026-03-01T25:00:00Z"])
    func `what is no instant is refused`(_ text: String) {
        #expect(OffsetInstant(text) == nil)
    }

    @Test(arguments: [
        (0, "2026-11-28 22:00 UTC"), (3600, "2026-11-28 23:00 UTC+01:00"),
        (-12_600, "2026-11-28 18:30 UTC-03:30"), (50_400, "2026-11-29 12:00 UTC+14:00"),
    ])
    func `a local time in a sentence says whose clock it is by`(offset: Int, text: String) throws {
        let instant = try #require(Timestamp("2026-11-28T22:00:00Z"))
        #expect(LocalMinute(at: instant, offset: offset).text == text)
    }
}
