import Calendar
import Fleet
import Policy
import Testing

@Suite struct `Deadline clocks` {
    private static let events = SLAEvents(
        release: .at("2026-01-01T00:00:00Z"), listing: .at("2026-03-01T00:00:00Z"),
        detection: .at("2026-02-01T00:00:00Z"), evaluation: .at("2026-01-20T00:00:00Z"))

    @Test(arguments: SLAPreset.allCases)
    func `a clock that asks for exposure says where it is not known`(_ preset: SLAPreset) {
        var subject = SLASubject(isKnownExploited: true, impact: .total)
        let events = SLAEvents(
            release: .at("2026-07-01T00:00:00Z"), detection: .at("2026-07-01T00:00:00Z"))
        let known = preset.clock(for: subject, events: events)
        subject.isExposureKnown = false
        let assumed = preset.clock(for: subject, events: events)
        let words = " (exposure not known, taken as not exposed)"
        let asks = [SLAPreset.bod2604, .cisa1902].contains(preset)
        #expect(assumed.figure == known.figure + (asks ? words : ""))
        #expect(assumed.dueAt == known.dueAt)
    }

    @Test(arguments: [
        (SLAStart.release, "2026-01-01"), (.listing, "2026-03-01"), (.detection, "2026-02-01"),
        (.evaluation, "2026-01-20"), (.earlierOfListingAndDetection, "2026-02-01"),
        (.laterOfReleaseAndDetection, "2026-02-01"),
    ])
    func `each start has its event`(_ start: SLAStart, _ date: String) {
        #expect(Self.events.instant(of: start) == .at("\(date)T00:00:00Z"))
        #expect(SLAEvents().instant(of: start) == nil)
    }

    @Test func `the earlier of listing and detection starts BOD 26-04, and one alone is enough`() {
        let subject = SLASubject(isKnownExploited: true, isExposed: true, impact: .total)
        func due(_ listing: String?, _ detection: String?) -> Timestamp? {
            SLAPreset.bod2604.clock(
                for: subject,
                events: SLAEvents(
                    listing: listing.map(Timestamp.at), detection: detection.map(Timestamp.at))
            ).dueAt
        }
        let early = "2026-07-01T08:00:00Z"
        let late = "2026-07-09T08:00:00Z"
        #expect(due(early, late) == .at("2026-07-04T08:00:00Z"))
        #expect(due(late, early) == .at("2026-07-04T08:00:00Z"))
        #expect(due(nil, late) == .at("2026-07-12T08:00:00Z"))
        #expect(due(late, nil) == .at("2026-07-12T08:00:00Z"))
        #expect(due(nil, nil) == nil)
    }

    @Test func `a clock whose event has not happened has not started`() {
        let clock = SLAPreset.pci401.clock(
            for: SLASubject(severity: .critical), events: SLAEvents())
        #expect(clock.outcome == .notStarted)
        #expect(clock.dueAt == nil)
    }

    @Test func `under NERC a fix must first be evaluated, then applied or planned for`() {
        let released = SLAPreset.nerc3535.clock(
            for: SLASubject(), events: SLAEvents(release: .at("2026-01-01T00:00:00Z")))
        #expect(released.outcome == .evaluateBy)
        #expect(released.dueAt == .at("2026-02-05T00:00:00Z"))
        let evaluated = SLAPreset.nerc3535.clock(for: SLASubject(), events: Self.events)
        #expect(evaluated.outcome == .remediateOrPlanBy)
        #expect(evaluated.dueAt == .at("2026-02-24T00:00:00Z"))
    }

    @Test(arguments: [
        (SLAPeriod.days(14), "2026-03-20T09:15:30.250Z", "2026-04-03T08:15:30.250Z"),
        (.hours(48), "2026-03-28T09:00:00Z", "2026-03-30T09:00:00Z"),
        (.days(2), "2026-03-28T09:00:00Z", "2026-03-30T08:00:00Z"),
        (.days(1), "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"),
        (.months(1), "2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z"),
        (.months(6), "2026-08-31T12:00:00Z", "2027-02-28T13:00:00Z"),
        (.workingDays(1), "2026-07-03T12:00:00Z", "2026-07-06T12:00:00Z"),
        (.workingDays(3), "2026-07-04T12:00:00Z", "2026-07-08T12:00:00Z"),
        (.workingDays(3), "2026-07-07T12:00:00Z", "2026-07-13T12:00:00Z"),
        (.workingDays(0), "2026-07-04T12:00:00Z", "2026-07-04T12:00:00Z"),
    ])
    func `days keep the local time, hours pass`(
        _ period: SLAPeriod, _ start: String, _ end: String
    ) throws {
        // Berlin's rules since 1996, as a zone file's footer has them. 10 July is a holiday here.
        let rule = try PosixZoneRule("CET-1CEST,M3.5.0,M10.5.0/3")
        let berlin = try #require(TimeZoneRules(name: "Berlin", firstOffset: 3600, rule: rule))
        let holiday = try #require(LocalDate("2026-07-10"))
        #expect(period.end(from: .at(start), zone: berlin, holidays: [holiday]) == .at(end))
    }

    @Test func `holidays are no working days`() throws {
        let holidays = Set(["2026-12-24", "2026-12-25"].compactMap(LocalDate.init))
        let start = Timestamp.at("2026-12-23T12:00:00Z")
        #expect(
            SLAPeriod.workingDays(1).end(from: start, holidays: holidays)
                == .at("2026-12-28T12:00:00Z"))
    }

    private static let clock = SLAClock(
        preset: .ce14, outcome: .remediateBy, figure: "x", startsAt: .at("2026-07-01T00:00:00Z"),
        dueAt: .at("2026-07-11T00:00:00Z"))

    /// Pauses as days of July, and the day that the date moves to.
    @Test(
        arguments: [
            ([], 11), ([3...5], 13), ([3...5, 4...6], 14), ([3...5, 7...8], 14),
            ([11...20], 11), ([10...20], 21), ([3...5, 12...14], 15), ([3...5, 13...14], 13),
            ([3...20], 28), ([4...6, 3...5], 14),
        ] as [([ClosedRange<Int>], Int)])
    func `an approved exception moves the date by as long as it holds`(
        _ pauses: [ClosedRange<Int>], _ day: Int
    ) {
        let pauses = pauses.compactMap { range in
            SLAPause(from: Self.july(range.lowerBound), until: Self.july(range.upperBound))
        }
        #expect(Self.clock.paused(by: pauses).dueAt == Self.july(day))
    }

    @Test func `a pause before the start does not count, and one across it counts in part`() {
        let before = SLAPause(from: .at("2026-06-01T00:00:00Z"), until: .at("2026-06-20T00:00:00Z"))
        let across = SLAPause(from: .at("2026-06-25T00:00:00Z"), until: Self.july(3))
        #expect(Self.clock.paused(by: [before].compactMap(\.self)).dueAt == Self.july(11))
        #expect(Self.clock.paused(by: [before, across].compactMap(\.self)).dueAt == Self.july(13))
        #expect(SLAPause(from: Self.july(3), until: Self.july(3)) == nil)
    }

    private static func july(_ day: Int) -> Timestamp {
        Timestamp.at("2026-07-01T00:00:00Z").adding(seconds: Int64(day - 1) * 86_400)
    }

    @Test(
        arguments: [
            (5, nil, nil, SLAStanding.breachForecast), (5, nil, 9, .onTrack),
            (5, nil, 11, .onTrack),
            (5, nil, 12, .breachForecast), (11, nil, 4, .onTrack), (12, nil, 4, .breached),
            (20, 11, nil, .met), (20, 12, nil, .breached), (5, 4, nil, .met),
        ] as [(Int, Int?, Int?, SLAStanding)])
    func `a finding is on track, forecast to be late, late or done`(
        _ now: Int, _ fixed: Int?, _ planned: Int?, _ expected: SLAStanding
    ) {
        let standing = Self.clock.standing(
            at: Self.july(now), fixedAt: fixed.map(Self.july), plannedAt: planned.map(Self.july))
        #expect(standing == expected)
    }

    @Test func `without a date nothing can be late`() {
        let clock = SLAClock(preset: .nist40r4, outcome: .noDeadline, figure: "x")
        #expect(clock.standing(at: Self.july(1)) == .noDeadline)
        #expect(clock.paused(by: []) == clock)
    }

    @Test func `of several clocks the strictest drives`() {
        let subject = SLASubject(severity: .critical, isExposed: true, assetClass: .internetFacing)
        let presets: [SLAPreset] = [.nist40r4, .pci401, .e8ML1, .ce14, .e8ML2, .bod2604]
        let clocks = presets.map { $0.clock(for: subject, events: Self.events) }
        let strictest = clocks.strictest
        // Two of the three levels say 48 hours; the first in the order of presets is named.
        #expect(strictest?.preset == .e8ML1)
        #expect(strictest?.dueAt == .at("2026-01-03T00:00:00Z"))
        #expect([clocks[0]].strictest == nil)
    }
}
