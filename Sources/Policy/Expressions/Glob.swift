/// A pattern in which `*` stands for any characters and `?` for one byte; upper and lower case of
/// ASCII letters are the same. It matches the whole text.
public struct Glob: Hashable, Sendable {
    /// The pattern as it was written.
    public let pattern: String
    private let bytes: [UInt8]

    /// A pattern. Every text is one.
    public init(_ pattern: String) {
        self.pattern = pattern
        var bytes: [UInt8] = []
        for byte in pattern.utf8 where byte != Self.star || bytes.last != Self.star {
            bytes.append(byte.lowercasedASCII)
        }
        self.bytes = bytes
    }

    private static let star = UInt8(ascii: "*")

    /// Whether it matches the whole of a text.
    public func matches(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { matches($0) }
            ?? Array(text.utf8).withUnsafeBufferPointer { matches($0) }
    }

    /// On a mismatch only the last `*` is tried again, one byte further: at most the product of
    /// both lengths in steps, whatever the pattern.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var place = 0
        var next = 0
        var retry: (place: Int, next: Int)?
        while place < text.count {
            if next < bytes.count, bytes[next] == Self.star {
                next += 1
                retry = (place, next)
            } else if next < bytes.count,
                bytes[next] == UInt8(ascii: "?") || bytes[next] == text[place].lowercasedASCII
            {
                place += 1
                next += 1
            } else if let again = retry {
                place = again.place + 1
                next = again.next
                retry = (place, next)
            } else {
                return false
            }
        }
        return next == bytes.count || next == bytes.count - 1 && bytes[next] == Self.star
    }
}

extension Glob: Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// A pattern.
    public init(stringLiteral pattern: String) {
        self.init(pattern)
    }

    /// Reads the pattern from its text.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the pattern as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(pattern)
    }

    /// The pattern.
    public var description: String { pattern }
}

extension UInt8 {
    /// The same letter in lower case, if it is an ASCII letter.
    var lowercasedASCII: UInt8 {
        (0x41...0x5A).contains(self) ? self | 0x20 : self
    }
}
