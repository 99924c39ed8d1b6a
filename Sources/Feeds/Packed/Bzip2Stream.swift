import AdvisoryFormats

/// Bzip2 files, also of several streams one after another.
enum Bzip2Stream {
    /// Whether a stream begins like one.
    static func isPacked(_ prefix: ArraySlice<UInt8>) -> Bool {
        let prefix = Array(prefix)
        return prefix.count >= 4 && prefix.starts(with: [0x42, 0x5A, 0x68])
            && (0x31...0x39).contains(prefix[3])
    }

    /// The unpacked bytes of a stream.
    static func unpacked(_ packed: ByteStream, _ budget: UnpackingBudget) -> ByteStream {
        Bzip2Reader.unpacked(packed, budget)
    }
}

/// Reads block after block; one is in memory at a time, with four bytes for each of its at most
/// 900,000.
private final class Bzip2Reader: PackedReader {
    private var input: PackedInput
    private var (buffer, bits) = (UInt64(0), 0)
    /// What a block of this stream holds at most; 0 before the stream's head.
    private var blockSize = 0
    private var isEnded = false
    private var block: Bzip2Block?

    init(_ input: PackedInput) {
        self.input = input
    }

    func next() throws -> [UInt8] {
        while !isEnded {
            if var open = block {
                block = nil
                let piece = open.next()
                if !piece.isEmpty {
                    block = open
                    return piece
                }
                guard open.isIntact else { throw damagedData }
            }
            if blockSize == 0 { try head() }
            switch try number(48) {
            case 0x3141_5926_5359: block = try readBlock()
            case 0x1772_4538_5090:
                _ = try number(32)
                (bits, blockSize) = (0, 0)
                isEnded = try input.isAtEnd()
            default: throw damagedData
            }
        }
        return []
    }

    private func head() throws {
        let head = try input.bytes(4)
        guard Bzip2Stream.isPacked(head[...]) else { throw damagedData }
        blockSize = Int(head[3] - 0x30) * 100_000
    }

    private func number(_ count: Int) throws -> UInt64 {
        while bits < count {
            buffer = buffer << 8 | UInt64(try input.byte())
            bits += 8
        }
        bits -= count
        return (buffer >> UInt64(bits)) & ((1 << UInt64(count)) - 1)
    }

    private func bit() throws -> Bool { try number(1) == 1 }

    private func readBlock() throws -> Bzip2Block {
        let checksum = UInt32(try number(32))
        // Blocks whose bytes are shuffled have not been made since 1999.
        if try bit() { throw damagedData }
        let origin = Int(try number(24))
        let symbols = try usedBytes()
        let (selectors, tables) = try codes(symbols.count + 2)
        let bytes = try self.bytes(symbols, selectors, tables)
        guard origin < bytes.count else { throw damagedData }
        return Bzip2Block(bytes, origin: origin, checksum: checksum)
    }

    private func usedBytes() throws -> [UInt8] {
        let groups = try number(16)
        var used: [UInt8] = []
        for group in 0..<16 where groups >> UInt64(15 - group) & 1 == 1 {
            let members = try number(16)
            for member in 0..<16 where members >> UInt64(15 - member) & 1 == 1 {
                used.append(UInt8(group * 16 + member))
            }
        }
        guard !used.isEmpty else { throw damagedData }
        return used
    }

    private func codes(_ symbolCount: Int) throws -> (selectors: [Int], tables: [PrefixCode]) {
        let tableCount = Int(try number(3))
        let selectorCount = Int(try number(15))
        guard (2...6).contains(tableCount), selectorCount > 0 else { throw damagedData }
        var order = Array(0..<tableCount)
        var selectors: [Int] = []
        for _ in 0..<selectorCount {
            var place = 0
            while try bit() {
                place += 1
                guard place < tableCount else { throw damagedData }
            }
            let table = order.remove(at: place)
            order.insert(table, at: 0)
            selectors.append(table)
        }
        var tables: [PrefixCode] = []
        for _ in 0..<tableCount {
            var length = Int(try number(5))
            var lengths: [Int] = []
            for _ in 0..<symbolCount {
                while true {
                    guard (1...PrefixCode.longest).contains(length) else { throw damagedData }
                    guard try bit() else { break }
                    length += try bit() ? -1 : 1
                }
                lengths.append(length)
            }
            tables.append(PrefixCode(lengths))
        }
        return (selectors, tables)
    }

    /// Symbols for each table of codes, before the next selector holds.
    private static let symbolsPerSelector = 50

    /// The block's bytes before the last column is turned back: runs and places in a list of bytes
    /// of which the last one used stands in front.
    private func bytes(
        _ symbols: [UInt8], _ selectors: [Int], _ tables: [PrefixCode]
    ) throws -> [UInt8] {
        var recent = symbols
        let end = symbols.count + 1
        var bytes: [UInt8] = []
        var (run, weight) = (0, 1)
        var (selector, left) = (0, 0)
        while true {
            if left == 0 {
                guard selector < selectors.count else { throw damagedData }
                left = Self.symbolsPerSelector
                selector += 1
            }
            left -= 1
            let symbol = try tables[selectors[selector - 1]].next { try self.bit() }
            if symbol <= 1 {
                run += weight << symbol
                weight <<= 1
                guard run <= blockSize else { throw damagedData }
                continue
            }
            if run > 0 {
                guard bytes.count + run <= blockSize else { throw damagedData }
                bytes.append(contentsOf: repeatElement(recent[0], count: run))
                (run, weight) = (0, 1)
            }
            if symbol == end { return bytes }
            guard bytes.count < blockSize else { throw damagedData }
            let byte = recent.remove(at: symbol - 1)
            recent.insert(byte, at: 0)
            bytes.append(byte)
        }
    }
}

/// A canonical prefix code: shorter codes first, of one length by symbol.
private struct PrefixCode {
    static let longest = 20
    /// By length: the first code, how many there are, and where their symbols begin.
    private var lengths: [(first: Int, count: Int, place: Int)] = []
    private var symbols: [Int] = []

    init(_ codeLengths: [Int]) {
        var code = 0
        for length in 0...Self.longest {
            let members = codeLengths.indices.filter { length > 0 && codeLengths[$0] == length }
            lengths.append((code, members.count, symbols.count))
            symbols += members
            code = (code + members.count) << 1
        }
    }

    func next(_ bit: () throws -> Bool) throws -> Int {
        var code = 0
        for length in 1...Self.longest {
            code = code << 1 | (try bit() ? 1 : 0)
            let known = lengths[length]
            // The codes of each length begin where those of the shorter ones end.
            let offset = code - known.first
            if offset >= 0, offset < known.count { return symbols[known.place + offset] }
        }
        throw damagedData
    }
}

/// A block whose bytes are handed out piece by piece.
private struct Bzip2Block {
    private let checksum: UInt32
    private var actual: UInt32 = ~0
    /// For each place of the last column, its byte and where the next one stands.
    private var links: [UInt32]
    private var place: UInt32
    private var left: Int
    /// The last byte, how often it came in a row, and how often it is still to be given.
    private var (last, row, pending): (UInt8, Int, Int) = (0, 0, 0)

    init(_ column: [UInt8], origin: Int, checksum: UInt32) {
        self.checksum = checksum
        var starts = [Int](repeating: 0, count: 257)
        for byte in column { starts[Int(byte) + 1] += 1 }
        for byte in 0..<256 { starts[byte + 1] += starts[byte] }
        links = column.map(UInt32.init)
        for (place, byte) in column.enumerated() {
            links[starts[Int(byte)]] |= UInt32(truncatingIfNeeded: place) << 8
            starts[Int(byte)] += 1
        }
        place = links[origin] >> 8
        left = column.count
    }

    /// Whether what came out is what was packed; told when all came out.
    var isIntact: Bool { ~actual == checksum }

    /// The next bytes; none when all came out.
    mutating func next() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ByteStream.pieceSize)
        while bytes.count < ByteStream.pieceSize {
            if pending > 0 {
                pending -= 1
                give(last, &bytes)
                continue
            }
            guard left > 0 else { break }
            let link = links[Int(place)]
            place = link >> 8
            left -= 1
            let byte = UInt8(truncatingIfNeeded: link)
            // After four of one kind, how many more of it follow.
            if row == 4 {
                (row, pending) = (0, Int(byte))
                continue
            }
            row = byte == last && row > 0 ? row + 1 : 1
            last = byte
            give(byte, &bytes)
        }
        return bytes
    }

    private mutating func give(_ byte: UInt8, _ bytes: inout [UInt8]) {
        bytes.append(byte)
        actual = actual << 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: actual >> 24) ^ byte)]
    }

    /// CRC-32 with the highest bit first, polynomial 04C11DB7.
    private static let table: [UInt32] = (0..<256).map { number in
        var value = UInt32(number) << 24
        for _ in 0..<8 { value = value & 0x8000_0000 != 0 ? value << 1 ^ 0x04C1_1DB7 : value << 1 }
        return value
    }
}
