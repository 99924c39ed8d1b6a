/// Decimal digits, read and written without a locale.
enum Digits {
    /// The number that these bytes spell; `nil` unless all are digits and there are 1 to 9 of them.
    static func number(_ bytes: some Collection<UInt8>) -> Int? {
        guard (1...9).contains(bytes.count) else { return nil }
        var value = 0
        for byte in bytes {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }

    /// The number with zeros before it, up to `width` digits; a minus sign stands before the zeros.
    static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }
}

extension Decoder {
    /// Reads a value that stands as one text.
    func readText<Value>(_ expected: String, _ read: (String) -> Value?) throws -> Value {
        let container = try singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = read(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not \(expected): \(text.prefix(40))")
        }
        return value
    }
}

extension Encoder {
    /// Writes a value as one text.
    func writeText(_ text: String) throws {
        var container = singleValueContainer()
        try container.encode(text)
    }
}
