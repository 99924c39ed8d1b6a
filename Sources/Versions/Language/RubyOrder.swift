/// The order of RubyGems (`Gem::Version`): segments of digits or of letters, a hyphen is short for
/// `.pre.`, letters are older than the end, zeros before the first letters and at the end do not
/// count.
enum RubyOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        var left = try RubyCursor(a)
        var right = try RubyCursor(b)
        while true {
            let x = left.next(in: a)
            let y = right.next(in: b)
            // Past its end a version goes on with zeros.
            if x == nil, y == nil { return 0 }
            let difference = segmentDifference(a, x ?? .number(0..<0), b, y ?? .number(0..<0))
            if difference != 0 { return difference }
        }
    }

    private static func segmentDifference(
        _ a: Span<UInt8>, _ x: RubyCursor.Segment, _ b: Span<UInt8>, _ y: RubyCursor.Segment
    ) -> Int {
        switch (x, y) {
        case (.number(let x), .number(let y)): numberDifference(a, x, b, y)
        case (.number, _): 1
        case (_, .number): -1
        case (.word(let x), .word(let y)): bytesDifference(a, x, b, y)
        case (.word(let x), .hyphen): preDifference(a, x)
        case (.hyphen, .word(let y)): -preDifference(b, y)
        case (.hyphen, .hyphen): 0
        }
    }

    /// How a word stands to the `pre` that a hyphen means.
    private static func preDifference(_ bytes: Span<UInt8>, _ word: Range<Int>) -> Int {
        let pre: StaticString = "pre"
        return pre.withUTF8Buffer { letters in
            for (offset, letter) in letters.enumerated() {
                guard offset < word.count else { return -1 }
                let byte = bytes[word.lowerBound + offset]
                if byte != letter { return Int(byte) - Int(letter) }
            }
            return word.count - letters.count
        }
    }
}

/// Walks through a gem's version segment by segment.
struct RubyCursor {
    enum Segment {
        case number(Range<Int>)
        case word(Range<Int>)
        /// Stands for the word `pre`.
        case hyphen
    }

    private var index: Int
    private let end: Int
    /// The zeros between these places stand before the first letters and do not count.
    private let idle: Range<Int>

    /// Refuses what `Gem::Version` calls malformed.
    init(_ bytes: Span<UInt8>) throws(VersionProblem) {
        let body = bytes.trimmed()
        if body.isEmpty { throw .empty }
        guard isDigit(bytes[body.lowerBound]) else { throw .notNumberFirst }
        try Self.check(bytes, body)
        index = body.lowerBound
        end = body.upperBound
        var firstWord = body.lowerBound
        while firstWord < end, isDigit(bytes[firstWord]) || bytes[firstWord] == dotByte {
            firstWord += 1
        }
        var start = firstWord
        while start > body.lowerBound,
            bytes[start - 1] == zeroByte || bytes[start - 1] == dotByte
        { start -= 1 }
        // The zeros of 10 belong to their number.
        if start > body.lowerBound {
            while start < firstWord, bytes[start] == zeroByte { start += 1 }
        }
        idle = start..<firstWord
    }

    mutating func next(in bytes: Span<UInt8>) -> Segment? {
        if index == idle.lowerBound { index = idle.upperBound }
        while index < end, bytes[index] == dotByte {
            index += 1
            if index == idle.lowerBound { index = idle.upperBound }
        }
        guard index < end else { return nil }
        let start = index
        if bytes[index] == hyphenByte {
            index += 1
            return .hyphen
        }
        if isDigit(bytes[index]) {
            index = min(bytes.digitsEnd(from: index), end)
            return .number(start..<index)
        }
        index = min(bytes.lettersEnd(from: index), end)
        return .word(start..<index)
    }

    /// Digits, letters and hyphens between full stops, no piece empty; no hyphen in front of the
    /// first full piece, which is a number.
    private static func check(_ bytes: Span<UInt8>, _ body: Range<Int>) throws(VersionProblem) {
        var previous = dotByte
        var hadHyphen = false
        for index in body {
            let byte = bytes[index]
            switch byte {
            case dotByte:
                if previous == dotByte { throw .identifierEmpty }
            case hyphenByte:
                if previous == dotByte, !hadHyphen { throw .identifierEmpty }
                hadHyphen = true
            case _ where !isAlphanumeric(byte): throw .unexpectedText
            default: break
            }
            previous = byte
        }
        if previous == dotByte || previous == hyphenByte && !hadHyphen { throw .identifierEmpty }
        if bytes[body.upperBound - 1] == hyphenByte,
            bytes.first(hyphenByte, in: body) == body.upperBound - 1
        {
            throw .identifierEmpty
        }
    }
}
