import Calendar
import Fleet
import Foundation
import TestSupport
import Testing

/// Windows that need somebody on duty, held against a look at each instant: they are open for
/// installing exactly while they would be open and a person is there.
@Suite struct `A window that needs somebody on duty` {
    private func window(
        _ recurrence: Recurrence = .daily, from: LocalTime = .midnight, hours: Int64 = 4,
        _ staffing: WindowStaffing = .onDuty
    ) throws -> MaintenanceWindow {
        try #require(
            MaintenanceWindow(
                name: "night", recurrence: recurrence, from: from, lengthSeconds: hours * 3600,
                staffing: staffing))
    }

    private func calendar(
        _ window: MaintenanceWindow, _ duties: [OnDuty], freezes: [Freeze] = []
    ) throws -> WindowCalendar {
        var zones = Zones(endpoint: .utc)
        zones.onDuty = duties
        return try WindowCalendar([window], freezes: freezes, zones: zones)
    }

    private static let start = Timestamp(seconds: 1_790_000_000)

    private static func duty(_ from: Int64, _ until: Int64, windows: Set<String>? = nil) -> OnDuty {
        OnDuty(
            "Anna",
            OpenStretch(
                opens: start.adding(seconds: from * 3600),
                closes: start.adding(seconds: until * 3600)), windows: windows)
    }

    @Test(arguments: Seeds.all)
    func `is open while it would be and somebody is there, and never otherwise`(seed: UInt64) throws
    {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let window = try window(
                Samples.recurrence(using: &generator), from: Samples.time(using: &generator),
                hours: Int64.random(in: 1...50, using: &generator))
            let duties = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                let from = Int64.random(in: 0...900, using: &generator)
                return Self.duty(from, from + Int64.random(in: 1...168, using: &generator))
            }
            let all = try calendar(window, duties)
            let staffed = all.only(.install)
            let words = "seed \(seed): \(window.recurrence) from \(window.from), \(duties)"
            for _ in 0..<60 {
                let instant = Self.start.adding(
                    seconds: Int64.random(in: -3600...4_000_000, using: &generator))
                let isThere = duties.contains {
                    $0.stretch.opens <= instant && instant < $0.stretch.closes
                }
                #expect(
                    staffed.isOpen(at: instant) == (all.isOpen(at: instant) && isThere),
                    "\(words) at \(instant)")
                if let next = staffed.nextOpening(after: instant) {
                    #expect(next.opens > instant && staffed.isOpen(at: next.opens), "\(words)")
                    #expect(all.isOpen(at: next.opens), "\(words)")
                }
                for shut in all.unattended(.install, at: instant) {
                    #expect(!staffed.isOpen(at: max(shut.opens, instant)), "\(words)")
                }
            }
            let opens = staffed.occurrences(from: Self.start, count: 400).map(\.opens)
            #expect(opens == Set(opens).sorted(), "\(words)")
        }
    }

    @Test(arguments: Seeds.all)
    func `without anybody on duty never opens for installing or rebooting`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let window = try window(
            Samples.recurrence(using: &generator), from: Samples.time(using: &generator))
        let all = try calendar(window, [])
        for kind in [WindowKind.install, .reboot] {
            #expect(all.only(kind).nextOpening(after: Self.start) == nil, "seed \(seed)")
            #expect(all.only(kind).openings(at: Self.start).isEmpty, "seed \(seed)")
        }
        // Looking and downloading need nobody.
        #expect(
            all.only(.prefetch).nextOpening(after: Self.start)
                == all.nextOpening(after: Self.start), "seed \(seed)")
    }

    @Test func `one person after another without a break is one opening, and a gap is none`() throws
    {
        // From 00:00 to 04:00 of the next day that begins at hour 9 and a bit.
        let midnight = try #require(try calendar(window(), []).nextOpening(after: Self.start)).opens
        func hours(_ from: Int64, _ until: Int64) -> OnDuty {
            OnDuty(
                "Anna",
                OpenStretch(
                    opens: midnight.adding(seconds: from * 3600),
                    closes: midnight.adding(seconds: until * 3600)))
        }
        func lengths(_ duties: [OnDuty]) throws -> [Int64] {
            try calendar(window(), duties).only(.install).occurrences(from: Self.start, count: 9)
                .map { $0.closes.seconds(since: $0.opens) / 3600 }
        }
        #expect(try lengths([hours(-3, 2), hours(2, 9)]) == [4])
        #expect(try lengths([hours(-3, 1), hours(3, 9)]) == [1, 1])
        #expect(try lengths([hours(1, 2)]) == [1])
        #expect(try lengths([hours(4, 24)]) == [])
        #expect(try lengths([hours(0, 28)]) == [4, 4])
    }

    @Test func `a duty for other windows opens none, and a freeze keeps it shut all the same`()
        throws
    {
        let whole = Self.duty(0, 168)
        #expect(
            try calendar(window(), [whole]).only(.install).nextOpening(after: Self.start) != nil)
        for windows in [["day"], []] as [Set<String>] {
            let other = Self.duty(0, 168, windows: windows)
            let calendar = try calendar(window(), [other]).only(.install)
            #expect(calendar.nextOpening(after: Self.start) == nil)
        }
        let freeze = try #require(
            Freeze(
                from: LocalDate.iso("2026-09-01"), to: LocalDate.iso("2026-12-01"), reason: "Stop"))
        let frozen = try calendar(window(), [whole], freezes: [freeze]).only(.install)
        #expect(frozen.nextOpening(after: Self.start) == nil)
    }

    @Test func `work must fit into the time in which somebody is there`() throws {
        let midnight = try #require(try calendar(window(), []).nextOpening(after: Self.start)).opens
        let duty = OnDuty(
            "Anna", OpenStretch(opens: midnight, closes: midnight.adding(seconds: 1800)))
        let staffed = try calendar(window(), [duty]).only(.install)
        #expect(staffed.fit(WorkEstimate(seconds: 1800), at: midnight) != .notOpen)
        #expect(
            staffed.earliestStart(of: WorkEstimate(seconds: 1800), from: Self.start) == midnight)
        #expect(staffed.earliestStart(of: WorkEstimate(seconds: 1801), from: Self.start) == nil)
    }

    @Test func `a missed opening is caught up in the next one with somebody there, not outside`()
        throws
    {
        let midnight = try #require(try calendar(window(), []).nextOpening(after: Self.start)).opens
        let duties = [0, 24].map { day in
            OnDuty(
                "Anna",
                OpenStretch(
                    opens: midnight.adding(seconds: day * 3600),
                    closes: midnight.adding(seconds: (day + 4) * 3600)))
        }
        let staffed = try calendar(window(), duties).only(.install)
        let missed = try #require(staffed.nextOpening(after: Self.start))
        let noon = midnight.adding(seconds: 12 * 3600)
        for catchUp in [CatchUp.nextCheckIn, .nextWindow] {
            #expect(catchUp.holding(for: missed, in: staffed) == .nextWindow)
            #expect(
                catchUp.start(missed: missed, at: noon, in: staffed)
                    == midnight.adding(seconds: 86_400))
        }
        #expect(CatchUp.never.start(missed: missed, at: noon, in: staffed) == nil)
        let last = midnight.adding(seconds: 40 * 3600)
        #expect(CatchUp.nextCheckIn.start(missed: missed, at: last, in: staffed) == nil)
    }

    @Test func `its text says what former readers do not know, and theirs stays shut`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(window()), as: UTF8.self)
        #expect(text.contains(#""isStaffed":true"#) && text.contains(#""staffing":"onDuty""#))
        let read = try JSONDecoder().decode(MaintenanceWindow.self, from: Data(text.utf8))
        #expect(try read == window())
        // What a former release wrote: nothing opens it, and it stays as it was written.
        let former = text.replacing(#","staffing":"onDuty""#, with: "")
        let shut = try JSONDecoder().decode(MaintenanceWindow.self, from: Data(former.utf8))
        #expect(shut.staffing == .shut && shut.isStaffed)
        #expect(String(decoding: try encoder.encode(shut), as: UTF8.self) == former)
        let calendar = try calendar(shut, [Self.duty(0, 168)]).only(.install)
        #expect(calendar.nextOpening(after: Self.start) == nil)
        let wrong = text.replacing(#""isStaffed":true"#, with: #""isStaffed":false"#)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(MaintenanceWindow.self, from: Data(wrong.utf8))
        }
    }
}
