/// The order of Maven (POM reference, "Version Order Specification"). It reads any text that is not
/// empty. Unlike the other orders it keeps a list of tokens while it works, since zeros are dropped
/// from the end; and Maven's own rules make no total order of all texts (docs/versions.md).
enum MavenOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        let left = try MavenToken.tokens(of: a)
        let right = try MavenToken.tokens(of: b)
        for place in 0..<max(left.count, right.count) {
            // The shorter one goes on with nothing, written as the longer one writes.
            let x = place < left.count ? left[place] : right[place].nothing
            let y = place < right.count ? right[place] : left[place].nothing
            let difference = x.difference(a, from: y, b)
            if difference != 0 { return difference }
        }
        return 0
    }
}

/// A number or word of a Maven version, and whether a hyphen stands before it (or a change from
/// digits to letters, which counts as one).
struct MavenToken {
    let afterHyphen: Bool
    let isNumber: Bool
    let text: Range<Int>
    let rank: Rank

    /// The words that have a place of their own, from old to new; the rest follow by letters.
    enum Rank: Int {
        case alpha, beta, milestone, candidate, snapshot, release, servicePack, other
    }

    private static let words: [(word: StaticString, rank: Rank)] = [
        ("alpha", .alpha), ("beta", .beta), ("milestone", .milestone), ("rc", .candidate),
        ("cr", .candidate), ("snapshot", .snapshot), ("", .release), ("ga", .release),
        ("final", .release), ("release", .release), ("sp", .servicePack),
    ]
    private static let abbreviations: [(word: StaticString, rank: Rank)] = [
        ("a", .alpha), ("b", .beta), ("m", .milestone),
    ]

    /// What stands for this token in a version that has none here: a zero for a number after a
    /// full stop, else the release.
    var nothing: MavenToken {
        MavenToken(
            afterHyphen: afterHyphen, isNumber: isNumber && !afterHyphen, text: 0..<0,
            rank: .release)
    }

    func difference(_ bytes: Span<UInt8>, from other: MavenToken, _ otherBytes: Span<UInt8>) -> Int
    {
        switch (isNumber, other.isNumber) {
        case (true, true):
            if afterHyphen != other.afterHyphen { return afterHyphen ? -1 : 1 }
            return numberDifference(bytes, text, otherBytes, other.text)
        case (true, false): return 1
        case (false, true): return -1
        case (false, false):
            if rank != other.rank { return rank.rawValue - other.rank.rawValue }
            let words =
                rank == .other
                ? bytesDifference(bytes, text, otherBytes, other.text, foldingCase: true) : 0
            if words != 0 || afterHyphen == other.afterHyphen { return words }
            return afterHyphen ? 1 : -1
        }
    }

    /// The tokens without those that say nothing.
    static func tokens(of bytes: Span<UInt8>) throws(VersionProblem) -> [MavenToken] {
        let body = bytes.trimmed()
        if body.isEmpty { throw .empty }
        var tokens: [MavenToken] = []
        var index = body.lowerBound
        var afterHyphen = false
        while true {
            let start = index
            let isNumber = index < body.upperBound && isDigit(bytes[index])
            while index < body.upperBound, isDigit(bytes[index]) == isNumber,
                bytes[index] != dotByte, bytes[index] != hyphenByte
            { index += 1 }
            tokens.append(
                token(bytes, start..<index, isNumber || index == start, afterHyphen))
            guard index < body.upperBound else { break }
            let isSeparator = bytes[index] == dotByte || bytes[index] == hyphenByte
            afterHyphen = bytes[index] != dotByte
            if isSeparator { index += 1 }
        }
        dropNothings(&tokens, bytes)
        return tokens
    }

    private static func token(
        _ bytes: Span<UInt8>, _ text: Range<Int>, _ isNumber: Bool, _ afterHyphen: Bool
    ) -> MavenToken {
        var rank = Rank.other
        if !isNumber {
            let known =
                bytes.hasDigit(at: text.upperBound)
                ? words.first { bytes.reads($0.word, in: text) }
                    ?? abbreviations.first { bytes.reads($0.word, in: text) }
                : words.first { bytes.reads($0.word, in: text) }
            rank = known?.rank ?? .other
        }
        return MavenToken(afterHyphen: afterHyphen, isNumber: isNumber, text: text, rank: rank)
    }

    /// Drops zeros and empty words at the end, and before each hyphen that is left.
    private static func dropNothings(_ tokens: inout [MavenToken], _ bytes: Span<UInt8>) {
        var kept: [MavenToken] = []
        // From the end to the start; `kept` is the tail that stays, the other way round.
        var mayDrop = true
        for (place, token) in tokens.enumerated().reversed() {
            let isNothing =
                token.isNumber ? bytes.isZero(token.text) : token.rank == .release
            if mayDrop, isNothing, place > 0 { continue }
            kept.append(token)
            mayDrop = token.afterHyphen
        }
        tokens = kept.reversed()
    }
}
