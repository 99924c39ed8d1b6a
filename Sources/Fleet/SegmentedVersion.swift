/// The order of versions of operating systems and kernels, segment by segment: runs of digits
/// compare as numbers of any length, runs of letters as words, and everything between only
/// separates. A missing segment counts as zero, so `12` and `12.0` are the same; digits come after
/// letters, so that `12rc1` is older than `12.1`.
package enum SegmentedVersion {
    /// -1, 0 or 1: whether `left` is older than, the same as or newer than `right`.
    package static func order(_ left: String, _ right: String) -> Int {
        var left = Segments(left)
        var right = Segments(right)
        while true {
            let (one, other) = (left.next(), right.next())
            if one == nil, other == nil { return 0 }
            let order = compare(one ?? .zero, other ?? .zero)
            if order != 0 { return order }
        }
    }

    private enum Segment {
        case digits(Substring.UTF8View)
        case letters(Substring.UTF8View)

        static let zero = Segment.digits(Substring().utf8)
    }

    private static func compare(_ left: Segment, _ right: Segment) -> Int {
        switch (left, right) {
        case (.digits(let one), .digits(let other)):
            // Leading zeros are gone: the longer number is the larger.
            if one.count != other.count { return one.count < other.count ? -1 : 1 }
            return lexicalOrder(one, other)
        case (.letters(let one), .letters(let other)): return lexicalOrder(one, other)
        case (.letters, .digits): return -1
        case (.digits, .letters): return 1
        }
    }

    private static func lexicalOrder(
        _ left: Substring.UTF8View, _ right: Substring.UTF8View
    ) -> Int {
        let one = left.lazy.map(\.lowercasedASCII)
        let other = right.lazy.map(\.lowercasedASCII)
        if one.elementsEqual(other) { return 0 }
        return one.lexicographicallyPrecedes(other) ? -1 : 1
    }

    private struct Segments {
        var rest: Substring.UTF8View

        init(_ text: String) {
            rest = Substring(text).utf8
        }

        mutating func next() -> Segment? {
            rest = rest.drop { !Self.isDigit($0) && !Self.isLetter($0) }
            guard let first = rest.first else { return nil }
            let isNumber = Self.isDigit(first)
            let end =
                rest.firstIndex { isNumber ? !Self.isDigit($0) : !Self.isLetter($0) }
                ?? rest.endIndex
            let segment = rest[..<end]
            rest = rest[end...]
            return isNumber
                ? .digits(segment.drop { $0 == UInt8(ascii: "0") }) : .letters(segment)
        }

        private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

        private static func isLetter(_ byte: UInt8) -> Bool {
            byte >= 0x80 || (0x61...0x7A).contains(byte.lowercasedASCII)
        }
    }
}

extension UInt8 {
    /// The same letter in lower case, if it is an ASCII letter.
    @inlinable
    public var lowercasedASCII: UInt8 {
        self >= 0x41 && self <= 0x5A ? self | 0x20 : self
    }
}
