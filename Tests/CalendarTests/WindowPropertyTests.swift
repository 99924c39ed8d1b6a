import Calendar
import Fleet
import TestSupport
import Testing

/// Random windows in zones that do everything that zones do, held against Foundation: an opening
/// happens exactly once for each matching local date, never zero times, never twice.
@Suite(.requires(.zoneDatabase)) struct `A window opens once` {
    /// Two and a half years from a random day, so that each run has both changes of the clocks.
    private static let days = 900

    private func randomStart(_ name: String, _ generator: inout SeededGenerator) -> LocalDate {
        // Samoa left out a day, and Lord Howe and Nuuk changed their rules, in these years.
        let first = name == "Pacific/Apia" ? "2010-06-01" : "2003-01-01"
        let span = name == "Pacific/Apia" ? 300 : 7_000
        return LocalDate.iso(first).adding(days: Int.random(in: 0..<span, using: &generator))
    }

    @Test(arguments: ZoneDatabase.names, Seeds.all)
    func `for each matching date, at the instant that Foundation finds`(
        name: String, seed: UInt64
    ) throws {
        let rules = try ZoneDatabase.rules(name)
        let oracle = try #require(ZoneOracle(name))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            let recurrence = try Samples.recurrence(using: &generator)
            let from = Samples.time(using: &generator)
            let length = Int64.random(in: 60...200_000, using: &generator)
            let window = try #require(
                MaintenanceWindow(
                    name: "w", recurrence: recurrence, from: from, lengthSeconds: length))
            let start = randomStart(name, &generator)
            let schedule = try WindowSchedule(window, zones: Zones(endpoint: rules))
            let begin = rules.instant(of: start)
            let end = rules.instant(of: start.adding(days: Self.days))

            // A day more on both sides, since a gap of a day carries an opening over the edge.
            let dates = (-1...Self.days).map { start.adding(days: $0) }
                .filter(recurrence.matches)
            let expected = dates.map { date in
                let local = date.daysSinceEpoch * 86_400 + Int64(from.minutes) * 60
                return Timestamp(seconds: oracle.second(showing: local))
            }
            // Where the clocks skip a whole day, two dates may share one instant, and one opening.
            let distinct = Set(expected).filter { begin <= $0 && $0 < end }.sorted()

            let found = Array(schedule.openings(from: begin).prefix { $0.opens < end })
            let words = "seed \(seed): \(name), \(recurrence) at \(from) from \(start)"
            #expect(found.map(\.opens) == distinct, "\(words)")
            #expect(Set(found.map(\.localDate)).count == found.count, "\(words)")
            #expect(found.allSatisfy { recurrence.matches($0.localDate) }, "\(words)")
            #expect(
                found.allSatisfy { $0.closes.seconds(since: $0.opens) == length }, "\(words)")
        }
    }

    @Test(arguments: ZoneDatabase.names, Seeds.all)
    func `what is listed, what comes next and what is open agree`(
        name: String, seed: UInt64
    ) throws {
        let rules = try ZoneDatabase.rules(name)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<4 {
            let window = try #require(
                MaintenanceWindow(
                    name: "w", recurrence: try Samples.recurrence(using: &generator),
                    from: Samples.time(using: &generator),
                    lengthSeconds: Int64.random(in: 60...200_000, using: &generator)))
            let schedule = try WindowSchedule(window, zones: Zones(endpoint: rules))
            let begin = rules.instant(of: randomStart(name, &generator))
            let listed = Array(schedule.openings(from: begin).prefix(12))
            let words =
                "seed \(seed): \(name), \(window.recurrence) at \(window.from) from \(begin)"

            var cursor = begin.adding(seconds: -1)
            for occurrence in listed {
                let next = try #require(schedule.nextOpening(after: cursor), "\(words)")
                #expect(next == occurrence, "\(words)")
                cursor = next.opens
                // It is open from its first second to its last, and asks nobody else.
                #expect(schedule.opening(at: next.opens) == next, "\(words)")
                #expect(schedule.isOpen(at: next.closes.adding(seconds: -1)), "\(words)")
            }
            for _ in 0..<40 {
                let instant = begin.adding(
                    seconds: Int64.random(in: 0...40_000_000, using: &generator))
                let isListed = schedule.openings(from: instant.adding(seconds: -300_000))
                    .prefix { $0.opens <= instant }
                    .contains { $0.isOpen(at: instant) }
                #expect(schedule.isOpen(at: instant) == isListed, "\(words), at \(instant)")
            }
        }
    }

    @Test(arguments: ZoneDatabase.names)
    func `a nightly window fires once a night when it is watched every half hour`(name: String)
        throws
    {
        let rules = try ZoneDatabase.rules(name)
        let window = try Samples.window("day", from: "23:30", hours: 4)
        let schedule = try WindowSchedule(window, zones: Zones(endpoint: rules))
        // A year, so both changes: how often does a watcher see it go from shut to open?
        let begin = rules.instant(of: .iso("2019-01-01"), at: .hm("12:00"))
        var wasOpen = false
        var fired = 0
        var instant = begin
        let end = rules.instant(of: .iso("2020-01-01"), at: .hm("12:00"))
        while instant < end {
            let isOpen = schedule.isOpen(at: instant)
            if isOpen, !wasOpen { fired += 1 }
            wasOpen = isOpen
            instant = instant.adding(seconds: 1_800)
        }
        #expect(fired == 365, "\(name)")
    }
}
