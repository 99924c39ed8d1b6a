/// The order of Semantic Versioning 2.0.0 (section 11) and of its relative NuGet.
///
/// Read leniently where registries and OSV write leniently: blanks, `v` and `=` may stand in front,
/// and there may be fewer or more than three numbers (a missing one is 0). Numbers have any length.
struct SemanticOrder {
    /// SemVer compares letters as they are, NuGet without regard to case.
    let ignoresCase: Bool
    /// SemVer refuses numbers that begin with a zero (sections 2 and 9).
    let allowsLeadingZeros: Bool

    static let semver = SemanticOrder(ignoresCase: false, allowsLeadingZeros: false)
    static let nuget = SemanticOrder(ignoresCase: true, allowsLeadingZeros: true)

    func difference(_ a: Span<UInt8>, _ b: Span<UInt8>) throws(VersionProblem) -> Int {
        let left = try SemanticVersionLayout(of: a, allowsLeadingZeros: allowsLeadingZeros)
        let right = try SemanticVersionLayout(of: b, allowsLeadingZeros: allowsLeadingZeros)
        let numbers = dottedNumbersDifference(
            a.extracting(left.numbers), b.extracting(right.numbers))
        if numbers != 0 { return numbers }
        if left.preRelease.isEmpty || right.preRelease.isEmpty {
            return (left.preRelease.isEmpty ? 1 : 0) - (right.preRelease.isEmpty ? 1 : 0)
        }
        return identifiersDifference(
            a.extracting(left.preRelease), b.extracting(right.preRelease))
    }

    private func identifiersDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        var left = 0
        var right = 0
        while left < a.count, right < b.count {
            let x = left..<(a.first(dotByte, in: left..<a.count) ?? a.count)
            let y = right..<(b.first(dotByte, in: right..<b.count) ?? b.count)
            let identifiers = identifierDifference(a, x, b, y)
            if identifiers != 0 { return identifiers }
            left = x.upperBound + 1
            right = y.upperBound + 1
        }
        return (left < a.count ? 1 : 0) - (right < b.count ? 1 : 0)
    }

    private func identifierDifference(
        _ a: Span<UInt8>, _ x: Range<Int>, _ b: Span<UInt8>, _ y: Range<Int>
    ) -> Int {
        let isNumber = (
            a.digitsEnd(from: x.lowerBound) >= x.upperBound,
            b.digitsEnd(from: y.lowerBound) >= y.upperBound
        )
        return switch isNumber {
        case (true, true): numberDifference(a, x, b, y)
        case (true, false): -1
        case (false, true): 1
        case (false, false): bytesDifference(a, x, b, y, foldingCase: ignoresCase)
        }
    }
}

/// Where the parts of a semantic version stand in its bytes. Build metadata does not count.
struct SemanticVersionLayout {
    /// Numbers with full stops between.
    let numbers: Range<Int>
    /// What follows the hyphen; empty when there is none.
    let preRelease: Range<Int>

    init(of bytes: Span<UInt8>, allowsLeadingZeros: Bool) throws(VersionProblem) {
        let body = bytes.trimmed()
        if body.isEmpty { throw .empty }
        let start = Self.skipMarks(bytes, body)
        let end = try Self.numbersEnd(bytes, start..<body.upperBound, allowsLeadingZeros)
        numbers = start..<end
        var rest = end
        if rest < body.upperBound, bytes[rest] == hyphenByte {
            let until = bytes.first(plusByte, in: rest..<body.upperBound) ?? body.upperBound
            preRelease = rest + 1..<until
            try Self.checkIdentifiers(bytes, preRelease, allowsLeadingZeros)
            rest = until
        } else {
            preRelease = rest..<rest
        }
        guard rest < body.upperBound else { return }
        guard bytes[rest] == plusByte else { throw .unexpectedText }
        try Self.checkIdentifiers(bytes, rest + 1..<body.upperBound, true)
    }

    /// Where the first number should stand: after `=` and `v` and the blanks around them.
    private static func skipMarks(_ bytes: Span<UInt8>, _ body: Range<Int>) -> Int {
        var start = body.lowerBound
        if bytes[start] == UInt8(ascii: "=") {
            start = bytes.trimmed(start + 1..<body.upperBound).lowerBound
        }
        if start < body.upperBound, lowercased(bytes[start]) == UInt8(ascii: "v") {
            start = bytes.trimmed(start + 1..<body.upperBound).lowerBound
        }
        return start
    }

    private static func numbersEnd(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ allowsLeadingZeros: Bool
    ) throws(VersionProblem) -> Int {
        var index = range.lowerBound
        while true {
            let end = bytes.digitsEnd(from: index)
            guard end > index else { throw .notNumberFirst }
            if !allowsLeadingZeros, end - index > 1, bytes[index] == zeroByte {
                throw .leadingZero
            }
            guard bytes.has(dotByte, at: end) else { return end }
            index = end + 1
        }
    }

    /// Identifiers (section 9): none empty, of letters, digits and hyphens.
    private static func checkIdentifiers(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ allowsLeadingZeros: Bool
    ) throws(VersionProblem) {
        var start = range.lowerBound
        while true {
            let end = bytes.first(dotByte, in: start..<range.upperBound) ?? range.upperBound
            if end == start { throw .identifierEmpty }
            var isNumber = true
            for index in start..<end where !isDigit(bytes[index]) {
                guard isLetter(bytes[index]) || bytes[index] == hyphenByte else {
                    throw .unexpectedText
                }
                isNumber = false
            }
            if isNumber, !allowsLeadingZeros, end - start > 1, bytes[start] == zeroByte {
                throw .leadingZero
            }
            if end == range.upperBound { return }
            start = end + 1
        }
    }
}
