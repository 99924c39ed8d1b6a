import AdvisoryFormats

/// Files of xz (The .xz File Format, 1.2.1) with the filter LZMA2, which is what `xz` writes; also
/// of several streams one after another.
enum XZStream {
    private static let magic: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]

    /// Whether a stream begins like one.
    static func isPacked(_ prefix: ArraySlice<UInt8>) -> Bool { prefix.starts(with: magic) }

    /// The unpacked bytes of a stream.
    static func unpacked(_ packed: ByteStream, _ budget: UnpackingBudget) -> ByteStream {
        XZReader.unpacked(packed, budget)
    }
}

/// Reads stream after stream, block after block.
private final class XZReader: PackedReader {
    private enum State {
        case streamHead, blockHead, chunks, ended
    }

    private let input: PackedInput
    private var state = State.streamHead
    private var check = XZCheck(kind: 0)
    private var decoder: LZMADecoder?
    private var blockStart: Int64 = 0

    /// What a dictionary may take of memory, in bytes: that of `xz -9`.
    private static let largestDictionary = 64 << 20

    init(_ input: PackedInput) {
        self.input = input
    }

    func next() throws -> [UInt8] {
        while true {
            switch state {
            case .ended: return []
            case .streamHead: try streamHead()
            case .blockHead: try blockHead()
            case .chunks:
                let piece = try chunk()
                if !piece.isEmpty {
                    check.take(piece)
                    return piece
                }
            }
        }
    }

    private func streamHead() throws {
        let head = try input.bytes(12)
        guard XZStream.isPacked(head[...]), head[6] == 0, head[7] < 16 else { throw damagedData }
        check = XZCheck(kind: head[7])
        state = .blockHead
    }

    private func blockHead() throws {
        blockStart = input.taken
        let size = Int(try input.byte())
        if size == 0 { return try index() }
        var rest = ArraySlice(try input.bytes(size * 4 + 3))
        let flags = try Self.take(&rest)
        guard flags & 0x3C == 0 else { throw damagedData }
        // Only one filter: others prepare machine code, and stand in front of LZMA2.
        guard flags & 0x03 == 0 else { throw StreamDamage("a filter of xz that is not read") }
        if flags & 0x40 != 0 { _ = try Self.number(&rest) }
        if flags & 0x80 != 0 { _ = try Self.number(&rest) }
        guard try Self.number(&rest) == 0x21, try Self.number(&rest) == 1 else {
            throw StreamDamage("a filter of xz that is not read")
        }
        let code = Int(try Self.take(&rest))
        guard code <= 40 else { throw damagedData }
        let dictionary = code == 40 ? 1 << 32 : (2 | code & 1) << (code / 2 + 11)
        guard dictionary <= Self.largestDictionary else {
            throw StreamDamage("it needs a dictionary of \(dictionary >> 20) MiB to unpack")
        }
        decoder = LZMADecoder(input, dictionary: dictionary)
        state = .chunks
    }

    private func chunk() throws -> [UInt8] {
        let control = try input.byte()
        if control == 0 {
            while (input.taken - blockStart) % 4 != 0 {
                guard try input.byte() == 0 else { throw damagedData }
            }
            guard check.isRight(try input.bytes(check.size)) else { throw damagedData }
            check.restart()
            state = .blockHead
            return []
        }
        guard let decoder else { throw damagedData }
        return try decoder.chunk(control)
    }

    /// The list of blocks, which says again how large they are; then the foot, and what follows.
    private func index() throws {
        var numbers = min(try number(), UInt64(Int64.max / 2)) * 2
        while numbers > 0 {
            _ = try number()
            numbers -= 1
        }
        while (input.taken - blockStart) % 4 != 0 { _ = try input.byte() }
        let foot = try input.bytes(16)
        guard foot[14] == 0x59, foot[15] == 0x5A else { throw damagedData }
        state = .ended
        guard try !input.isAtEnd() else { return }
        // Padding between streams is a multiple of four zeros; what is nothing of it is left.
        state = .streamHead
        try skipPadding()
    }

    private func skipPadding() throws {
        while try !input.isAtEnd(), try input.peek() == 0 { _ = try input.byte() }
        if try input.isAtEnd() { state = .ended }
    }

    private func number() throws -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<9 {
            let byte = try input.byte()
            value |= UInt64(byte & 0x7F) << UInt64(7 * place)
            if byte & 0x80 == 0 { return value }
        }
        throw damagedData
    }

    private static func take(_ bytes: inout ArraySlice<UInt8>) throws -> UInt8 {
        guard let byte = bytes.popFirst() else { throw damagedData }
        return byte
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<9 {
            let byte = try take(&bytes)
            value |= UInt64(byte & 0x7F) << UInt64(7 * place)
            if byte & 0x80 == 0 { return value }
        }
        throw damagedData
    }
}

/// The check behind each block.
private struct XZCheck {
    /// How many bytes it has.
    let size: Int
    private let kind: UInt8
    private var value: UInt64

    /// The sizes of the kinds 0 to 15.
    private static let sizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]

    init(kind: UInt8) {
        self.kind = kind
        size = Self.sizes[Int(kind & 15)]
        value = Self.start(of: kind)
    }

    /// All ones, as many as the sum has bits.
    private static func start(of kind: UInt8) -> UInt64 { kind == 1 ? 0xFFFF_FFFF : ~0 }

    mutating func restart() { value = Self.start(of: kind) }

    mutating func take(_ bytes: [UInt8]) {
        guard kind == 1 || kind == 4 else { return }
        let table = kind == 1 ? Self.crc32 : Self.crc64
        var value = self.value
        for byte in bytes {
            value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
        }
        self.value = value
    }

    /// Whether it is what was packed; other kinds than CRC-32 and CRC-64 are not looked at.
    func isRight(_ bytes: [UInt8]) -> Bool {
        guard kind == 1 || kind == 4 else { return true }
        let told = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return told == (kind == 1 ? ~value & 0xFFFF_FFFF : ~value)
    }

    private static let crc32 = table(0xEDB8_8320)
    private static let crc64 = table(0xC96C_5795_D787_0F42)

    private static func table(_ polynomial: UInt64) -> [UInt64] {
        (0..<256).map { number in
            (0..<8).reduce(UInt64(number)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1
            }
        }
    }
}
