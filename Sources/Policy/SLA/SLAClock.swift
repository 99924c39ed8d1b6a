public import Calendar
public import Fleet

/// One regime's clock for one finding. Several run at once, and the strictest one drives.
public struct SLAClock: Hashable, Sendable, Codable {
    /// Whose clock it is.
    public var preset: SLAPreset
    /// What is asked for.
    public var outcome: SLAOutcome
    /// The row of the regime's table that decided, in words.
    public var figure: String
    /// When the clock started; `nil` where there is none, or it has not started.
    public var startsAt: Timestamp?
    /// By when; `nil` where there is no date.
    public var dueAt: Timestamp?
    /// Whether traces of an attack must be looked for before patching.
    public var needsForensics: Bool

    /// A clock.
    public init(
        preset: SLAPreset, outcome: SLAOutcome, figure: String, startsAt: Timestamp? = nil,
        dueAt: Timestamp? = nil, needsForensics: Bool = false
    ) {
        self.preset = preset
        self.outcome = outcome
        self.figure = figure
        self.startsAt = startsAt
        self.dueAt = dueAt
        self.needsForensics = needsForensics
    }
}

extension Collection<SLAClock> {
    /// That traces of an attack must be looked for before patching, and who demands it; `nil` when
    /// no regime does.
    public var forensics: String? {
        let demanding = filter(\.needsForensics).map(\.preset.title)
        guard !demanding.isEmpty else { return nil }
        let who = demanding.joined(separator: " and ")
        return "\(who) \(demanding.count == 1 ? "demands" : "demand")"
            + " forensics: look for traces of an attack before it is patched."
    }
}

extension SLAPreset {
    /// The regime's clock for a subject; the zone's local time and dates count.
    public func clock(
        for subject: SLASubject, events: SLAEvents, zone: TimeZoneRules = .utc
    ) -> SLAClock {
        // The last row is for everything, so there is always one.
        guard let figure = figures.first(where: { $0.applies(subject) }) else {
            return SLAClock(preset: self, outcome: .outOfScope, figure: "nothing")
        }
        var clock = SLAClock(
            preset: self, outcome: figure.outcome, figure: figure.scope,
            needsForensics: figure.needsForensics)
        if asksForExposure, subject.isExposureKnown == false {
            clock.figure += Self.assumedExposure
        }
        let start = events.instant(of: start)
        if let period = figure.period {
            guard let start else { return waiting(clock, events, zone) }
            clock.startsAt = start
            clock.dueAt = period.end(from: start, zone: zone)
        } else if figure.outcome == .remediateBy {
            clock.startsAt = start
            clock.dueAt = subject.catalogueDueAt
        }
        return clock
    }

    /// Whether its table asks whether the endpoint can be reached from the internet.
    private var asksForExposure: Bool { self == .bod2604 || self == .cisa1902 }

    /// What stands beside a row that was chosen without knowing it.
    private static let assumedExposure = " (exposure not known, taken as not exposed)"

    /// The clock before the event that starts it.
    private func waiting(_ clock: SLAClock, _ events: SLAEvents, _ zone: TimeZoneRules) -> SLAClock
    {
        var clock = clock
        clock.outcome = .notStarted
        if self == .nerc3535, let release = events.release {
            clock.outcome = .evaluateBy
            clock.startsAt = release
            clock.dueAt = Self.nercPeriod.end(from: release, zone: zone)
        }
        return clock
    }
}

extension Collection<SLAClock> {
    /// The clock that drives: the one with the earliest due date, by the order of the presets when
    /// two are equal; `nil` when none has a date.
    public var strictest: SLAClock? {
        let order = SLAPreset.allCases
        return compactMap { clock in clock.dueAt.map { ($0, clock) } }
            .min {
                ($0.0, order.firstIndex(of: $0.1.preset) ?? 0)
                    < ($1.0, order.firstIndex(of: $1.1.preset) ?? 0)
            }?.1
    }
}
