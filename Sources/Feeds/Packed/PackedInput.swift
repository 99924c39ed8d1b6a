import AdvisoryFormats

/// The bytes of a packed stream, one after another, with how many were taken.
final class PackedInput {
    private let source: ByteStream
    private var piece: [UInt8] = []
    private var place = 0
    /// How many bytes were taken from the stream.
    private(set) var taken: Int64 = 0

    init(_ source: ByteStream) {
        self.source = source
    }

    /// Whether nothing is left.
    func isAtEnd() throws -> Bool {
        if place < piece.count { return false }
        piece = try source.next()
        place = 0
        return piece.isEmpty
    }

    /// The next byte, which stays; asked where something is left.
    func peek() throws -> UInt8 {
        if place == piece.count, try isAtEnd() { throw damagedData }
        return piece[place]
    }

    /// The next byte.
    func byte() throws -> UInt8 {
        if place == piece.count, try isAtEnd() {
            throw StreamDamage("the packed data end too early")
        }
        defer { place += 1 }
        taken += 1
        return piece[place]
    }

    /// The next bytes, so many.
    func bytes(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for _ in 0..<count { bytes.append(try byte()) }
        return bytes
    }
}

/// What makes packed bytes into what they stand for, a piece at a time.
protocol PackedReader: AnyObject {
    init(_ input: PackedInput)

    /// The next unpacked bytes; none at the end.
    func next() throws -> [UInt8]
}

extension PackedReader {
    /// The unpacked bytes of a stream, counted against what may come out of it.
    static func unpacked(_ packed: ByteStream, _ budget: UnpackingBudget) -> ByteStream {
        let input = PackedInput(packed)
        let reader = Self(input)
        var given: Int64 = 0
        return ByteStream {
            let piece = try reader.next()
            given += Int64(piece.count)
            try budget.take(piece.count, total: given, packed: input.taken)
            return piece
        }
    }
}

/// What cannot be unpacked as it stands.
let damagedData = StreamDamage("the packed data are damaged")
