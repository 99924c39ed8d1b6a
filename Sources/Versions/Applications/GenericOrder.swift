/// An order for programs whose maker has no rules: the one most readers would expect. It reads any
/// text; docs/versions.md states it in full.
///
/// A version is a row of numbers and words; everything else only separates them. From old to new,
/// at the same place: words of versions to come (development, alpha, beta, preview, candidate), the
/// end, other words (by letters, without regard to case), numbers (by value). Zeros before a word
/// or the end do not count, so that `1.0-rc1` is `1-rc1` and `1.0` is `1`.
enum GenericOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        let left = a.trimmed()
        let right = b.trimmed()
        if left.isEmpty || right.isEmpty { throw .empty }
        return remainderDifference(
            a.extracting(withoutPreamble(a, left)), b.extracting(withoutPreamble(b, right)))
    }

    /// Compares texts that are the rest of versions, and may be empty.
    static func remainderDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        var left = GenericCursor()
        var right = GenericCursor()
        while true {
            let x = left.next(in: a)
            let y = right.next(in: b)
            if x.rank != y.rank { return x.rank.rawValue - y.rank.rawValue }
            switch x.rank {
            case .end: return 0
            case .number:
                let numbers = numberDifference(a, x.text, b, y.text)
                if numbers != 0 { return numbers }
            case .word:
                let words = bytesDifference(a, x.text, b, y.text, foldingCase: true)
                if words != 0 { return words }
            case .development, .alpha, .beta, .preview, .candidate: continue
            }
        }
    }

    /// Drops a name such as `v`, `release-` or `R` in front of the first number: what stands before
    /// the first digit, when no full stop stands before it.
    private static func withoutPreamble(_ bytes: Span<UInt8>, _ body: Range<Int>) -> Range<Int> {
        for index in body {
            if bytes[index] == dotByte { break }
            if isDigit(bytes[index]) { return index..<body.upperBound }
        }
        return body
    }
}

/// A number, a word or the end, and how it ranks among them.
struct GenericToken {
    /// From old to new.
    enum Rank: Int {
        case development, alpha, beta, preview, candidate, end, word, number
    }

    let rank: Rank
    let text: Range<Int>
}

/// Walks through a version token by token; linear in its length.
struct GenericCursor {
    private var index = 0
    /// Zeros before this place are followed by a number that is none, and so count.
    private var zerosCountBefore = 0

    private static let words: [(word: StaticString, rank: GenericToken.Rank)] = [
        ("dev", .development), ("development", .development), ("nightly", .development),
        ("snapshot", .development), ("canary", .development), ("alpha", .alpha), ("beta", .beta),
        ("pre", .preview), ("preview", .preview), ("prerelease", .preview), ("ea", .preview),
        ("milestone", .preview), ("rc", .candidate), ("cr", .candidate),
        ("candidate", .candidate),
    ]
    /// Words that say what every version is, and so nothing.
    private static let silent: [StaticString] = [
        "final", "ga", "release", "stable", "version", "v",
    ]

    /// The next token; the end again and again at the end.
    mutating func next(in bytes: Span<UInt8>) -> GenericToken {
        while true {
            while index < bytes.count, !isPart(bytes[index]) { index += 1 }
            guard index < bytes.count else {
                return GenericToken(rank: .end, text: index..<index)
            }
            if isDigit(bytes[index]) {
                if let number = number(in: bytes) { return number }
            } else if let word = word(in: bytes) {
                return word
            }
        }
    }

    /// The number here; `nil`, and the place after them, when there are only zeros before the next
    /// word or the end.
    private mutating func number(in bytes: Span<UInt8>) -> GenericToken? {
        let start = index
        index = bytes.digitsEnd(from: start)
        if start < zerosCountBefore || !bytes.isZero(start..<index) {
            return GenericToken(rank: .number, text: start..<index)
        }
        var place = index
        while place < bytes.count, bytes[place] == zeroByte || !isPart(bytes[place]) {
            place += 1
        }
        guard bytes.hasDigit(at: place) else {
            index = place
            return nil
        }
        zerosCountBefore = place
        return GenericToken(rank: .number, text: start..<index)
    }

    /// The word here; `nil`, and the place after it, when it says nothing.
    private mutating func word(in bytes: Span<UInt8>) -> GenericToken? {
        let start = index
        while index < bytes.count, isPart(bytes[index]), !isDigit(bytes[index]) { index += 1 }
        let text = start..<index
        if Self.silent.contains(where: { bytes.reads($0, in: text) }) { return nil }
        return GenericToken(rank: rank(of: text, in: bytes), text: text)
    }

    private func rank(of text: Range<Int>, in bytes: Span<UInt8>) -> GenericToken.Rank {
        // A single a or b is short for alpha or beta only where a number follows it (1.0b2);
        // elsewhere it is a letter of a mended version (1.1.1a).
        if text.count == 1, bytes.hasDigit(at: text.upperBound) {
            if bytes.reads("a", in: text) { return .alpha }
            if bytes.reads("b", in: text) { return .beta }
        }
        return Self.words.first { bytes.reads($0.word, in: text) }?.rank ?? .word
    }

    /// Letters of any script, and digits.
    private func isPart(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte >= 0x80
    }
}
