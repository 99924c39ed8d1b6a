/// How much must be free on a disk, as a policy writes it.
public struct FreeSpace: Hashable, Sendable, Codable, CustomStringConvertible {
    /// In bytes.
    public let bytes: Int64

    /// From 1 MB, less than which no package needs, to 100 TB, more than which no endpoint has.
    public static let range: ClosedRange<Int64> = 1_000_000...100_000_000_000_000

    /// A size; `nil` outside of `range`, and for what is no whole number of MB.
    public init?(bytes: Int64) {
        guard Self.range.contains(bytes), bytes % 1_000_000 == 0 else { return nil }
        self.bytes = bytes
    }

    private static let scale = UnitScale(
        [
            ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000),
        ], smallest: "B")

    /// Reads a whole number and a unit, such as `500 MB`, `2 GB` or `1 TB`; `nil` for anything
    /// else. A MB is a million bytes.
    public init?(_ text: String) {
        guard let amount = Self.scale.amount(text) else { return nil }
        self.init(bytes: amount)
    }

    /// In the largest unit in which it is a whole number, as it is read back.
    public var description: String { Self.scale.text(bytes) }

    private enum CodingKeys: String, CodingKey { case bytes }

    /// Reads it.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let bytes = try values.decode(Int64.self, forKey: .bytes)
        guard let read = FreeSpace(bytes: bytes) else {
            throw DecodingError.dataCorruptedError(
                forKey: .bytes, in: values, debugDescription: "out of range")
        }
        self = read
    }
}
