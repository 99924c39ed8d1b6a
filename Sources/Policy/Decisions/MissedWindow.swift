public import Calendar
public import Fleet

extension CompiledPolicy {
    /// The window that an endpoint has been silent through while an order for an update lay ready
    /// for it, and what becomes of that. It foresees what the endpoint decides by its own record
    /// once it is back; `nil` when there is none, or a window is open now.
    ///
    /// `heard` is the endpoint's last sign of life, `ordered` the instant of the order. An endpoint
    /// that was there while a window opened, and gone before it was ordered anything, was never
    /// there for the order: that window counts as missed.
    public func missedWindow(
        of subject: UpdateSubject, heard: Timestamp, ordered: Timestamp, in zones: Zones,
        at now: Timestamp
    ) -> LaneOpenings.Missed? {
        let lane = verdict(on: subject, at: now).choice?.treatment.lane ?? .routine
        guard
            let calendar = try? WindowCalendar(
                effective.windows(of: lane), freezes: effective.freezes.map(\.value),
                zones: zones, release: subject.outSince
            ).only(.install)
        else { return nil }
        let past = calendar.remaining(at: heard, until: now)
        guard past.allSatisfy({ $0.closes <= now }),
            let last = past.last(where: { max($0.opens, ordered) >= heard && $0.closes > ordered })
        else { return nil }
        let catchUp = (effective.catchUp?.value ?? .nextWindow).holding(for: last, in: calendar)
        return LaneOpenings.Missed(
            window: last.window, catchUp: catchUp,
            startsAt: catchUp.start(missed: last, at: now, in: calendar))
    }
}
