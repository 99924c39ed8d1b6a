/// The order of apk-tools: `digits{.digits}{letter}{_suffix{digits}}{~hash}{-rdigits}`
/// (apk-package(5)).
///
/// apk compares texts that `apk version --check` refuses as far as they can be read, and so does
/// this: only a text that does not even begin with a digit is refused. Two that go wrong at the
/// same place are equal to apk, even where they go on with numbers (`5.7.3p1`, `5.7.3p2`: Alpine
/// has had such packages); here the generic order then decides.
enum AlpineOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        if a.isEmpty || b.isEmpty { throw .empty }
        guard a.hasDigit(at: 0), b.hasDigit(at: 0) else { throw .notNumberFirst }
        var left = AlpineToken(first: a)
        var right = AlpineToken(first: b)
        while left.rank == right.rank, left.kind.rawValue < AlpineToken.Kind.end.rawValue {
            let values = left.valueDifference(a, right, b)
            if values != 0 { return values }
            left.advance(in: a)
            right.advance(in: b)
        }
        guard left.kind == .invalid, right.kind == .invalid else { return left.rank - right.rank }
        return GenericOrder.remainderDifference(
            a.extracting(left.remainder(in: a)), b.extracting(right.remainder(in: b)))
    }
}

/// One token of an Alpine version and where it stands.
struct AlpineToken {
    /// What may follow in this order and no other. A version that goes on with an earlier kind is
    /// the newer one, except for suffixes of versions to come.
    enum Kind: Int {
        case initialDigits, digits, letter, suffix, suffixNumber, hash, revision, end, invalid
    }

    private(set) var kind: Kind
    /// The bytes that count: of a suffix its name, of a revision its digits.
    private(set) var text: Range<Int>
    /// The place of a suffix among `suffixes`.
    private var suffix = 0
    private var next: Int

    /// From the oldest to the newest.
    private static let suffixes: [StaticString] = [
        "alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p",
    ]
    /// So many of `suffixes` stand for a version that is still to come.
    private static let beforeRelease = 4
    /// The rank below all others.
    private static let oldest = -1

    init(first bytes: Span<UInt8>) {
        kind = .initialDigits
        next = bytes.digitsEnd(from: 0)
        text = 0..<next
    }

    /// Higher is newer, where two versions that were alike so far go on with different kinds.
    var rank: Int {
        if kind == .suffix, suffix < Self.beforeRelease { return Self.oldest }
        return Kind.invalid.rawValue - kind.rawValue
    }

    /// Compares the values of two tokens of one kind.
    func valueDifference(
        _ bytes: Span<UInt8>, _ other: AlpineToken, _ otherBytes: Span<UInt8>
    ) -> Int {
        switch kind {
        case .suffix: return suffix - other.suffix
        case .digits
        where bytes[text.lowerBound] == zeroByte
            || otherBytes[other.text.lowerBound] == zeroByte:
            // 1.05 stands before 1.1, as a decimal fraction does.
            return bytesDifference(bytes, text, otherBytes, other.text)
        case .initialDigits, .digits, .suffixNumber, .revision:
            return numberDifference(bytes, text, otherBytes, other.text)
        case .letter, .hash, .end, .invalid:
            return bytesDifference(bytes, text, otherBytes, other.text)
        }
    }

    /// Goes on to the next token.
    mutating func advance(in bytes: Span<UInt8>) {
        let start = next
        guard start < bytes.count else {
            kind = .end
            text = start..<start
            return
        }
        if !readNext(bytes, at: start) { kind = .invalid }
    }

    /// What cannot be read; nothing where it begins with a hyphen, after which only a revision has
    /// a meaning.
    func remainder(in bytes: Span<UInt8>) -> Range<Int> {
        bytes.has(hyphenByte, at: next) ? next..<next : next..<bytes.count
    }

    private mutating func readNext(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        let byte = bytes[start]
        switch byte {
        case dotByte:
            return kind.rawValue <= Kind.digits.rawValue && readDigits(.digits, bytes, start + 1)
        case _ where isDigit(byte):
            return kind == .suffix && readDigits(.suffixNumber, bytes, start)
        case underscoreByte:
            return kind.rawValue <= Kind.suffixNumber.rawValue && readSuffix(bytes, start + 1)
        case tildeByte:
            return kind.rawValue < Kind.hash.rawValue && readHash(bytes, start + 1)
        case hyphenByte:
            return kind.rawValue < Kind.revision.rawValue
                && bytes.has(UInt8(ascii: "r"), at: start + 1)
                && readDigits(.revision, bytes, start + 2)
        default:
            guard kind.rawValue <= Kind.digits.rawValue, byte >= UInt8(ascii: "a"),
                byte <= UInt8(ascii: "z")
            else { return false }
            take(.letter, start..<start + 1)
            return true
        }
    }

    private mutating func take(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        text = range
        next = range.upperBound
    }

    private mutating func readDigits(_ kind: Kind, _ bytes: Span<UInt8>, _ start: Int) -> Bool {
        let end = bytes.digitsEnd(from: start)
        guard end > start else { return false }
        take(kind, start..<end)
        return true
    }

    private mutating func readHash(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
        var end = start
        while end < bytes.count,
            isDigit(bytes[end]) || bytes[end] &- UInt8(ascii: "a") < 6
        { end += 1 }
        guard end > start else { return false }
        take(.hash, start..<end)
        return true
    }

    private mutating func readSuffix(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
        var end = start
        while end < bytes.count, bytes[end] &- UInt8(ascii: "a") < 26 { end += 1 }
        for (place, name) in Self.suffixes.enumerated() where bytes.reads(name, in: start..<end) {
            suffix = place
            take(.suffix, start..<end)
            return true
        }
        return false
    }
}
