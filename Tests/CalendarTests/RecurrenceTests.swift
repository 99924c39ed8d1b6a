import Calendar
import Foundation
import TestSupport
import Testing

@Suite struct `The words after every` {
    @Test(arguments: [
        ("day", "day"), ("Day", "day"), ("saturday", "saturday"),
        ("sunday, saturday", "saturday, sunday"),
        ("MONDAY,friday , wednesday", "monday, wednesday, friday"),
        ("2nd tuesday", "2nd tuesday"), ("2nd Tuesday + 4 days", "2nd tuesday + 4 days"),
        ("1st monday +1 day", "1st monday + 1 day"), ("5th friday+0 days", "5th friday"),
        ("last sunday", "last sunday"), ("last sunday + 14 days", "last sunday + 14 days"),
        ("day 31", "day 31"), ("day 01", "day 1"), ("last day", "last day"),
        ("2026-12-24", "2026-12-24"), ("  last   day ", "last day"),
    ])
    func `a recurrence is read, and written in one way`(_ text: String, _ canonical: String) throws
    {
        let recurrence = try Recurrence(text)
        #expect(recurrence.description == canonical)
        #expect(try Recurrence(canonical) == recurrence)
    }

    /// Text, place, length, suggestion.
    @Test(
        arguments: [
            ("satruday", 0, 8, "saturday"), ("monday, satruday", 8, 8, "saturday"),
            ("2nd tusday + 4 days", 4, 6, "tuesday"), ("2th tuesday", 0, 3, "2nd"),
            ("first monday", 0, 5, "1st"), ("sat", 0, 3, "saturday"), ("6th monday", 0, 3, nil),
            ("1st monday + 3 dyas", 15, 4, "days"), ("dya", 0, 3, "day"),
            ("day 32", 4, 2, nil), ("day 0", 4, 1, nil), ("day x", 4, 1, nil),
            ("2026-02-29", 0, 10, nil), ("2026-2-01", 0, 9, nil), ("", 0, 0, nil),
            ("2nd", 3, 0, nil), ("1st monday +", 12, 0, nil), ("1st monday + 4", 14, 0, nil),
            ("1st monday + -4 days", 13, 2, nil), ("1st monday + 367 days", 13, 3, nil),
            ("1st monday + 99999999999999999999 days", 13, 20, nil), ("saturday,", 9, 0, nil),
            ("saturday sunday", 9, 6, nil), ("last day + 2 days", 9, 1, nil),
            ("day 31 + 1 days", 7, 1, nil),
            ("saturday + 1 day", 9, 1, nil), ("2nd day", 4, 3, nil),
        ] as [(String, Int, Int, String?)])
    func `what is no recurrence is refused at its place, with what was meant`(
        _ text: String, _ offset: Int, _ length: Int, _ suggestion: String?
    ) {
        let error = #expect(throws: RecurrenceError.self) { try Recurrence(text) }
        #expect(error?.offset == offset, "\(text): \(error?.description ?? "")")
        #expect(error?.length == length, "\(text): \(error?.description ?? "")")
        if let suggestion { #expect(error?.suggestion == suggestion) }
    }

    @Test func `a text that is too long is refused`() {
        #expect(throws: RecurrenceError.self) {
            try Recurrence(String(repeating: "saturday, ", count: 50) + "saturday")
        }
    }

    @Test(arguments: Seeds.all)
    func `any text is read or refused, and what is read is written back`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "day", "last", "2nd", "5th", "monday", "tuesday", ",", "+", "days", "4", "31", "é",
            "2026-02-28", "2026-99-99", "-", "\u{0}", "🙂", "1st",
        ]
        for _ in 0..<1_000 {
            let count = Int.random(in: 0...6, using: &generator)
            let text = (0..<count).compactMap { _ in words.randomElement(using: &generator) }
                .joined(separator: Bool.random(using: &generator) ? " " : "")
            guard let read = try? Recurrence(text) else { continue }
            #expect((try? Recurrence(read.description)) == read, "seed \(seed): \(text)")
        }
    }

    /// What a rule means, said once more without months to walk through.
    private func matches(_ recurrence: Recurrence, _ date: LocalDate) -> Bool {
        switch recurrence {
        case .daily: return true
        case .weekly(let days): return days.contains(date.weekday)
        case .monthDay(let day): return date.day == day
        case .lastDay: return date.adding(days: 1).day == 1
        case .date(let only): return only == date
        case .afterRelease: return false
        case .monthlyWeekday(let ordinal, let weekday, let plus):
            let anchor = date.adding(days: -plus)
            guard anchor.weekday == weekday else { return false }
            if ordinal == .last { return anchor.adding(days: 7).month != anchor.month }
            return WeekOrdinal.allCases.firstIndex(of: ordinal) == (anchor.day - 1) / 7
        }
    }

    @Test(arguments: Seeds.all)
    func `the next date is the first one that matches`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let recurrence = try Samples.recurrence(using: &generator)
            let start = LocalDate.iso("2023-01-01")
                .adding(days: Int.random(in: 0..<1_500, using: &generator))
            let expected = (0..<4_600).lazy.map { start.adding(days: $0) }
                .first { matches(recurrence, $0) }
            #expect(
                recurrence.next(onOrAfter: start) == expected,
                "seed \(seed): \(recurrence) from \(start)")
        }
    }

    @Test(arguments: [
        ("5th monday", "2026-01-01", "2026-03-30"), ("day 31", "2026-04-01", "2026-05-31"),
        ("day 30", "2026-02-01", "2026-03-30"), ("day 29", "2026-02-01", "2026-03-29"),
        ("day 29", "2028-02-01", "2028-02-29"), ("last day", "2028-02-01", "2028-02-29"),
        ("2nd tuesday + 25 days", "2026-02-01", "2026-02-07"),
        ("last friday + 60 days", "2026-01-01", "2026-01-27"),
    ])
    func `months without the day are left out, and days added cross into the next`(
        _ text: String, _ from: String, _ expected: String
    ) throws {
        #expect(try Recurrence(text).next(onOrAfter: .iso(from)) == .iso(expected))
    }

    @Test(arguments: [
        Recurrence.weekly([]), .monthDay(0), .monthDay(32), .date(.iso("2020-01-01")),
    ])
    func `a rule that never matches has no next date`(_ recurrence: Recurrence) {
        #expect(recurrence.next(onOrAfter: .iso("2026-01-01")) == nil)
    }

    @Test(arguments: Seeds.all)
    func `a recurrence travels as its text`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let recurrence = try Samples.recurrence(using: &generator)
            let data = try JSONEncoder().encode([recurrence])
            #expect(try JSONDecoder().decode([Recurrence].self, from: data) == [recurrence])
        }
    }
}
