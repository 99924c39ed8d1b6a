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

    private static let units: [(name: String, bytes: Int64)] = [
        ("GB/s", 1_000_000_000), ("MB/s", 1_000_000), ("kB/s", 1_000),
    ]

    /// Reads a whole number and a unit, such as `500 kB/s`, `2 MB/s` or `1 GB/s`; `nil` for
    /// anything else. A kB is 1,000 bytes.
    public init?(_ text: String) {
        for unit in Self.units where text.hasSuffix(unit.name) {
            var digits = text.dropLast(unit.name.count)
            if digits.last == " " { digits = digits.dropLast() }
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int64(digits)
            else { return nil }
            let (bytes, isTooMuch) = number.multipliedReportingOverflow(by: unit.bytes)
            guard !isTooMuch else { return nil }
            self.init(bytesPerSecond: bytes)
            return
        }
        return nil
    }

    /// In the largest unit in which it is a whole number, as it is read back.
    public var description: String {
        let unit =
            Self.units.first { bytesPerSecond % $0.bytes == 0 } ?? (name: "B/s", bytes: 1)
        return "\(bytesPerSecond / unit.bytes) \(unit.name)"
    }

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
