import Readiness

/// How much an endpoint may download in a second for updates.
public struct Bandwidth: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Bytes in a second.
    public let bytesPerSecond: Int64

    /// From 10 kB/s, since tools count in whole KiB, to 10 GB/s.
    public static let range: ClosedRange<Int64> = 10_000...10_000_000_000

    /// A bandwidth; `nil` outside of `range`, and for what is no whole number of kB.
    public init?(bytesPerSecond: Int64) {
        guard Self.range.contains(bytesPerSecond), bytesPerSecond % 1_000 == 0 else { return nil }
        self.bytesPerSecond = bytesPerSecond
    }

    private static let scale = UnitScale(
        [
            ("GB/s", 1_000_000_000), ("MB/s", 1_000_000), ("kB/s", 1_000),
        ], smallest: "B/s")

    /// Reads a whole number and a unit, such as `500 kB/s`, `2 MB/s` or `1 GB/s`; `nil` for
    /// anything else. A kB is 1,000 bytes.
    public init?(_ text: String) {
        guard let amount = Self.scale.amount(text) else { return nil }
        self.init(bytesPerSecond: amount)
    }

    /// In the largest unit in which it is a whole number, as it is read back.
    public var description: String { Self.scale.text(bytesPerSecond) }

    private enum CodingKeys: String, CodingKey { case bytesPerSecond }

    /// Reads it.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let bytes = try values.decode(Int64.self, forKey: .bytesPerSecond)
        guard let read = Bandwidth(bytesPerSecond: bytes) else {
            throw DecodingError.dataCorruptedError(
                forKey: .bytesPerSecond, in: values, debugDescription: "out of range")
        }
        self = read
    }
}
