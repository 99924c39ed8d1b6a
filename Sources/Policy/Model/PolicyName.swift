/// The name of a policy, or of a window, a list of rings or a ring inside one: 1 to 63 lower-case
/// letters, digits and hyphens, so that it can stand in a file name, an address and a label of the
/// domain name system (RFC 1035 section 2.3.4 has the same 63).
public struct PolicyName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name's text.
    public let text: String

    /// The longest name, in characters.
    public static let maximumLength = 63

    /// Reads a name; `nil` unless it is 1 to 63 characters of `a-z`, `0-9` and `-`.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...Self.maximumLength).contains(bytes.count),
            bytes.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            })
        else { return nil }
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// The order of the texts.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.text < rhs.text }
}

extension PolicyName: Codable, CodingKeyRepresentable {
    /// Reads the name from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not a name of [a-z0-9-]{1,63}: \(text.prefix(80))")
        }
        self = value
    }

    /// Writes the name as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The text, so that a dictionary by name is written as an object.
    public var codingKey: any CodingKey { PolicyNameKey(stringValue: text) }

    /// The name that is a key's text.
    public init?(codingKey: some CodingKey) {
        self.init(codingKey.stringValue)
    }
}

private struct PolicyNameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) { nil }
}
