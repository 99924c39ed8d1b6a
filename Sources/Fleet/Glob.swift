/// A pattern in which `*` stands for any characters and `?` for one byte; upper and lower case of
/// ASCII letters are the same. It matches the whole text.
public struct Glob: Hashable, Sendable {
    /// The pattern as it was written.
    public let pattern: String
    /// The pattern as it is compared: in lower case, no two stars one after another.
    package let prepared: [UInt8]

    /// A pattern. Every text is one.
    public init(_ pattern: String) {
        self.pattern = pattern
        var bytes: [UInt8] = []
        for byte in pattern.utf8 where byte != Self.star || bytes.last != Self.star {
            bytes.append(byte.lowercasedASCII)
        }
        prepared = bytes
    }

    private static var star: UInt8 { UInt8(ascii: "*") }
    private static var any: UInt8 { UInt8(ascii: "?") }

    /// Whether it matches the whole of a text.
    public func matches(_ text: String) -> Bool {
        prepared.withUnsafeBufferPointer { Self.matches(text, $0) }
    }

    /// Whether a prepared pattern matches the whole of a text.
    package static func matches(_ text: String, _ pattern: UnsafeBufferPointer<UInt8>) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { matches($0, pattern) }
            ?? Array(text.utf8).withUnsafeBufferPointer { matches($0, pattern) }
    }

    /// On a mismatch only the last `*` is tried again, further on: at most the product of both
    /// lengths in steps, whatever the pattern.
    private static func matches(
        _ text: UnsafeBufferPointer<UInt8>, _ pattern: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var place = 0
        var next = 0
        // Behind the last `*`: the place in the pattern, and where in the text that is tried.
        var retry: (place: Int, next: Int)?
        while place < text.count {
            if next < pattern.count, pattern[next] == star {
                next += 1
                // A star at the end takes whatever is left.
                guard next < pattern.count else { return true }
                place = first(pattern[next], in: text, from: place)
                retry = (place, next)
            } else if next < pattern.count,
                pattern[next] == any || pattern[next] == text[place].lowercasedASCII
            {
                place += 1
                next += 1
            } else if let again = retry {
                next = again.next
                place = first(pattern[next], in: text, from: again.place + 1)
                retry = (place, next)
            } else {
                return false
            }
        }
        return next == pattern.count || next == pattern.count - 1 && pattern[next] == star
    }

    /// Where what follows a star can begin at the earliest.
    @inline(__always)
    private static func first(
        _ wanted: UInt8, in text: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int {
        var place = start
        guard wanted != any else { return place }
        while place < text.count, text[place].lowercasedASCII != wanted { place += 1 }
        return place
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
