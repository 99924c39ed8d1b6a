/// A time of day on a clock on the wall, to the minute, without a date or a zone: `22:00`.
public struct LocalTime: Hashable, Comparable, Sendable {
    /// Minutes since midnight, 0 to 1439.
    public let minutes: Int

    /// A time from its parts; `nil` outside `00:00` to `23:59`, so `24:00` is none.
    public init?(hour: Int, minute: Int) {
        guard (0...23).contains(hour), (0...59).contains(minute) else { return nil }
        minutes = hour * 60 + minute
    }

    /// The start of the day, `00:00`.
    public static let midnight = LocalTime(unchecked: 0)

    private init(unchecked minutes: Int) {
        self.minutes = minutes
    }

    /// The hour, 0 to 23.
    public var hour: Int { minutes / 60 }
    /// The minute, 0 to 59.
    public var minute: Int { minutes % 60 }

    /// Whether one time of day lies before the other.
    public static func < (lhs: LocalTime, rhs: LocalTime) -> Bool { lhs.minutes < rhs.minutes }
}

extension LocalTime: LosslessStringConvertible {
    /// `22:00`.
    public var description: String {
        "\(Digits.padded(Int64(hour), 2)):\(Digits.padded(Int64(minute), 2))"
    }

    /// Reads `HH:MM`; `nil` for any other form and for `24:00`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(6))
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            let hour = Digits.number(bytes[0..<2]), let minute = Digits.number(bytes[3..<5])
        else { return nil }
        self.init(hour: hour, minute: minute)
    }
}

extension LocalTime: Codable {
    /// Reads the value from its text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readText("a time of day such as 22:00", LocalTime.init)
    }

    /// Writes the value as its text.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeText(description)
    }
}
