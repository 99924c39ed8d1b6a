import Calendar
import Fleet
import Foundation
import TestSupport
import Testing

@Suite(.requires(.zoneDatabase)) struct `Windows and freezes` {
    private func calendar(
        _ windows: [MaintenanceWindow], _ freezes: [Freeze] = [], in zone: String = "Europe/Berlin"
    ) throws -> WindowCalendar {
        let named = try ["America/New_York", "Europe/Berlin", "Pacific/Apia"].map {
            ($0, try ZoneDatabase.rules($0))
        }
        let zones = Zones(
            endpoint: try ZoneDatabase.rules(zone),
            named: Dictionary(uniqueKeysWithValues: named))
        return try WindowCalendar(windows, freezes: freezes, zones: zones)
    }

    private func freeze(_ from: String, _ to: String, zone: String? = nil) throws -> Freeze {
        try #require(
            Freeze(
                from: .iso(from), to: .iso(to), reason: "Year end",
                zone: zone.flatMap(WindowZone.init)))
    }

    @Test func `Patch Tuesday plus days, over a year`() throws {
        let found = try calendar([Samples.window("2nd tuesday + 4 days", from: "01:00", hours: 3)])
            .occurrences(from: .at("2026-01-01T00:00:00Z"), count: 12)
        #expect(
            found.map { $0.localDate.description } == [
                "2026-01-17", "2026-02-14", "2026-03-14", "2026-04-18", "2026-05-16", "2026-06-13",
                "2026-07-18", "2026-08-15", "2026-09-12", "2026-10-17", "2026-11-14", "2026-12-12",
            ])
        #expect(found[0].opens == .at("2026-01-17T00:00:00Z"))
        #expect(found[6].opens == .at("2026-07-17T23:00:00Z"))
    }

    @Test func `the length is time that passes, over a change of the clocks too`() throws {
        let night = try calendar([Samples.window("day", from: "22:00", hours: 6)])
        let spring = try #require(night.nextOpening(after: .at("2026-03-28T12:00:00Z")))
        #expect(spring.opens == .at("2026-03-28T21:00:00Z"))
        #expect(spring.closes == .at("2026-03-29T03:00:00Z"))
        let autumn = try #require(night.nextOpening(after: .at("2026-10-24T12:00:00Z")))
        #expect(autumn.opens == .at("2026-10-24T20:00:00Z"))
        #expect(autumn.closes == .at("2026-10-25T02:00:00Z"))
    }

    @Test func `where a whole day is left out, its window opens when the next day begins`() throws {
        let calendar = try calendar(
            [Samples.window("last friday", from: "22:00", hours: 4)], in: "Pacific/Apia")
        let found = try #require(calendar.nextOpening(after: .at("2011-12-01T00:00:00Z")))
        #expect(found.localDate == .iso("2011-12-30"))
        #expect(found.opens == .at("2011-12-30T10:00:00Z"))
    }

    @Test func `a window at midnight opens once where a day is left out`() throws {
        let calendar = try calendar(
            [Samples.window("day", from: "00:00", hours: 1)], in: "Pacific/Apia")
        let found = calendar.occurrences(
            from: .at("2011-12-29T00:00:00Z"), until: .at("2012-01-01T00:00:00Z"))
        #expect(
            found.map { $0.localDate.description } == ["2011-12-29", "2011-12-31", "2012-01-01"])
        #expect(Set(found.map(\.opens)).count == 3)
    }

    @Test func `a window that opens on a frozen date does not open, and an open one stays open`()
        throws
    {
        let calendar = try calendar(
            [Samples.window("day", from: "22:00", hours: 4)], [freeze("2026-12-20", "2027-01-04")])
        let found = calendar.occurrences(from: .at("2026-12-18T00:00:00Z"), count: 3)
        #expect(
            found.map { $0.localDate.description } == ["2026-12-18", "2026-12-19", "2027-01-05"])
        // The one of the 19th is open on the 20th, which is frozen.
        #expect(calendar.isOpen(at: .at("2026-12-20T00:30:00Z")))
        #expect(!calendar.isOpen(at: .at("2026-12-20T22:30:00Z")))
    }

    @Test func `where a day is left out, the day on which its window opens is asked for freezes`()
        throws
    {
        for (frozen, opens) in [("2011-12-30", true), ("2011-12-31", false)] {
            let calendar = try calendar(
                [Samples.window("last friday", from: "22:00", hours: 4)],
                [freeze(frozen, frozen)], in: "Pacific/Apia")
            let found = try #require(calendar.nextOpening(after: .at("2011-12-01T00:00:00Z")))
            #expect((found.localDate == .iso("2011-12-30")) == opens, "\(frozen)")
        }
    }

    @Test func `a freeze with a zone of its own counts its own days`() throws {
        let window = try Samples.window("day", from: "02:00", hours: 1)
        let calendar = try calendar(
            [window], [freeze("2026-12-20", "2026-12-20", zone: "America/New_York")])
        // 02:00 in Berlin is the evening before in New York: the 21st is frozen there.
        let found = calendar.occurrences(from: .at("2026-12-19T12:00:00Z"), count: 2)
        #expect(found.map { $0.localDate.description } == ["2026-12-20", "2026-12-22"])
    }

    @Test func `a freeze of years costs no more than one of days`() throws {
        let calendar = try calendar(
            [Samples.window("day", from: "02:00", hours: 1)],
            [
                freeze("2026-01-01", "2029-12-31"),
                freeze("2030-01-01", "2035-06-30", zone: "Pacific/Apia"),
            ])
        let found = try #require(calendar.nextOpening(after: .at("2026-06-01T00:00:00Z")))
        #expect(found.localDate == .iso("2035-07-01"))
    }

    @Test func `overlapping openings are listed apart, by opening, then name`() throws {
        let calendar = try calendar([
            Samples.window("day", from: "22:00", hours: 4, name: "b"),
            Samples.window("day", from: "22:00", hours: 2, name: "a"),
            Samples.window("day", from: "21:00", hours: 2, name: "c"),
        ])
        let found = calendar.occurrences(from: .at("2026-05-01T00:00:00Z"), count: 4)
        #expect(found.map(\.window) == ["c", "a", "b", "c"])
        #expect(
            calendar.openings(at: .at("2026-05-01T20:30:00Z")).map(\.window) == ["c", "a", "b"])
    }

    @Test func `a window opens at its first instant and is shut at its last`() throws {
        let calendar = try calendar([Samples.window("2026-05-01", from: "22:00", hours: 4)])
        #expect(!calendar.isOpen(at: .at("2026-05-01T19:59:59.999Z")))
        #expect(calendar.isOpen(at: .at("2026-05-01T20:00:00Z")))
        #expect(calendar.isOpen(at: .at("2026-05-01T23:59:59.999Z")))
        #expect(!calendar.isOpen(at: .at("2026-05-02T00:00:00Z")))
        #expect(calendar.nextOpening(after: .at("2026-05-01T20:00:00Z")) == nil)
    }

    @Test func `a zone of its own wins over the endpoint's, and a site without one follows it`()
        throws
    {
        let calendar = try calendar([
            Samples.window("day", from: "12:00", hours: 1, zone: "America/New_York", name: "ny"),
            Samples.window("day", from: "12:00", hours: 1, zone: "site", name: "site"),
        ])
        let found = calendar.occurrences(from: .at("2026-01-01T00:00:00Z"), count: 2)
        #expect(found.map(\.opens) == [.at("2026-01-01T11:00:00Z"), .at("2026-01-01T17:00:00Z")])
    }

    @Test func `only windows of a kind are looked at when asked so`() throws {
        let calendar = try calendar([
            Samples.window("day", from: "12:00", hours: 1, name: "fetch", kinds: [.prefetch]),
            Samples.window("day", from: "22:00", hours: 1, name: "all"),
        ])
        let next = calendar.only(.install).nextOpening(after: .at("2026-01-01T00:00:00Z"))
        #expect(next?.window == "all")
        #expect(calendar.only(.prefetch).schedules.count == 2)
    }

    @Test(
        arguments: [
            ("2020-05-01", nil, NeverOpens.datePassed(.iso("2020-05-01"))),
            ("2099-05-01", nil, .dateTooFar(.iso("2099-05-01"))),
            ("2026-12-24", ("2026-12-20", "2026-12-31"), .frozen(reason: "Year end")),
            ("day 31", ("2026-01-01", "2040-01-01"), .frozen(reason: "Year end")),
            ("5th monday", ("2026-01-01", "2026-12-31"), nil),
            ("day 31", nil, nil), ("2026-06-01", nil, nil),
        ] as [(String, (String, String)?, NeverOpens?)])
    func `a window that can never open says why`(
        _ every: String, _ frozen: (String, String)?, _ reason: NeverOpens?
    ) throws {
        let freezes = try frozen.map { [try freeze($0.0, $0.1)] } ?? []
        let calendar = try calendar([Samples.window(every, from: "22:00", hours: 1)], freezes)
        let found = calendar.schedules[0].neverOpens(from: .at("2026-05-05T00:00:00Z"))
        #expect(found == reason)
        #expect(found?.sentence.hasSuffix(".") ?? true)
    }

    @Test func `a rule without a day says so`() throws {
        let window = try #require(
            MaintenanceWindow(
                name: "w", recurrence: .weekly([]), from: .midnight, lengthSeconds: 3600))
        let schedule = try WindowSchedule(window, zones: Zones(endpoint: .utc))
        #expect(schedule.neverOpens(from: .at("2026-01-01T00:00:00Z")) == .noSuchDay)
    }

    @Test(arguments: [0, 59, 31 * 86_400 + 1, -1, .max] as [Int64])
    func `a length outside the limits is refused`(_ seconds: Int64) {
        #expect(
            MaintenanceWindow(
                name: "w", recurrence: .daily, from: .midnight, lengthSeconds: seconds) == nil)
    }

    @Test func `a freeze that ends before it begins is refused`() {
        #expect(Freeze(from: .iso("2026-12-20"), to: .iso("2026-12-19"), reason: "") == nil)
    }

    @Test func `a window travels as JSON, its kinds in order`() throws {
        let window = try Samples.window(
            "2nd tuesday + 4 days", from: "01:00", hours: 3, zone: "Europe/Berlin",
            kinds: [.reboot, .install])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(window)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"from":"01:00","isStaffed":false,"kinds":["install","reboot"],"lengthSeconds":10800,"name":"window","recurrence":"2nd tuesday + 4 days","zone":"Europe/Berlin"}"#
        )
        #expect(try JSONDecoder().decode(MaintenanceWindow.self, from: data) == window)
        let broken = String(decoding: data, as: UTF8.self)
            .replacingOccurrences(of: "10800", with: "1")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(MaintenanceWindow.self, from: Data(broken.utf8))
        }
    }
}

@Suite struct `Nothing starts that cannot finish` {
    private static let night = [
        Occurrence(
            opens: .at("2026-05-01T22:00:00Z"), closes: .at("2026-05-02T00:00:00Z"), window: "a",
            localDate: .iso("2026-05-01")),
        Occurrence(
            opens: .at("2026-05-01T23:30:00Z"), closes: .at("2026-05-02T02:00:00Z"), window: "b",
            localDate: .iso("2026-05-01")),
    ]

    @Test(arguments: [
        ("2026-05-01T22:00:00Z", 14_400, 0, WorkFit.fits(closes: .at("2026-05-02T02:00:00Z"))),
        ("2026-05-01T22:00:00Z", 13_000, 1_400, .fits(closes: .at("2026-05-02T02:00:00Z"))),
        (
            "2026-05-01T22:00:00Z", 13_000, 1_401,
            .tooLong(neededSeconds: 14_401, leftSeconds: 14_400)
        ),
        ("2026-05-02T01:59:59Z", 1, 0, .fits(closes: .at("2026-05-02T02:00:00Z"))),
        ("2026-05-02T01:59:59.500Z", 1, 0, .tooLong(neededSeconds: 1, leftSeconds: 0)),
        ("2026-05-02T02:00:00Z", 0, 0, .notOpen), ("2026-05-01T21:59:59Z", 1, 0, .notOpen),
    ])
    func `windows that overlap count as one`(
        _ now: String, _ seconds: Int64, _ reserve: Int64, _ expected: WorkFit
    ) {
        let work = WorkEstimate(seconds: seconds, rebootReserveSeconds: reserve)
        #expect(work.fit(in: Self.night, at: .at(now)) == expected)
    }

    @Test func `windows with time between them stay apart`() {
        var apart = Self.night
        apart[1].opens = .at("2026-05-02T00:00:01Z")
        #expect(OpenStretch.merging(apart).count == 2)
        apart[1].opens = .at("2026-05-02T00:00:00Z")
        #expect(OpenStretch.merging(apart).count == 1)
    }

    @Test func `work waits for the first window that is long enough, or has none`() throws {
        let calendar = try WindowCalendar(
            [
                Samples.window("day", from: "12:00", hours: 1, name: "short"),
                Samples.window("saturday", from: "22:00", hours: 5, name: "long"),
            ], zones: Zones(endpoint: .utc))
        let now = Timestamp.at("2026-05-05T11:30:00Z")
        let starts = [1_800, 3_600, 3_601, 18_000, 18_001].map {
            calendar.earliestStart(of: WorkEstimate(seconds: $0), from: now)
        }
        #expect(
            starts == [
                .at("2026-05-05T12:00:00Z"), .at("2026-05-05T12:00:00Z"),
                .at("2026-05-09T22:00:00Z"), .at("2026-05-09T22:00:00Z"), nil,
            ])
        let inside = Timestamp.at("2026-05-05T12:30:00Z")
        #expect(calendar.earliestStart(of: WorkEstimate(seconds: 1_800), from: inside) == inside)
        #expect(
            calendar.fit(WorkEstimate(seconds: .max, rebootReserveSeconds: .max), at: inside)
                == .tooLong(neededSeconds: 2 * WorkEstimate.maximumSeconds, leftSeconds: 1_800))
    }
}

@Suite struct `Missed windows` {
    private static let now = Timestamp.at("2026-05-05T15:00:00Z")
    private static let missed = Occurrence(
        opens: .at("2026-05-04T22:00:00Z"), closes: .at("2026-05-05T02:00:00Z"), window: "window",
        localDate: .iso("2026-05-04"))

    private func calendar(_ freezes: [Freeze] = []) throws -> WindowCalendar {
        try WindowCalendar(
            [Samples.window("day", from: "22:00", hours: 4)], freezes: freezes,
            zones: Zones(endpoint: .utc))
    }

    @Test(
        arguments: [
            (CatchUp.nextCheckIn, "2026-05-05T15:00:00Z"), (.nextWindow, "2026-05-05T22:00:00Z"),
            (.never, nil),
        ] as [(CatchUp, String?)])
    func `work that was missed is caught up as the policy says`(
        _ catchUp: CatchUp, _ expected: String?
    ) throws {
        let start = try catchUp.start(missed: Self.missed, at: Self.now, in: calendar())
        #expect(start == expected.map(Timestamp.at))
    }

    @Test(arguments: CatchUp.allCases)
    func `work that was not missed waits for a window`(_ catchUp: CatchUp) throws {
        #expect(
            try catchUp.start(missed: nil, at: Self.now, in: calendar())
                == .at("2026-05-05T22:00:00Z"))
        let open = Timestamp.at("2026-05-05T23:00:00Z")
        #expect(try catchUp.start(missed: nil, at: open, in: calendar()) == open)
    }

    @Test func `nothing is caught up on a frozen day`() throws {
        let freezes = [("2026-05-05", "2026-05-06"), ("2026-05-07", "2026-05-09")].compactMap {
            Freeze(from: .iso($0), to: .iso($1), reason: "Fair")
        }
        let start = try CatchUp.nextCheckIn.start(
            missed: Self.missed, at: Self.now, in: calendar(freezes))
        #expect(start == .at("2026-05-10T00:00:00Z"))
    }
}
