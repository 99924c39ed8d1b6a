public import Fleet

/// That somebody is on duty for a time: what opens windows that need a person.
public struct OnDuty: Hashable, Sendable, Codable {
    /// Who.
    public var person: String
    /// From when to when.
    public var stretch: OpenStretch
    /// The windows that it is for, by their names; `nil` for each that needs somebody.
    public var windows: Set<String>?

    /// A person on duty.
    public init(_ person: String, _ stretch: OpenStretch, windows: Set<String>? = nil) {
        self.person = person
        self.stretch = stretch
        self.windows = windows
    }

    /// Whether it opens a window of this name.
    public func isFor(_ window: String) -> Bool { windows?.contains(window) ?? true }
}

/// Who must be there for something to start in a window.
public enum WindowStaffing: String, Codable, Sendable, CaseIterable {
    /// Nobody.
    case unstaffed
    /// A named person on duty (F31).
    case onDuty
    /// Kept by a former release, which could not tell who is on duty: nothing starts in it until
    /// its policy is saved anew.
    case shut
}

extension WindowSchedule {
    /// The schedule as it is for work that needs somebody on duty: open while a person is.
    ///
    /// Each opening is cut to the time in which somebody is on duty; where one person follows
    /// another without a break, it is one. Duties end, so that these are few and known at once.
    func attended() -> WindowSchedule {
        guard window.isStaffed else { return self }
        var schedule = self
        schedule.attendedOpenings = window.staffing == .onDuty ? openingsOnDuty : []
        return schedule
    }

    private var openingsOnDuty: [Occurrence] {
        var found: [Timestamp: Occurrence] = [:]
        for stretch in onDuty {
            let earliest = stretch.opens.adding(seconds: -window.lengthSeconds)
            for raw in openings(from: earliest).prefix(while: { $0.opens < stretch.closes }) {
                var cut = raw
                cut.opens = max(raw.opens, stretch.opens)
                cut.closes = min(raw.closes, stretch.closes)
                guard cut.opens < cut.closes else { continue }
                // Openings of one window may overlap: the longer one is what is open.
                if let known = found[cut.opens], known.closes >= cut.closes { continue }
                found[cut.opens] = cut
            }
        }
        return found.values.sorted()
    }

    /// Whether somebody is on duty for it at an instant.
    func isAttended(at instant: Timestamp) -> Bool {
        window.staffing == .onDuty
            && onDuty.contains { $0.opens <= instant && instant < $0.closes }
    }

    /// The first opening that is under way at an instant or follows, and in which nobody is on duty
    /// when it opens, or now.
    func unattended(at now: Timestamp) -> Occurrence? {
        guard window.staffing == .onDuty else { return nil }
        if let open = opening(at: now), !isAttended(at: now) { return open }
        let after = Timestamp(milliseconds: now.milliseconds + 1)
        return openings(from: after).first { !isAttended(at: $0.opens) }
    }
}

extension WindowCalendar {
    /// The first opening that somebody must be on duty for and nobody is, of windows in which
    /// something of this kind may happen: under way at `now` or to come. `nil` when there is none.
    ///
    /// It is asked of all windows, not of those that `only` has left.
    public func unattended(_ kind: WindowKind, at now: Timestamp) -> Occurrence? {
        schedules.filter { $0.window.kinds.contains(kind) }
            .compactMap { $0.unattended(at: now) }.min()
    }
}
