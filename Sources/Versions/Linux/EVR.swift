/// Where the parts of `[epoch:]version[-release]` stand, as rpm and libalpm cut it: the epoch is
/// the digits before a colon, the release is what follows the last hyphen.
struct EVR {
    /// Digits; empty means 0.
    let epoch: Range<Int>
    let version: Range<Int>
    /// `nil` when there is no hyphen.
    let release: Range<Int>?

    /// Refuses what no package database can hold: nothing at all, nothing where the version
    /// should stand, blanks and control characters.
    init(of bytes: Span<UInt8>) throws(VersionProblem) {
        if bytes.isEmpty { throw .empty }
        for index in 0..<bytes.count where bytes[index] <= 0x20 || bytes[index] == 0x7F {
            throw .embeddedSpace
        }
        let digits = bytes.digitsEnd(from: 0)
        let hasEpoch = bytes.has(colonByte, at: digits)
        epoch = hasEpoch ? 0..<digits : 0..<0
        let start = hasEpoch ? digits + 1 : 0
        guard start < bytes.count else { throw .nothingAfterEpoch }
        if let hyphen = bytes.last(hyphenByte, in: start..<bytes.count) {
            version = start..<hyphen
            release = hyphen + 1..<bytes.count
        } else {
            version = start..<bytes.count
            release = nil
        }
        if version.isEmpty { throw .upstreamEmpty }
    }
}
