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

    /// The opening that is under way at an instant while nobody is on duty, and the next one that
    /// has nobody when it opens: of the first one too little may be left.
    func unattended(at now: Timestamp) -> [Occurrence] {
        guard window.staffing == .onDuty else { return [] }
        let after = Timestamp(milliseconds: now.milliseconds + 1)
        let open = isAttended(at: now) ? nil : opening(at: now)
        let next = openings(from: after).first { !isAttended(at: $0.opens) }
        return [open, next].compactMap(\.self)
    }
}

extension WindowCalendar {
    /// The openings that somebody must be on duty for and nobody is, in order: of each window in
    /// which something of this kind may happen the one under way at `now` and the next to come.
    ///
    /// All openings of a window are as long as each other, so that work which fits in none of these
    /// fits in none. It is asked of all windows, not of those that `only` has left.
    public func unattended(_ kind: WindowKind, at now: Timestamp) -> [Occurrence] {
        schedules.filter { $0.window.kinds.contains(kind) }
            .flatMap { $0.unattended(at: now) }.sorted()
    }
}
