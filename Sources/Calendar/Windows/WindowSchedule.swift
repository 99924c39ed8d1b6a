public import Fleet

/// One window with its zone's rules and the freezes that hold for it: when it is open.
public struct WindowSchedule: Sendable {
    /// The window.
    public let window: MaintenanceWindow
    let rules: TimeZoneRules
    let freezes: [AppliedFreeze]
    /// The one date of a window that counts from a release; `nil` for others, and without one.
    let releaseDate: LocalDate?
    /// When somebody is on duty for it, in order and apart.
    let onDuty: [OpenStretch]
    /// The openings cut to the time in which somebody is on duty; `nil` where that is not asked.
    var attendedOpenings: [Occurrence]?

    /// How far ahead an opening is looked for, in days: ten years. A window that does not open in
    /// that time is taken never to open.
    public static let horizonDays = 3_653

    /// A freeze with the rules of whose days it counts.
    struct AppliedFreeze: Sendable {
        let freeze: Freeze
        let rules: TimeZoneRules
        let hasOwnZone: Bool
    }

    /// A window in its zone; throws when a zone is not among `zones`.
    ///
    /// `release` is when the fix came out that is asked about: its day by the clock of the window's
    /// zone is the one that a window counts from.
    public init(
        _ window: MaintenanceWindow, freezes: [Freeze] = [], zones: Zones,
        release: Timestamp? = nil
    ) throws(ZoneError) {
        self.window = window
        onDuty = OpenStretch.merging(
            zones.onDuty.filter { $0.isFor(window.name) }.map(\.stretch))
        let rules = try zones.rules(for: window.zone)
        self.rules = rules
        releaseDate = release.flatMap {
            window.recurrence.date(afterReleaseOn: rules.date(at: $0))
        }
        var applied: [AppliedFreeze] = []
        for freeze in freezes {
            let zone = freeze.zone ?? window.zone
            applied.append(
                AppliedFreeze(
                    freeze: freeze, rules: try zones.rules(for: zone),
                    hasOwnZone: zone != window.zone))
        }
        self.freezes = applied
    }

    /// The opening that is under way at an instant; the latest, should several overlap.
    public func opening(at instant: Timestamp) -> Occurrence? {
        let earliest = instant.adding(seconds: -window.lengthSeconds)
        return openings(from: earliest).prefix { $0.opens <= instant }
            .last { $0.isOpen(at: instant) }
    }

    /// Whether it is open at an instant.
    public func isOpen(at instant: Timestamp) -> Bool { opening(at: instant) != nil }

    /// The first opening after an instant; `nil` when there is none within ten years.
    public func nextOpening(after instant: Timestamp) -> Occurrence? {
        openings(from: Timestamp(milliseconds: instant.milliseconds + 1)).first
    }

    /// The openings at or after an instant, in order, for the ten years from there.
    public func openings(from start: Timestamp) -> Openings {
        Openings(schedule: self, from: start)
    }

    /// The one opening of a window that counts from a release, be it past; `nil` for others, and
    /// where no release is known. It is whole, whoever is on duty.
    public var releaseOpening: Occurrence? {
        var whole = self
        whole.attendedOpenings = nil
        return releaseDate.flatMap {
            whole.openings(from: rules.instant(of: $0.adding(days: -2))).first
        }
    }

    /// The same as far as it is open: where it needs somebody on duty, the time in which somebody
    /// is.
    public var openingsOfRelease: [Occurrence] {
        attendedOpenings ?? [releaseOpening].compactMap(\.self)
    }

    /// The freeze that keeps the window shut at an opening, if one does: by the date on which it
    /// opens, which is the day after the matching one where the clocks skip the rest of that.
    func freeze(at opening: Timestamp) -> AppliedFreeze? {
        freezes.first { $0.freeze.contains($0.rules.date(at: opening)) }
    }
}

/// The openings of one window, one after the other.
public struct Openings: Sequence, IteratorProtocol, Sendable {
    private let schedule: WindowSchedule
    private let start: Timestamp
    private let lastDate: LocalDate
    private var date: LocalDate?
    /// What is left of the openings that are known already.
    private var known: ArraySlice<Occurrence>?

    init(schedule: WindowSchedule, from start: Timestamp) {
        self.schedule = schedule
        self.start = start
        known = schedule.attendedOpenings?.drop { $0.opens < start }
        let today = schedule.rules.date(at: start)
        lastDate = today.adding(days: WindowSchedule.horizonDays)
        // Where clocks skip a whole day (Pacific/Apia, 30 December 2011), the window of the day
        // before today may open today.
        date =
            schedule.releaseDate
            ?? schedule.window.recurrence.next(onOrAfter: today.adding(days: -2))
    }

    /// The next opening, without taking it.
    public var first: Occurrence? {
        var copy = self
        return copy.next()
    }

    /// Takes the next opening; `nil` when there is none within ten years of the start.
    public mutating func next() -> Occurrence? {
        if known != nil { return known?.popFirst() }
        while let date, date <= lastDate {
            let opens = schedule.rules.instant(of: date, at: schedule.window.from)
            if let hold = schedule.freeze(at: opens) {
                advance(past: date, hold)
                continue
            }
            let following = schedule.window.recurrence.next(onOrAfter: date.adding(days: 1))
            self.date = following
            if opens < start || isTheSame(opens, as: following) { continue }
            return Occurrence(
                opens: opens, closes: opens.adding(seconds: schedule.window.lengthSeconds),
                window: schedule.window.name, localDate: date)
        }
        return nil
    }

    /// Whether the next date, too, opens the window at this instant: both were skipped by the
    /// clocks, and one opening is left of them.
    private func isTheSame(_ opens: Timestamp, as following: LocalDate?) -> Bool {
        guard let following, schedule.rules.date(at: opens) >= following else { return false }
        return schedule.freeze(at: opens) == nil
            && schedule.rules.instant(of: following, at: schedule.window.from) == opens
    }

    /// Goes on after a freeze at once, so that a long one costs no more than a short one.
    private mutating func advance(past date: LocalDate, _ hold: WindowSchedule.AppliedFreeze) {
        // Dates of two zones are at most two days apart; the last frozen day's own opening may be on
        // the day after it, where the clocks skip the rest of it.
        let end = hold.freeze.to.adding(days: hold.hasOwnZone ? -2 : 0)
        let next = Swift.max(date.adding(days: 1), end)
        // What opens once for an update is put off by a freeze, not left out.
        self.date =
            schedule.releaseDate == nil
            ? schedule.window.recurrence.next(onOrAfter: next) : next
    }
}
