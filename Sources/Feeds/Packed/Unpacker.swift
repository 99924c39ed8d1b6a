import AdvisoryFormats

/// A library that unpacks streams of one form.
protocol Unpacker: AnyObject {
    /// Ready for a file's first byte.
    init() throws

    /// Unpacks as much as fits.
    ///
    /// - Parameters:
    ///   - input: Packed bytes; none at the file's end.
    ///   - output: Where unpacked bytes go.
    /// - Returns: How far it came.
    /// - Throws: `StreamDamage` when the data are damaged or want too much memory.
    func step(
        _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws -> UnpackingStep
}

/// What came of one step.
struct UnpackingStep {
    /// How many packed bytes were used.
    var used: Int
    /// How many unpacked bytes came out.
    var given: Int
    /// Whether the file may end behind what was used.
    var mayEnd: Bool
}

extension Unpacker {
    /// The unpacked bytes of a file, also of several streams one after another, counted against
    /// what may come out of it.
    static func unpacked(_ packed: ByteStream, _ budget: UnpackingBudget) -> ByteStream {
        var unpacker: Self?
        var rest: [UInt8] = []
        var place = 0
        var count = (packed: Int64(0), unpacked: Int64(0))
        var mayEnd = false
        return ByteStream {
            let current = try unpacker ?? Self()
            unpacker = current
            while true {
                if place == rest.count {
                    rest = try packed.next()
                    place = 0
                    count.packed += Int64(rest.count)
                }
                let isAtEnd = rest.isEmpty
                var step = UnpackingStep(used: 0, given: 0, mayEnd: false)
                let piece = try [UInt8](unsafeUninitializedCapacity: ByteStream.pieceSize) {
                    (output, filled) in
                    step = try rest.withUnsafeMutableBufferPointer { input in
                        try current.step(
                            UnsafeMutableBufferPointer(rebasing: input[place...]), into: output)
                    }
                    filled = step.given
                }
                place += step.used
                if !piece.isEmpty || step.used > 0 { mayEnd = step.mayEnd }
                if !piece.isEmpty {
                    count.unpacked += Int64(piece.count)
                    try budget.take(
                        piece.count, total: count.unpacked, packed: count.packed)
                    return piece
                }
                if isAtEnd {
                    guard mayEnd || step.mayEnd else {
                        throw StreamDamage("the packed data end too early")
                    }
                    return []
                }
                // A library that neither takes nor gives would be asked for ever.
                guard step.used > 0 else { throw damagedData }
            }
        }
    }
}

/// What cannot be unpacked as it stands.
let damagedData = StreamDamage("the packed data are damaged")
