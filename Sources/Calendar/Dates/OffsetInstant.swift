public import Fleet

/// An instant as somebody's clock shows it: RFC 3339 with its offset kept, where `Fleet.Timestamp`
/// keeps the instant alone.
public struct OffsetInstant: Hashable, Sendable, LosslessStringConvertible {
    /// The instant.
    public let instant: Timestamp
    /// How far ahead of UTC the clock stands, in seconds.
    public let offset: Int

    /// Reads RFC 3339 (section 5.6) `date-time`, or a date alone, which is its first instant in
    /// UTC; `nil` for anything else.
    public init?(_ text: String) {
        if let date = LocalDate(text) {
            instant = TimeZoneRules.utc.instant(of: date)
            offset = 0
            return
        }
        guard let instant = Timestamp(text) else { return nil }
        self.instant = instant
        offset = Self.offset(of: text)
    }

    /// The rules of a zone that always stands at this offset.
    public var zone: TimeZoneRules { TimeZoneRules(name: "", firstOffset: offset) ?? .utc }

    /// RFC 3339 with the offset.
    public var description: String { zone.text(instant) }

    /// The offset at the end of a text that is known to be a `date-time`.
    private static func offset(of text: String) -> Int {
        let end = Array(text.utf8.suffix(6))
        guard end.count == 6, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(end[0]),
            let hours = Digits.number(end[1..<3]), let minutes = Digits.number(end[4..<6])
        else { return 0 }
        let seconds = hours * 3600 + minutes * 60
        return end[0] == UInt8(ascii: "-") ? -seconds : seconds
    }
}
