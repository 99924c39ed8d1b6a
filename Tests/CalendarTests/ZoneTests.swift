import Calendar
import Fleet
import Foundation
import TestSupport
import Testing

@Suite(.requires(.zoneDatabase)) struct `Zones as the database has them` {
    @Test(arguments: ZoneDatabase.names, Seeds.all)
    func `offsets are those of Foundation`(name: String, seed: UInt64) throws {
        let rules = try ZoneDatabase.rules(name)
        let oracle = try #require(ZoneOracle(name))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let second = Int64.random(in: 0...1_760_000_000, using: &generator)
            #expect(
                rules.offset(at: Timestamp(seconds: second)) == oracle.offset(second),
                "seed \(seed): \(name) at \(Timestamp(seconds: second))")
        }
    }

    @Test(arguments: ZoneDatabase.names)
    func `just before and at every change the offsets are those of Foundation`(name: String) throws
    {
        let rules = try ZoneDatabase.rules(name)
        let oracle = try #require(ZoneOracle(name))
        for change in rules.changes where (0..<1_760_000_000).contains(change.at) {
            for second in [change.at - 1, change.at] {
                #expect(
                    rules.offset(at: Timestamp(seconds: second)) == oracle.offset(second),
                    "\(name) at \(Timestamp(seconds: second))")
            }
        }
    }

    @Test(arguments: ZoneDatabase.names)
    func `the rule for the future goes on where the table ends`(name: String) throws {
        let full = try ZoneDatabase.rules(name)
        // The rule of the footer alone must say what the table says of its last years.
        guard let rule = full.rule, let last = full.changes.last, last.at > 2_000_000_000,
            let cut = TimeZoneRules(
                name: name, firstOffset: full.firstOffset,
                changes: full.changes.filter { $0.at < 1_800_000_000 }, rule: rule)
        else { return }
        // Morocco and Gaza follow the moon for decades to come.
        guard !["Africa/Casablanca", "Asia/Gaza"].contains(name) else { return }
        for day in 0..<3_000 {
            let instant = Timestamp(seconds: 1_800_000_000 + Int64(day) * 71_993)
            #expect(cut.offset(at: instant) == full.offset(at: instant), "\(name) at \(instant)")
        }
    }

    @Test(arguments: ZoneDatabase.names, Seeds.all)
    func `a local time has the instant that a search minute by minute finds`(
        name: String, seed: UInt64
    ) throws {
        let rules = try ZoneDatabase.rules(name)
        let oracle = try #require(ZoneOracle(name))
        var generator = SeededGenerator(seed: seed)
        let changes = rules.changes.map(\.at).filter { (0..<1_760_000_000).contains($0) }
        for round in 0..<60 {
            // Every other one near a change of the clocks.
            let near = changes.randomElement(using: &generator) ?? 1_000_000_000
            let reach: ClosedRange<Int64> = round % 2 == 0 ? -100...100 : -20_000_000...20_000_000
            let apart = Int64.random(in: reach, using: &generator) * 60
            let instant = min(max(near + apart, 10_000_000), 1_760_000_000) / 60 * 60
            let minutes = instant / 60 + Int64(oracle.offset(instant)) / 60
            let date = LocalDate(daysSinceEpoch: minutes / 1440)
            let time = LocalTime(hour: Int(minutes % 1440) / 60, minute: Int(minutes % 60))
            let found = rules.instant(of: date, at: time ?? .midnight)
            #expect(
                found.milliseconds / 1000 == oracle.second(showing: minutes * 60),
                "seed \(seed): \(name), \(date) \(String(describing: time))")
        }
    }

    @Test(arguments: [
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"),
        ("America/Havana", "2026-03-08", "00:00", "2026-03-08T05:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "00:30", "2018-11-04T03:00:00Z"),
        ("Pacific/Apia", "2011-12-30", "22:00", "2011-12-30T10:00:00Z"),
        ("Asia/Kathmandu", "2026-05-05", "05:45", "2026-05-05T00:00:00Z"),
        ("Europe/Berlin", "2099-07-01", "02:00", "2099-07-01T00:00:00Z"),
        ("Europe/Dublin", "2099-01-01", "02:00", "2099-01-01T02:00:00Z"),
        ("Antarctica/Troll", "2026-03-29", "01:30", "2026-03-29T01:00:00Z"),
    ])
    func `a time that is skipped comes after the gap, and one that comes twice is the first`(
        _ zone: String, _ date: String, _ time: String, _ expected: String
    ) throws {
        let rules = try ZoneDatabase.rules(zone)
        #expect(rules.instant(of: .iso(date), at: .hm(time)) == .at(expected))
    }

    @Test(arguments: ZoneDatabase.names)
    func `rules travel as JSON`(name: String) throws {
        let rules = try ZoneDatabase.rules(name)
        let data = try JSONEncoder().encode(rules)
        #expect(try JSONDecoder().decode(TimeZoneRules.self, from: data) == rules)
    }

    @Test func `every file of the database is read, and agrees with Foundation where it knows it`()
        throws
    {
        var generator = SeededGenerator(seed: 7)
        let names = TimeZone.knownTimeZoneIdentifiers.filter {
            FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/\($0)")
        }
        #expect(names.count > 300)
        for name in names {
            let rules = try ZoneDatabase.rules(name)
            let oracle = try #require(ZoneOracle(name))
            for _ in 0..<10 {
                // Years that every edition of the database of the last decade agrees on.
                let second = Int64.random(in: 1_000_000_000...1_450_000_000, using: &generator)
                #expect(
                    rules.offset(at: Timestamp(seconds: second)) == oracle.offset(second),
                    "\(name) at \(Timestamp(seconds: second))")
            }
        }
    }

    @Test func `a file that is cut short is refused`() throws {
        let good = try ZoneDatabase.bytes("Europe/Dublin")
        for length in stride(from: 0, to: good.count, by: 11) {
            #expect(throws: ZoneError.self, "cut at \(length)") {
                try TimeZoneRules(name: "x", tzif: Array(good.prefix(length)))
            }
        }
    }

    @Test(arguments: Seeds.all)
    func `a damaged file is refused, or its rules can be used`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let good = try ZoneDatabase.bytes("Europe/Dublin")
        for _ in 0..<300 {
            var bytes = good
            for _ in 0...Int.random(in: 0...4, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            }
            guard let rules = try? TimeZoneRules(name: "x", tzif: bytes) else { continue }
            let instant = rules.instant(of: .iso("2026-05-05"), at: .hm("03:00"))
            #expect(abs(instant.seconds(since: .at("2026-05-05T00:00:00Z"))) < 3 * 86_400)
        }
    }

    @Test func `a text of an instant shows the zone's offset`() throws {
        let berlin = try ZoneDatabase.rules("Europe/Berlin")
        #expect(berlin.text(.at("2026-07-01T22:00:00Z")) == "2026-07-02T00:00:00+02:00")
        let newYork = try ZoneDatabase.rules("America/New_York")
        #expect(newYork.text(.at("2026-01-01T00:00:00Z")) == "2025-12-31T19:00:00-05:00")
        // Local mean time has seconds in its offset, for which RFC 3339 has no room.
        #expect(berlin.text(.at("1800-01-01T00:00:00Z")) == "1800-01-01T00:00:00Z")
        #expect(TimeZoneRules.utc.text(.at("2026-01-01T00:00:00Z")) == "2026-01-01T00:00:00Z")
    }
}

@Suite struct `Rules for the future` {
    private func rules(_ text: String) throws -> TimeZoneRules {
        let rule = try PosixZoneRule(text)
        return try #require(TimeZoneRules(name: "test", firstOffset: 0, rule: rule))
    }

    @Test(arguments: [
        ("<+0330>-3:30", "2026-07-01T00:00:00Z", 12_600),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18_000),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T05:59:59Z", -14_400),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z", -18_000),
        // Winter is the exception in Ireland.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T00:59:59Z", 0),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T01:00:00Z", 3_600),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-10-25T01:00:00Z", 0),
        // Beyond 24 hours, and before the day: Gaza once, and Greenland.
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7_200),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10_800),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7_200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3_600),
        // Day 60 of a year is 1 March, or 29 February when leap days count (59 from nought).
        ("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0),
        ("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3_600),
        ("AAA0BBB,59/0,299/0", "2028-02-28T23:59:59Z", 0),
        ("AAA0BBB,59/0,299/0", "2028-02-29T00:00:00Z", 3_600),
        // Daylight saving that never ends (RFC 8536 section 3.3.1).
        ("EST5EDT,0/0,J365/25", "2026-01-01T04:59:59Z", -14_400),
        ("EST5EDT,0/0,J365/25", "2026-07-01T00:00:00Z", -14_400),
        ("EST5EDT,0/0,J365/25", "2027-01-01T05:00:00Z", -14_400),
        ("AAA3BBB4,0/0,J365/23", "2027-01-01T03:00:00Z", -14_400),
        // The southern half: summer over the turn of the year.
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", 39_600),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-06-01T00:00:00Z", 37_800),
    ])
    func `a rule gives the offset at an instant`(
        _ text: String, _ instant: String, _ offset: Int
    ) throws {
        #expect(try rules(text).offset(at: .at(instant)) == offset)
    }

    @Test(arguments: [
        "", "E", "ES5", "EST", "EST5EDT", "EST25", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J365",
        "EST5EDT,J366,J1", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0", "<EST5", "EST5 ",
        "EST5EDT,M3.2.0,M11.1.0,", "EST99999999999999999999", "EST5:60",
    ])
    func `what is no rule is refused`(_ text: String) {
        #expect(throws: ZoneError.self) { try PosixZoneRule(text) }
    }
}

@Suite struct `Names of zones` {
    @Test(arguments: [
        "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "EST5EDT",
        "America/Port-au-Prince",
    ])
    func `a name of the database is well-formed`(_ name: String) {
        #expect(ZoneName(name)?.text == name)
    }

    @Test(arguments: [
        "", "/etc/passwd", "../../etc/passwd", "Europe/../../x", "Europe//Berlin", "Europe/",
        ".hidden", "Europe/.x", "a b", "Europe/Berlin\u{0}", "Ünicode", "-x", "C:\\x",
        String(repeating: "a", count: 65),
    ])
    func `a name that could leave the folder of zones is not`(_ name: String) {
        #expect(ZoneName(name) == nil)
    }

    @Test func `a zone that is not known is an error that says what to do`() throws {
        let window = try Samples.window("day", from: "22:00", hours: 1, zone: "Mars/Olympus")
        let error = #expect(throws: ZoneError.self) {
            try WindowSchedule(window, zones: Zones(endpoint: .utc))
        }
        #expect(error?.code == .unknown)
    }
}
