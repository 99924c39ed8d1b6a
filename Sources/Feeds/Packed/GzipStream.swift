import AdvisoryFormats

/// Gzip files (RFC 1952), also of several members one after another.
enum GzipStream {
    /// Whether a stream begins like one.
    static func isPacked(_ prefix: ArraySlice<UInt8>) -> Bool {
        prefix.elementsEqual([0x1F, 0x8B, 0x08])
    }

    /// The unpacked bytes of a stream.
    static func unpacked(_ packed: ByteStream, _ budget: UnpackingBudget) -> ByteStream {
        var inflater: Inflater?
        var state = (isEnded: false, hasInput: true, taken: Int64(0), given: Int64(0))
        func account(_ bytes: [UInt8]) throws -> [UInt8] {
            state.taken += Int64(bytes.count)
            try budget.take(bytes.count, total: state.taken, packed: state.given)
            return bytes
        }
        func feed(_ inflater: Inflater) throws {
            let piece = try packed.next()
            state.given += Int64(piece.count)
            if piece.isEmpty { state.hasInput = false } else { inflater.give(piece) }
        }
        return ByteStream {
            let current = try inflater ?? Inflater(.gzip)
            inflater = current
            while !state.isEnded {
                switch try current.step() {
                case .output(let bytes): return try account(bytes)
                case .needsInput:
                    try feed(current)
                    if !state.hasInput { throw StreamDamage("the packed data end too early") }
                case .end(let bytes):
                    if current.rest.count < 2, state.hasInput { try feed(current) }
                    // What is no further member is padding.
                    if current.rest.starts(with: [0x1F, 0x8B]) {
                        try current.restart()
                    } else {
                        state.isEnded = true
                    }
                    if !bytes.isEmpty { return try account(bytes) }
                }
            }
            return []
        }
    }
}
