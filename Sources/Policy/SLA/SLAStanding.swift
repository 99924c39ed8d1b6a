public import Fleet

/// Time in which a clock stands still, because an approved exception holds. Exceptions end, so
/// pauses do.
public struct SLAPause: Hashable, Sendable, Codable {
    /// From when.
    public var from: Timestamp
    /// Until when; at that instant the clock runs again.
    public var until: Timestamp

    /// A pause; `nil` unless it ends after it begins.
    public init?(from: Timestamp, until: Timestamp) {
        guard from < until else { return nil }
        self.from = from
        self.until = until
    }
}

/// How a finding stands to a clock: a closed list.
public enum SLAStanding: String, Codable, Sendable, CaseIterable {
    /// There is no date.
    case noDeadline
    /// It was fixed in time.
    case met
    /// The date has passed, and it was not fixed by then.
    case breached
    /// It will be fixed in time, as things are planned.
    case onTrack
    /// Nothing is planned that would fix it in time.
    case breachForecast
}

extension SLAClock {
    /// The clock with its due date moved by the pauses. Those that overlap count once; what lies
    /// before the start, or after the date as moved by earlier ones, does not count.
    public func paused(by pauses: [SLAPause]) -> SLAClock {
        guard let startsAt, let dueAt, startsAt < dueAt else { return self }
        var reached = startsAt.milliseconds
        var left = dueAt.milliseconds - reached
        for pause in pauses.sorted(by: { ($0.from, $0.until) < ($1.from, $1.until) }) {
            let begins = max(pause.from.milliseconds, reached)
            if begins - reached >= left { break }
            left -= begins - reached
            reached = max(begins, pause.until.milliseconds)
        }
        var clock = self
        clock.dueAt = Timestamp(milliseconds: reached + left)
        return clock
    }

    /// How a finding stands whose fix was verified at `fixedAt`, or will be installed at
    /// `plannedAt` as things are planned.
    public func standing(
        at now: Timestamp, fixedAt: Timestamp? = nil, plannedAt: Timestamp? = nil
    ) -> SLAStanding {
        SLAStanding(due: dueAt, at: now, fixedAt: fixedAt, plannedAt: plannedAt)
    }
}

extension SLAStanding {
    /// How something stands that must be fixed by a date: fixed and verified at `fixedAt`, or to
    /// be installed at `plannedAt` as things are planned.
    public init(
        due dueAt: Timestamp?, at now: Timestamp, fixedAt: Timestamp? = nil,
        plannedAt: Timestamp? = nil
    ) {
        guard let dueAt else {
            self = .noDeadline
            return
        }
        if let fixedAt {
            self = fixedAt <= dueAt ? .met : .breached
        } else if now > dueAt {
            self = .breached
        } else if let plannedAt, max(plannedAt, now) <= dueAt {
            self = .onTrack
        } else {
            self = .breachForecast
        }
    }
}
