import Calendar
import Fleet
import TestSupport
import Testing

/// Windows that count from a release, held against a search by hand: for each release exactly one
/// opening, after the release, on no frozen day.
@Suite(.requires(.zoneDatabase)) struct `A window that counts from a release` {
    private func schedule(
        _ recurrence: Recurrence, _ rules: TimeZoneRules, from: LocalTime = .midnight,
        length: Int64 = 3600, freezes: [Freeze] = [], release: Timestamp?
    ) throws -> WindowSchedule {
        let window = try #require(
            MaintenanceWindow(
                name: "w", recurrence: recurrence, from: from, lengthSeconds: length))
        return try WindowSchedule(
            window, freezes: freezes, zones: Zones(endpoint: rules), release: release)
    }

    @Test(arguments: ZoneDatabase.names, Seeds.all)
    func `opens once for a release, at the hour of the zone, never before the release`(
        name: String, seed: UInt64
    ) throws {
        let rules = try ZoneDatabase.rules(name)
        let oracle = try #require(ZoneOracle(name))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<12 {
            let days = Int.random(in: Recurrence.releaseDays, using: &generator)
            let from = Samples.time(using: &generator)
            let release = Timestamp(
                seconds: Int64.random(in: 1_040_000_000...1_800_000_000, using: &generator))
            let schedule = try schedule(
                .afterRelease(days: days), rules, from: from, release: release)
            let words = "seed \(seed): \(name), \(days) days after \(release) at \(from)"

            let date = rules.date(at: release).adding(days: days)
            let local = date.daysSinceEpoch * 86_400 + Int64(from.minutes) * 60
            let expected = Timestamp(seconds: oracle.second(showing: local))
            // From long before to long after: it is found once, whoever asks from when.
            let start = release.adding(seconds: -86_400 * 30)
            #expect(schedule.openings(from: start).map(\.opens) == [expected], "\(words)")
            #expect(schedule.openings(from: expected).map(\.opens) == [expected], "\(words)")
            #expect(schedule.nextOpening(after: expected) == nil, "\(words)")
            #expect(schedule.releaseOpening?.opens == expected, "\(words)")
            #expect(schedule.releaseOpening?.localDate == date, "\(words)")
            #expect(expected > release, "\(words)")
            #expect(schedule.opening(at: expected)?.opens == expected, "\(words)")
            #expect(!schedule.isOpen(at: expected.adding(seconds: -1)), "\(words)")
            #expect(!schedule.isOpen(at: expected.adding(seconds: 3600)), "\(words)")
        }
    }

    @Test(arguments: ZoneDatabase.names, Seeds.all)
    func `is put off by freezes to the first day that is free, and opens once all the same`(
        name: String, seed: UInt64
    ) throws {
        let rules = try ZoneDatabase.rules(name)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<12 {
            let release = Timestamp(
                seconds: Int64.random(in: 1_040_000_000...1_800_000_000, using: &generator))
            let day = rules.date(at: release).adding(days: 7)
            let freezes = (0..<Int.random(in: 1...4, using: &generator)).compactMap { _ in
                let first = day.adding(days: Int.random(in: -9...9, using: &generator))
                let last = first.adding(days: Int.random(in: 0...12, using: &generator))
                return Freeze(from: first, to: last, reason: "A test")
            }
            let schedule = try schedule(
                .afterRelease(days: 7), rules, freezes: freezes, release: release)
            var free = day
            // Where the clocks skip a day, its opening is the next day's.
            func opensFrozen() -> Bool {
                let date = rules.date(at: rules.instant(of: free))
                return freezes.contains { $0.contains(date) }
            }
            while opensFrozen() { free = free.adding(days: 1) }
            let start = release.adding(seconds: -86_400)
            let found = Array(schedule.openings(from: start))
            let words = "seed \(seed): \(name), released \(release), frozen \(freezes)"
            #expect(found.map(\.localDate) == [free], "\(words)")
            // However late somebody asks, it is the same opening or none.
            for later in [free.adding(days: -3), free] {
                #expect(
                    schedule.openings(from: rules.instant(of: later)).map(\.opens)
                        == found.map(\.opens), "\(words)")
            }
            let after = rules.instant(of: free.adding(days: 2))
            #expect(Array(schedule.openings(from: after)).isEmpty, "\(words)")
        }
    }

    @Test func `without a release it does not open, and is not called one that never opens`() throws
    {
        let schedule = try schedule(.afterRelease(days: 7), .utc, release: nil)
        #expect(schedule.openings(from: .at("2026-01-01T00:00:00Z")).first == nil)
        #expect(schedule.releaseOpening == nil)
        #expect(schedule.neverOpens(from: .at("2026-01-01T00:00:00Z")) == nil)
    }

    @Test func `other windows do not care for a release`() throws {
        let release = Timestamp.at("2026-03-01T00:00:00Z")
        let schedule = try schedule(.daily, .utc, release: release)
        #expect(schedule.releaseOpening == nil)
        #expect(
            schedule.nextOpening(after: .at("2026-01-01T00:00:00Z"))?.opens
                == .at("2026-01-02T00:00:00Z"))
    }

    @Test(arguments: [
        ("7 days after release", 7), ("1 day after release", 1), ("14 Days  after RELEASE", 14),
        ("1 days after release", 1),
    ])
    func `is written in words`(text: String, days: Int) throws {
        let recurrence = try Recurrence(text)
        #expect(recurrence == .afterRelease(days: days))
        #expect(try Recurrence(recurrence.description) == recurrence)
        #expect(recurrence.next(onOrAfter: .iso("2026-01-01")) == nil)
    }

    @Test(arguments: [
        ("0 days after release", "“0” is not a number of days, 1 to 366"),
        ("367 days after release", "“367” is not a number of days, 1 to 366"),
        ("7 weeks after release", "“weeks” is not known here"),
        ("7 days after relase", "“relase” is not known here; did you mean “release”?"),
        ("7 days", "“after” is missing"), ("7 days after", "“release” is missing"),
        (
            "release",
            "how many days after the release it opens comes first; "
                + "did you mean “7 days after release”?"
        ),
    ])
    func `is refused with what is wrong`(text: String, message: String) {
        let error = #expect(throws: RecurrenceError.self) { try Recurrence(text) }
        #expect(error?.description == message)
    }
}
