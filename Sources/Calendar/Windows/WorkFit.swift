public import Fleet

/// How long a piece of work takes, as far as is known before it starts.
public struct WorkEstimate: Hashable, Sendable, Codable {
    /// The work itself, in seconds.
    public var seconds: Int64
    /// What is kept back for a reboot after it, in seconds.
    public var rebootReserveSeconds: Int64
    /// How many runs it is learned from; `nil` where it is made of usual figures.
    public var runs: Int?

    /// An estimate; negative figures count as 0.
    public init(seconds: Int64, rebootReserveSeconds: Int64 = 0, runs: Int? = nil) {
        self.runs = runs
        self.seconds = max(0, seconds)
        self.rebootReserveSeconds = max(0, rebootReserveSeconds)
    }

    /// The most that work is taken to need, in seconds: longer than any window, so that more makes
    /// no difference.
    public static let maximumSeconds: Int64 = 366 * 86_400

    /// Work and reserve together, in seconds.
    public var totalSeconds: Int64 {
        Self.bounded(seconds) + Self.bounded(rebootReserveSeconds)
    }

    private static func bounded(_ seconds: Int64) -> Int64 {
        min(max(0, seconds), maximumSeconds)
    }
}

/// Whether work that starts now will end in time: no install starts that cannot finish.
public enum WorkFit: Hashable, Sendable {
    /// It ends before the windows close, which they do not before `closes`.
    case fits(closes: Timestamp)
    /// A window is open, but not for long enough.
    case tooLong(neededSeconds: Int64, leftSeconds: Int64)
    /// No window is open.
    case notOpen
}

/// Time without a break in which some window is open: windows that overlap or touch, as one.
public struct OpenStretch: Hashable, Sendable, Codable {
    /// When the first of them opens.
    public var opens: Timestamp
    /// When the last of them closes.
    public var closes: Timestamp

    /// A stretch.
    public init(opens: Timestamp, closes: Timestamp) {
        self.opens = opens
        self.closes = closes
    }

    /// The stretches that some openings make up, in order.
    public static func merging(_ occurrences: some Sequence<Occurrence>) -> [OpenStretch] {
        merging(occurrences.map { OpenStretch(opens: $0.opens, closes: $0.closes) })
    }

    /// The stretches that others make up which overlap or touch, in order.
    public static func merging(_ parts: [OpenStretch]) -> [OpenStretch] {
        var stretches: [OpenStretch] = []
        for part in parts.sorted(by: { $0.opens < $1.opens }) {
            if let last = stretches.last, part.opens <= last.closes {
                stretches[stretches.count - 1].closes = max(last.closes, part.closes)
            } else {
                stretches.append(part)
            }
        }
        return stretches
    }

    /// When work may start in the stretch, not before `now`; `nil` when it does not fit in what is
    /// left. Work that ends at the very instant of closing fits.
    public func start(of work: WorkEstimate, from now: Timestamp) -> Timestamp? {
        let start = max(now, opens)
        let left = (closes.milliseconds - start.milliseconds).flooredQuotient(1000)
        return start < closes && work.totalSeconds <= left ? start : nil
    }
}

extension WorkEstimate {
    /// Whether the work fits when it starts at `now` in these openings.
    public func fit(in occurrences: some Sequence<Occurrence>, at now: Timestamp) -> WorkFit {
        let stretch = OpenStretch.merging(occurrences)
            .first { $0.opens <= now && now < $0.closes }
        guard let stretch else { return .notOpen }
        if stretch.start(of: self, from: now) != nil { return .fits(closes: stretch.closes) }
        let left = (stretch.closes.milliseconds - now.milliseconds).flooredQuotient(1000)
        return .tooLong(neededSeconds: totalSeconds, leftSeconds: left)
    }
}

extension WindowCalendar {
    /// How many openings are tried for a place for work, a few at first: most work fits into the
    /// next window, and a nightly one is followed for over a year.
    private static let openingsTried = [8, 64, 400]

    /// Whether work fits when it starts at an instant.
    public func fit(_ work: WorkEstimate, at now: Timestamp) -> WorkFit {
        // An opening at the very end of the work may touch the window before it.
        let end = now.adding(seconds: work.totalSeconds + 1)
        return work.fit(in: remaining(at: now, until: end), at: now)
    }

    /// The first instant, not before `now`, at which work may start so that it ends before the
    /// windows close; `nil` when none of the next openings is long enough.
    public func earliestStart(of work: WorkEstimate, from now: Timestamp) -> Timestamp? {
        let after = Timestamp(milliseconds: now.milliseconds + 1)
        for count in Self.openingsTried {
            let upcoming = openings(at: now) + occurrences(from: after, count: count)
            let starts = OpenStretch.merging(upcoming).lazy
                .compactMap { $0.start(of: work, from: now) }
            if let first = starts.first { return first }
            if upcoming.count < count { return nil }
        }
        return nil
    }
}
