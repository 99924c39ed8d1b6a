public import Fleet

/// What becomes of work whose window an endpoint has missed.
public enum CatchUp: String, Codable, Sendable, CaseIterable {
    /// It runs at once when the endpoint is back, in a window or not, but not on frozen days.
    case nextCheckIn
    /// It runs in the next window.
    case nextWindow
    /// It does not run by itself any more.
    case never

    /// When missed work may start: the instant itself, a later one, or `nil` for not at all.
    ///
    /// `missed` is the last opening that the endpoint was not there for, not yet caught up; `nil`
    /// when it has missed none, and then it simply waits for a window. `calendar` holds the windows
    /// that the work may use.
    public func start(
        missed: Occurrence?, at now: Timestamp, in calendar: WindowCalendar
    ) -> Timestamp? {
        let inWindow = calendar.isOpen(at: now) ? now : calendar.nextOpening(after: now)?.opens
        guard let missed else { return inWindow }
        switch holding(for: missed, in: calendar) {
        case .nextCheckIn:
            let schedule = calendar.schedules.first { $0.window.name == missed.window }
            return schedule.map { $0.firstUnfrozen(from: now) } ?? inWindow
        case .nextWindow: return inWindow
        case .never: return nil
        }
    }
}

extension CatchUp {
    /// What becomes of a missed opening: where its window needs somebody on duty, it waits for the
    /// next one in which somebody is, since nothing of it starts without.
    public func holding(for missed: Occurrence, in calendar: WindowCalendar) -> CatchUp {
        guard self == .nextCheckIn else { return self }
        let schedule = calendar.schedules.first { $0.window.name == missed.window }
        return schedule?.window.isStaffed == true ? .nextWindow : self
    }
}

extension WindowSchedule {
    /// The first instant, not before `now`, of a day that is not frozen for this window.
    func firstUnfrozen(from now: Timestamp) -> Timestamp {
        var instant = now
        // Each round leaves one freeze behind for good, so as many rounds as freezes are enough.
        for _ in freezes {
            let hold = freezes.first { $0.freeze.contains($0.rules.date(at: instant)) }
            guard let hold else { return instant }
            instant = hold.rules.instant(of: hold.freeze.to.adding(days: 1))
        }
        return instant
    }
}
