/// Where the parts of a Debian version stand in its bytes. Reading it allocates nothing.
struct DebianVersionLayout: Sendable {
    let epoch: Int32
    let upstream: Range<Int>
    /// Empty when there is no revision, which orders as the revision `0` does.
    let revision: Range<Int>

    var hasRevision: Bool { !revision.isEmpty }

    /// Finds the parts in one pass; refuses what dpkg refuses, in the order in which dpkg looks,
    /// and what is not ASCII: dpkg warns of it, and orders it by the sign of the machine's `char`.
    init(of bytes: Span<UInt8>) throws(VersionProblem) {
        let body = Self.trimmed(bytes)
        if body.isEmpty { throw .empty }
        var colon = -1
        var hyphen = -1
        var index = body.lowerBound
        while index < body.upperBound {
            let byte = bytes[index]
            // Digits, letters and the full stop, of which most versions consist, go by.
            if byte <= hyphenByte || byte >= 0x7F || byte == colonByte {
                if byte == hyphenByte {
                    hyphen = index
                } else if byte == colonByte {
                    if colon < 0 { colon = index }
                } else if byte <= 0x20 || byte >= 0x7F {
                    throw isBlank(byte) ? .embeddedSpace : .notASCII
                }
            }
            index += 1
        }
        epoch = colon < 0 ? 0 : try Self.epoch(bytes, body.lowerBound..<colon)
        let start = colon < 0 ? body.lowerBound : colon + 1
        guard start < body.upperBound else { throw .nothingAfterEpoch }
        if hyphen >= start {
            guard hyphen + 1 < body.upperBound else { throw .revisionEmpty }
            upstream = start..<hyphen
            revision = hyphen + 1..<body.upperBound
        } else {
            upstream = start..<body.upperBound
            revision = body.upperBound..<body.upperBound
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
    private static func trimmed(_ bytes: Span<UInt8>) -> Range<Int> {
        var (start, end) = (0, bytes.count)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
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
}

/// A byte that may stand in every part of a version (Debian Policy 5.6.12).
private func isPlain(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == dotByte || byte == plusByte || byte == tildeByte
}
