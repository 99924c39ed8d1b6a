package import Fleet

/// Instants for sentences: to the minute, and without the signs that only programs need.
package enum MinuteText {
    /// `2026-11-28 22:00 UTC`.
    package static func utc(_ instant: Timestamp) -> String {
        minutes(of: instant.description) + " UTC"
    }

    /// `2026-11-28 22:00`, by clocks that are so many seconds ahead of UTC.
    package static func local(_ instant: Timestamp, offset: Int) -> String {
        minutes(of: instant.adding(seconds: Int64(offset)).description)
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

    /// `2026-11-28 22:00`.
    package var text: String { MinuteText.local(at, offset: offset) }

    /// An instant by a clock that is so many seconds ahead of UTC.
    package init(at: Timestamp, offset: Int) {
        self.at = at
        self.offset = offset
    }
}
