package import Fleet

/// Instants for sentences: to the minute, and without the signs that only programs need.
package enum MinuteText {
    /// `2026-11-28 22:00 UTC`.
    package static func utc(_ instant: Timestamp) -> String {
        minutes(of: instant.description) + " UTC"
    }

    /// `2026-11-28 22:00 UTC+10:30`, by clocks that are so many seconds ahead of UTC. Whose clock it
    /// is must be told: other times of a sentence are in UTC.
    package static func local(_ instant: Timestamp, offset: Int) -> String {
        utc(instant.adding(seconds: Int64(offset))) + ahead(offset)
    }

    /// `+10:30`; nothing for clocks that show UTC. Seconds, which only old clocks have, are left out.
    private static func ahead(_ offset: Int) -> String {
        let minutes = abs(offset) / 60
        guard minutes > 0 else { return "" }
        let (hour, minute) = (minutes / 60, minutes % 60)
        return
            "\(offset < 0 ? "-" : "+")\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    /// The first 16 characters of RFC 3339 text are the date, a T, hours and minutes.
    private static func minutes(of text: String) -> String {
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return text }
        return "\(parts[0]) \(parts[1].prefix(5))"
    }
}

/// An instant by some clock, which is put into words only where somebody reads them.
package struct LocalMinute: Hashable, Sendable {
    /// The instant.
    package var at: Timestamp
    /// How far ahead of UTC the clock is, in seconds.
    package var offset: Int

    /// `2026-11-28 22:00 UTC+10:30`.
    package var text: String { MinuteText.local(at, offset: offset) }

    /// An instant by a clock that is so many seconds ahead of UTC.
    package init(at: Timestamp, offset: Int) {
        self.at = at
        self.offset = offset
    }
}
