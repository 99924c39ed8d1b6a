import AdvisoryFormats

/// Zstandard (RFC 8878), also of several frames one after another; without dictionaries.
enum ZstandardStream {
    /// Whether a stream begins like one.
    static func isPacked(_ prefix: ArraySlice<UInt8>) -> Bool {
        prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
    }

    /// The unpacked bytes of a stream.
    static func unpacked(_ packed: ByteStream, _ budget: UnpackingBudget) -> ByteStream {
        ZstandardReader.unpacked(packed, budget)
    }
}

/// Reads frame after frame, block after block.
private final class ZstandardReader: PackedReader {
    private let input: PackedInput
    private var frame: Frame?
    private var isEnded = false

    /// What a frame may need of memory for what came out last, in bytes: that of `zstd --ultra -22`.
    private static let largestWindow = 128 << 20

    private struct Frame {
        var window: Int
        var hasChecksum: Bool
        var checksum = XXHash64()
        var blocks = ZstandardBlocks()
    }

    init(_ input: PackedInput) {
        self.input = input
    }

    func next() throws -> [UInt8] {
        while !isEnded {
            guard var open = frame else {
                try head()
                continue
            }
            frame = nil
            let head = try number(3)
            let (isLast, kind, size) = (head & 1 == 1, head >> 1 & 3, head >> 3)
            guard size <= ZstandardBlocks.largest else { throw damagedData }
            let piece: [UInt8]
            switch kind {
            case 0: piece = open.blocks.add(try input.bytes(size))
            case 1: piece = open.blocks.add([UInt8](repeating: try input.byte(), count: size))
            case 2: piece = try open.blocks.unpack(try input.bytes(size))
            default: throw damagedData
            }
            open.blocks.forget(beyond: open.window)
            if open.hasChecksum { open.checksum.take(piece) }
            if !isLast {
                frame = open
            } else {
                if open.hasChecksum {
                    let told = UInt64(try number(4))
                    guard told == open.checksum.value & 0xFFFF_FFFF else { throw damagedData }
                }
                isEnded = try input.isAtEnd()
            }
            if !piece.isEmpty { return piece }
        }
        return []
    }

    private func number(_ count: Int) throws -> Int {
        try (0..<count).reduce(0) { value, place in value | Int(try input.byte()) << (8 * place) }
    }

    private func head() throws {
        let magic = try number(4)
        // A frame for others, which says how long it is.
        if magic & 0xFFFF_FFF0 == 0x184D_2A50 {
            for _ in 0..<(try number(4)) { _ = try input.byte() }
            isEnded = try input.isAtEnd()
            return
        }
        guard magic == 0xFD2F_B528 else { throw damagedData }
        let flags = try number(1)
        guard flags & 0x08 == 0 else { throw damagedData }
        let isSingle = flags & 0x20 != 0
        var window = 0
        if !isSingle {
            let code = try number(1)
            let base = 1 << (10 + code >> 3)
            window = base + base / 8 * (code & 7)
        }
        guard try number([0, 1, 2, 4][flags & 3]) == 0 else {
            throw StreamDamage("it needs a dictionary to unpack")
        }
        let sizes = [isSingle ? 1 : 0, 2, 4, 8]
        let size = try input.bytes(sizes[flags >> 6]).reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        if isSingle { window = Int(min(size + (flags >> 6 == 1 ? 256 : 0), 1 << 40)) }
        guard window <= Self.largestWindow else {
            throw StreamDamage("it needs \(window >> 20) MiB of memory to unpack")
        }
        frame = Frame(window: max(window, 1024), hasChecksum: flags & 0x04 != 0)
    }
}

/// The check of a frame's content (XXH64, seed 0).
private struct XXHash64 {
    private static let primes: [UInt64] = [
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9,
        0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5,
    ]
    private var lanes: [UInt64] = [
        primes[0] &+ primes[1], primes[1], 0, 0 &- primes[0],
    ]
    private var rest: [UInt8] = []
    private var count: UInt64 = 0

    private static func turned(_ value: UInt64, _ by: UInt64) -> UInt64 {
        value << by | value >> (64 - by)
    }

    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        turned(lane &+ word &* primes[1], 31) &* primes[0]
    }

    private static func word(_ bytes: [UInt8], _ place: Int, _ size: Int) -> UInt64 {
        var value: UInt64 = 0
        for offset in (0..<size).reversed() { value = value << 8 | UInt64(bytes[place + offset]) }
        return value
    }

    mutating func take(_ bytes: [UInt8]) {
        count &+= UInt64(bytes.count)
        rest += bytes
        var place = 0
        while rest.count - place >= 32 {
            for lane in 0..<4 {
                lanes[lane] = Self.round(lanes[lane], Self.word(rest, place + 8 * lane, 8))
            }
            place += 32
        }
        rest.removeFirst(place)
    }

    var value: UInt64 {
        let primes = Self.primes
        var hash = primes[4]
        if count >= 32 {
            hash = zip(lanes, [1, 7, 12, 18]).reduce(UInt64(0)) { $0 &+ Self.turned($1.0, $1.1) }
            for lane in lanes { hash = (hash ^ Self.round(0, lane)) &* primes[0] &+ primes[3] }
        }
        hash = hash &+ count
        var place = 0
        while rest.count - place >= 8 {
            hash = hash ^ Self.round(0, Self.word(rest, place, 8))
            hash = Self.turned(hash, 27) &* primes[0] &+ primes[3]
            place += 8
        }
        if rest.count - place >= 4 {
            hash = hash ^ Self.word(rest, place, 4) &* primes[0]
            hash = Self.turned(hash, 23) &* primes[1] &+ primes[2]
            place += 4
        }
        for byte in rest[place...] {
            hash = Self.turned(hash ^ UInt64(byte) &* primes[4], 11) &* primes[0]
        }
        hash = (hash ^ hash >> 33) &* primes[1]
        hash = (hash ^ hash >> 29) &* primes[2]
        return hash ^ hash >> 32
    }
}
