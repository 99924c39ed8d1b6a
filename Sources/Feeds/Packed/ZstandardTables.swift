import AdvisoryFormats

/// A table of finite state entropy: what each state stands for, and where it leads.
struct FSETable {
    let log: Int
    private(set) var symbols: [Int]
    private var widths: [Int]
    private var bases: [Int]

    /// One symbol, whatever comes.
    init(always symbol: Int) {
        (log, symbols, widths, bases) = (0, [symbol], [0], [0])
    }

    /// By how often each symbol comes; -1 is less than once.
    init(_ counts: [Int], log: Int) throws {
        let size = 1 << log
        self.log = log
        symbols = [Int](repeating: 0, count: size)
        var high = size - 1
        for (symbol, count) in counts.enumerated() where count == -1 {
            guard high >= 0 else { throw damagedData }
            symbols[high] = symbol
            high -= 1
        }
        var place = 0
        let step = size >> 1 + size >> 3 + 3
        for (symbol, count) in counts.enumerated() where count > 0 {
            for _ in 0..<count {
                symbols[place] = symbol
                repeat { place = (place + step) & (size - 1) } while place > high
            }
        }
        guard place == 0 else { throw damagedData }
        var next = counts.map { $0 == -1 ? 1 : $0 }
        (widths, bases) = ([], [])
        for symbol in symbols {
            guard symbol < next.count, next[symbol] > 0 else { throw damagedData }
            let state = next[symbol]
            next[symbol] += 1
            let width = log - (Int.bitWidth - 1 - state.leadingZeroBitCount)
            guard width >= 0 else { throw damagedData }
            widths.append(width)
            bases.append(state << width - size)
        }
    }

    /// Reads how often each symbol comes.
    init(_ reader: inout ForwardBytes, highest: Int, longest: Int) throws {
        var bits = ForwardBits(reader.rest)
        let log = try bits.number(4) + 5
        guard log <= longest else { throw damagedData }
        var left = 1 << log
        var counts: [Int] = []
        while left > 0 {
            guard counts.count <= highest else { throw damagedData }
            // So many values are possible that some need a bit less.
            let width = Int.bitWidth - (left + 1).leadingZeroBitCount
            let (low, spare) = (1 << (width - 1) - 1, 1 << width - 1 - (left + 1))
            var value = try bits.number(width - 1)
            if value >= spare {
                value |= try bits.number(1) << (width - 1)
                if value > low { value -= spare }
            }
            let count = value - 1
            left -= abs(count)
            counts.append(count)
            if count == 0 {
                var zeros = 3
                while zeros == 3 {
                    zeros = try bits.number(2)
                    counts += [Int](repeating: 0, count: zeros)
                    guard counts.count <= highest + 1 else { throw damagedData }
                }
            }
        }
        guard left == 0, counts.count <= highest + 1 else { throw damagedData }
        _ = try reader.bytes(bits.usedBytes)
        try self.init(counts, log: log)
    }

    /// The state behind one.
    func next(_ state: Int, _ bits: inout BackwardBits) throws -> Int {
        bases[state] + (try bits.number(widths[state]))
    }

    /// How many bits the state behind one takes.
    func width(_ state: Int) -> Int { widths[state] }
}

/// Bits from front to back, the lowest first.
private struct ForwardBits {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var usedBytes: Int { (place + 7) / 8 }

    mutating func number(_ count: Int) throws -> Int {
        guard place + count <= bytes.count * 8 else { throw damagedData }
        var value = 0
        for bit in 0..<count {
            value |= (Int(bytes[place >> 3]) >> (place & 7) & 1) << bit
            place += 1
        }
        return value
    }
}

/// The codes of literals: by so many of the next bits, the byte and how many it takes.
struct HuffmanTable {
    private let log: Int
    private var bytes: [UInt8]
    private var widths: [UInt8]

    /// The longest code, in bits.
    private static let longest = 11

    init(_ reader: inout ForwardBytes) throws {
        let head = Int(try reader.byte())
        var weights: [Int] = []
        if head >= 128 {
            for byte in try reader.bytes((head - 126) / 2) {
                weights += [Int(byte >> 4), Int(byte & 15)]
            }
            weights = Array(weights.prefix(head - 127))
        } else {
            weights = try Self.packedWeights(try reader.bytes(head))
        }
        guard weights.allSatisfy({ $0 <= Self.longest }) else { throw damagedData }
        let sum = weights.reduce(0) { $0 + ($1 > 0 ? 1 << ($1 - 1) : 0) }
        guard sum > 0, weights.count <= 255 else { throw damagedData }
        log = Int.bitWidth - sum.leadingZeroBitCount
        guard log <= Self.longest else { throw damagedData }
        // The last weight is what is left to the next power of two.
        let rest = 1 << log - sum
        guard rest & (rest - 1) == 0 else { throw damagedData }
        weights.append(rest.trailingZeroBitCount + 1)
        (bytes, widths) = ([], [])
        for weight in 1...log {
            for (symbol, own) in weights.enumerated() where own == weight {
                let count = 1 << (weight - 1)
                bytes += [UInt8](repeating: UInt8(symbol), count: count)
                widths += [UInt8](repeating: UInt8(log + 1 - weight), count: count)
            }
        }
        guard bytes.count == 1 << log else { throw damagedData }
    }

    /// Two states take turns until the bits are used up.
    private static func packedWeights(_ packed: [UInt8]) throws -> [Int] {
        var reader = ForwardBytes(packed)
        let table = try FSETable(&reader, highest: 12, longest: 6)
        var bits = try BackwardBits(reader.rest)
        var states = [try bits.number(table.log), try bits.number(table.log)]
        var weights: [Int] = []
        var turn = 0
        while true {
            guard weights.count <= 255 else { throw damagedData }
            weights.append(table.symbols[states[turn]])
            if bits.left < table.width(states[turn]) {
                weights.append(table.symbols[states[1 - turn]])
                return weights
            }
            states[turn] = try table.next(states[turn], &bits)
            turn = 1 - turn
        }
    }

    /// So many bytes.
    func decode(_ packed: [UInt8], _ count: Int) throws -> [UInt8] {
        var bits = try BackwardBits(packed)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(count)
        for _ in 0..<count {
            let place = bits.peek(log)
            decoded.append(bytes[place])
            _ = try bits.number(Int(widths[place]))
        }
        guard bits.isUsedUp else { throw damagedData }
        return decoded
    }
}

/// The codes of lengths (RFC 8878, section 3.1.1.3.2.1).
enum SequenceCodes {
    enum Kind: CaseIterable {
        case literals, offsets, match

        /// The highest code.
        var highest: Int {
            switch self {
            case .literals: 35
            case .offsets: 31
            case .match: 52
            }
        }

        /// The largest table, as a power of two.
        var longestLog: Int { self == .offsets ? 8 : 9 }
        /// The size of the table that nothing needs to be said of.
        var usualLog: Int { self == .offsets ? 5 : 6 }

        /// That table.
        var usual: [Int] {
            switch self {
            case .literals:
                [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2]
                    + [1, 1, 1, 1, 1, -1, -1, -1, -1]
            case .offsets:
                [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
                    + [-1, -1, -1, -1, -1]
            case .match:
                [1, 4, 3, 2, 2, 2, 2, 2, 2] + [Int](repeating: 1, count: 37)
                    + [Int](repeating: -1, count: 7)
            }
        }
    }

    /// What a code stands for, with the bits that belong to it.
    static func value(_ code: Int, _ bits: inout BackwardBits, of kind: Kind) throws -> Int {
        let (plain, more) = kind == .literals ? (16, literals) : (32, matches)
        if code < plain { return kind == .literals ? code : code + 3 }
        guard code - plain < more.count else { throw damagedData }
        let (base, width) = more[code - plain]
        return base + (try bits.number(width))
    }

    private static let literals = [
        (16, 1), (18, 1), (20, 1), (22, 1), (24, 2), (28, 2), (32, 3), (40, 3), (48, 4), (64, 6),
        (128, 7), (256, 8), (512, 9), (1024, 10), (2048, 11), (4096, 12), (8192, 13), (16384, 14),
        (32768, 15), (65536, 16),
    ]
    private static let matches = [
        (35, 1), (37, 1), (39, 1), (41, 1), (43, 2), (47, 2), (51, 3), (59, 3), (67, 4), (83, 4),
        (99, 5), (131, 7), (259, 8), (515, 9), (1027, 10), (2051, 11), (4099, 12), (8195, 13),
        (16387, 14), (32771, 15), (65539, 16),
    ]
}
