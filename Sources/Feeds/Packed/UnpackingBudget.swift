import AdvisoryFormats

/// What a file may still unpack to, over all streams in it.
final class UnpackingBudget {
    private let limits: FeedLimits
    private var unpacked: Int64 = 0

    init(_ limits: FeedLimits) {
        self.limits = limits
    }

    /// Counts bytes that came out; `total` is all that came out of the same stream so far, `packed`
    /// all that went into it.
    func take(_ count: Int, total: Int64, packed: Int64) throws {
        unpacked += Int64(count)
        if unpacked > limits.unpackedBytes {
            throw StreamDamage("it unpacks to more than \(limits.unpackedBytes) bytes")
        }
        if total > limits.ratioFloor, total / max(1, packed) > limits.ratio {
            throw StreamDamage("it unpacks to more than \(limits.ratio) times its size")
        }
    }
}
