/// The order of winget: parts between full stops, each a number and then text.
///
/// Text in front of the first number is dropped, a part with text after its number is older than
/// the bare number, missing parts are 0, `Latest` is newer and `Unknown` older than everything, and
/// `< 1.0` and `> 1.0` stand right beside `1.0`. Numbers may have any length (winget itself reads
/// one beyond 64 bits as text); only ASCII letters are compared without regard to case.
enum WingetOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        let left = try WingetVersionLayout(of: a)
        let right = try WingetVersionLayout(of: b)
        if left.standing != right.standing {
            return left.standing.rawValue - right.standing.rawValue
        }
        if left.standing == .known {
            let parts = partsDifference(a.extracting(left.parts), b.extracting(right.parts))
            if parts != 0 { return parts }
        }
        return left.nearness - right.nearness
    }

    private static func partsDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        var left = 0
        var right = 0
        while left < a.count || right < b.count {
            let x = WingetPart(in: a, from: left)
            let y = WingetPart(in: b, from: right)
            let numbers = numberDifference(a, x.number, b, y.number)
            if numbers != 0 { return numbers }
            if x.text.isEmpty != y.text.isEmpty { return x.text.isEmpty ? 1 : -1 }
            let texts = bytesDifference(a, x.text, b, y.text, foldingCase: true)
            if texts != 0 { return texts }
            left = x.next
            right = y.next
        }
        return 0
    }
}

/// One part of a winget version; past the last one there are empty ones without end.
struct WingetPart {
    let number: Range<Int>
    let text: Range<Int>
    /// Where the next part begins.
    let next: Int

    /// Whether it counts as no part at all when it stands at the end.
    func isNothing(in bytes: Span<UInt8>) -> Bool {
        text.isEmpty && bytes.isZero(number)
    }

    init(in bytes: Span<UInt8>, from start: Int) {
        guard start < bytes.count else {
            (number, text, next) = (start..<start, start..<start, start)
            return
        }
        let end = bytes.first(dotByte, in: start..<bytes.count) ?? bytes.count
        let part = bytes.trimmed(start..<end)
        let digitsEnd = min(bytes.digitsEnd(from: part.lowerBound), part.upperBound)
        number = part.lowerBound..<digitsEnd
        text = digitsEnd..<part.upperBound
        next = min(end + 1, bytes.count)
    }
}

/// What a winget version says besides its parts.
struct WingetVersionLayout {
    /// `Unknown`, a version, or `Latest`.
    enum Standing: Int {
        case unknown, known, latest
    }

    let standing: Standing
    /// -1 for "less than", 1 for "greater than".
    let nearness: Int
    let parts: Range<Int>

    init(of bytes: Span<UInt8>) throws(VersionProblem) {
        var body = bytes.trimmed()
        if body.isEmpty { throw .empty }
        let mark = bytes[body.lowerBound]
        if mark == UInt8(ascii: "<") || mark == UInt8(ascii: ">"), body.count > 1,
            bytes[body.lowerBound + 1] == 0x20
        {
            nearness = mark == UInt8(ascii: "<") ? -1 : 1
            body = bytes.trimmed(body.lowerBound + 1..<body.upperBound)
        } else {
            nearness = 0
        }
        parts = Self.withoutPreamble(bytes, body)
        standing = Self.standing(bytes.extracting(parts))
        if standing == .unknown, nearness != 0 { throw .unexpectedText }
    }

    /// Drops what stands before the first digit, when that digit is in the first part.
    private static func withoutPreamble(_ bytes: Span<UInt8>, _ body: Range<Int>) -> Range<Int> {
        for index in body {
            if bytes[index] == dotByte { break }
            if isDigit(bytes[index]) { return index..<body.upperBound }
        }
        return body
    }

    /// A word counts when it is the only part; parts that are zero at the end are none.
    private static func standing(_ bytes: Span<UInt8>) -> Standing {
        let first = WingetPart(in: bytes, from: 0)
        guard bytes.isZero(first.number), !first.text.isEmpty else { return .known }
        let standing: Standing
        if bytes.reads("latest", in: first.text) {
            standing = .latest
        } else if bytes.reads("unknown", in: first.text) {
            standing = .unknown
        } else {
            return .known
        }
        var index = first.next
        while index < bytes.count {
            let part = WingetPart(in: bytes, from: index)
            guard part.isNothing(in: bytes) else { return .known }
            index = part.next
        }
        return standing
    }
}
