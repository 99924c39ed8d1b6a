public import Fleet

/// Several windows of one policy, as one endpoint sees them.
public struct WindowCalendar: Sendable {
    /// The windows, in the order given.
    public let schedules: [WindowSchedule]

    /// The most openings listed at once: a window a day for ten years, and some.
    public static let maximumListed = 4_000

    /// Windows in their zones; throws when a zone is not among `zones`.
    ///
    /// `release` is when the fix came out that is asked about: without it, windows that count from
    /// a release do not open.
    public init(
        _ windows: [MaintenanceWindow], freezes: [Freeze] = [], zones: Zones,
        release: Timestamp? = nil
    ) throws(ZoneError) {
        var schedules: [WindowSchedule] = []
        for window in windows {
            schedules.append(
                try WindowSchedule(window, freezes: freezes, zones: zones, release: release))
        }
        self.schedules = schedules
    }

    private init(schedules: [WindowSchedule]) {
        self.schedules = schedules
    }

    /// Only the windows in which something of this kind may happen. Of those that need somebody on
    /// duty, nothing but the time in which somebody is, when it installs or reboots.
    public func only(_ kind: WindowKind) -> WindowCalendar {
        let needsPerson = kind == .install || kind == .reboot
        return WindowCalendar(
            schedules: schedules.filter { $0.window.kinds.contains(kind) }
                .map { needsPerson ? $0.attended() : $0 })
    }

    /// The openings that are under way at an instant, by opening, then name.
    public func openings(at instant: Timestamp) -> [Occurrence] {
        schedules.compactMap { $0.opening(at: instant) }.sorted()
    }

    /// Whether any window is open at an instant.
    public func isOpen(at instant: Timestamp) -> Bool {
        schedules.contains { $0.isOpen(at: instant) }
    }

    /// The first opening after an instant; `nil` when there is none within ten years.
    public func nextOpening(after instant: Timestamp) -> Occurrence? {
        schedules.compactMap { $0.nextOpening(after: instant) }.min()
    }

    /// The first `count` openings at or after an instant, by opening, then name. Overlapping ones
    /// are listed apart.
    public func occurrences(from start: Timestamp, count: Int) -> [Occurrence] {
        merged(from: start, count: count) { _ in true }
    }

    /// The openings at or after `start` and before `end`, by opening, then name; at most
    /// `maximumListed`.
    public func occurrences(from start: Timestamp, until end: Timestamp) -> [Occurrence] {
        merged(from: start, count: Self.maximumListed) { $0.opens < end }
    }

    /// The openings that are under way at an instant and those that follow before `end`.
    public func remaining(at instant: Timestamp, until end: Timestamp) -> [Occurrence] {
        let after = Timestamp(milliseconds: instant.milliseconds + 1)
        return openings(at: instant) + occurrences(from: after, until: end)
    }

    /// How many openings are followed back: windows that never close would go on for ever.
    private static let openingsJoined = 64

    /// The openings that make up the time without a break before an instant, the latest first: each
    /// is open, or just closes, where the one after it opens.
    public func joined(before instant: Timestamp) -> [Occurrence] {
        var (found, at): ([Occurrence], Timestamp) = ([], instant)
        while found.count < Self.openingsJoined {
            let before = openings(at: Timestamp(milliseconds: at.milliseconds - 1))
            guard let first = before.first else { break }
            found += before.reversed()
            at = first.opens
        }
        return found
    }

    private func merged(
        from start: Timestamp, count: Int, while isWanted: (Occurrence) -> Bool
    ) -> [Occurrence] {
        var sources = schedules.map { $0.openings(from: start) }
        var heads = sources.indices.map { sources[$0].next() }
        var found: [Occurrence] = []
        let most = min(count, Self.maximumListed)
        while found.count < most {
            var first: Occurrence?
            var source = 0
            for index in heads.indices {
                guard let head = heads[index], first.map({ head < $0 }) ?? true else { continue }
                (first, source) = (head, index)
            }
            guard let first, isWanted(first) else { break }
            found.append(first)
            heads[source] = sources[source].next()
        }
        return found
    }
}
