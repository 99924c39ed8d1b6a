/// Where the parts of a Debian version stand in its bytes. Reading it allocates nothing.
struct DebianVersionLayout: Sendable {
    let epoch: Int32
    let upstream: Range<Int>
    /// Empty when there is no revision, which orders as the revision `0` does.
    let revision: Range<Int>

    var hasRevision: Bool { !revision.isEmpty }

    /// Finds the parts; refuses what dpkg refuses, in the order in which dpkg looks.
    init(of bytes: Span<UInt8>) throws(VersionProblem) {
        let body = try Self.trimmed(bytes)
        let colon = Self.first(colonByte, in: bytes, body)
        epoch =
            try colon.map { colon throws(VersionProblem) in
                try Self.epoch(bytes, body.lowerBound..<colon)
            } ?? 0
        let start = colon.map { $0 + 1 } ?? body.lowerBound
        guard start < body.upperBound else { throw .nothingAfterEpoch }
        let rest = start..<body.upperBound
        if let hyphen = Self.last(hyphenByte, in: bytes, rest) {
            guard hyphen + 1 < rest.upperBound else { throw .revisionEmpty }
            upstream = rest.lowerBound..<hyphen
            revision = hyphen + 1..<rest.upperBound
        } else {
            upstream = rest
            revision = rest.upperBound..<rest.upperBound
        }
        guard !upstream.isEmpty else { throw .upstreamEmpty }
    }

    /// Negative when this version is older than the other, zero when neither is newer, positive
    /// when it is newer.
    func difference(
        from other: DebianVersionLayout, in bytes: Span<UInt8>, _ otherBytes: Span<UInt8>
    ) -> Int {
        if epoch != other.epoch { return epoch < other.epoch ? -1 : 1 }
        let upstreams = partDifference(
            bytes.extracting(upstream), otherBytes.extracting(other.upstream))
        if upstreams != 0 { return upstreams }
        return partDifference(bytes.extracting(revision), otherBytes.extracting(other.revision))
    }

    /// Feeds what the order looks at and nothing else, so that versions which are equal hash alike.
    func hash(_ bytes: Span<UInt8>, into hasher: inout Hasher) {
        hasher.combine(epoch)
        hashPart(bytes.extracting(upstream), into: &hasher)
        hashPart(bytes.extracting(revision), into: &hasher)
    }

    /// The first thing that `dpkg --validate-version` would find fault with.
    func flaw(in bytes: Span<UInt8>) -> VersionProblem? {
        guard isDigit(bytes[upstream.lowerBound]) else { return .upstreamNotDigitFirst }
        for index in upstream where !isPlain(bytes[index]) {
            guard bytes[index] == colonByte || bytes[index] == hyphenByte else {
                return .upstreamCharacter
            }
        }
        for index in revision where !isPlain(bytes[index]) {
            return .revisionCharacter
        }
        return nil
    }

    /// The bytes between the blanks at both ends.
    private static func trimmed(_ bytes: Span<UInt8>) throws(VersionProblem) -> Range<Int> {
        var range = 0..<bytes.count
        while let first = range.first, isBlank(bytes[first]) { range.removeFirst() }
        while let last = range.last, isBlank(bytes[last]) { range.removeLast() }
        if range.isEmpty { throw .empty }
        for index in range where isBlank(bytes[index]) { throw .embeddedSpace }
        return range
    }

    private static func epoch(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(VersionProblem) -> Int32 {
        if range.isEmpty { throw .epochEmpty }
        for index in range where !isDigit(bytes[index]) { throw .epochNotNumber }
        var value: Int32 = 0
        for index in range {
            let (tens, tooMany) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooMuch) = tens.addingReportingOverflow(Int32(bytes[index] - zeroByte))
            if tooMany || tooMuch { throw .epochTooBig }
            value = sum
        }
        return value
    }

    private static func first(_ byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        for index in range where bytes[index] == byte { return index }
        return nil
    }

    private static func last(_ byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        for index in range.reversed() where bytes[index] == byte { return index }
        return nil
    }
}

let zeroByte = UInt8(ascii: "0")
private let colonByte = UInt8(ascii: ":")
private let hyphenByte = UInt8(ascii: "-")

func isDigit(_ byte: UInt8) -> Bool {
    byte &- zeroByte < 10
}

func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26
}

/// Space and tab, which dpkg lets stand around a version.
func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09
}

/// A byte that may stand in every part of a version (Debian Policy 5.6.12).
private func isPlain(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: "~")
}
