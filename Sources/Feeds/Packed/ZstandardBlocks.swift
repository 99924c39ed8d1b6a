import AdvisoryFormats

/// The blocks of a frame: what each leaves for the next, and what came out last.
struct ZstandardBlocks {
    /// The most bytes that a block is, packed or not.
    static let largest = 128 * 1024

    private var window: [UInt8] = []
    private var huffman: HuffmanTable?
    private var tables: [FSETable?] = [nil, nil, nil]
    private var offsets = [1, 4, 8]

    /// Takes bytes as they are.
    mutating func add(_ bytes: [UInt8]) -> [UInt8] {
        window += bytes
        return bytes
    }

    /// Forgets what no match can reach any more.
    mutating func forget(beyond size: Int) {
        if window.count > size * 2 + Self.largest { window.removeFirst(window.count - size) }
    }

    /// Unpacks a block: literals, and sequences of how many of them, and which match follows.
    mutating func unpack(_ block: [UInt8]) throws -> [UInt8] {
        var reader = ForwardBytes(block)
        let literals = try self.literals(&reader)
        var count = Int(try reader.byte())
        if count == 255 {
            count = try reader.number(2) + 0x7F00
        } else if count >= 128 {
            count = (count - 128) << 8 + Int(try reader.byte())
        }
        let start = window.count
        guard count > 0 else {
            guard reader.isAtEnd else { throw damagedData }
            return add(literals)
        }
        try readTables(&reader)
        guard let lengths = tables[0], let places = tables[1], let matches = tables[2] else {
            throw damagedData
        }
        var bits = try BackwardBits(reader.rest)
        var states = (
            try bits.number(lengths.log), try bits.number(places.log), try bits.number(matches.log)
        )
        var used = 0
        for sequence in 0..<count {
            let place = places.symbols[states.1]
            guard place <= 31 else { throw damagedData }
            let offset = try 1 << place + bits.number(place)
            let match = try SequenceCodes.value(matches.symbols[states.2], &bits, of: .match)
            let length = try SequenceCodes.value(lengths.symbols[states.0], &bits, of: .literals)
            if sequence < count - 1 {
                states.0 = try lengths.next(states.0, &bits)
                states.2 = try matches.next(states.2, &bits)
                states.1 = try places.next(states.1, &bits)
            }
            guard used + length <= literals.count else { throw damagedData }
            window += literals[used..<used + length]
            used += length
            let distance = try distance(offset, length)
            guard distance <= window.count, window.count + match - start <= Self.largest else {
                throw damagedData
            }
            for _ in 0..<match { window.append(window[window.count - distance]) }
        }
        guard bits.isUsedUp else { throw damagedData }
        window += literals[used...]
        guard window.count - start <= Self.largest else { throw damagedData }
        return Array(window[start...])
    }

    /// What an offset means: one of the last three, or a new one.
    private mutating func distance(_ offset: Int, _ length: Int) throws -> Int {
        if offset > 3 {
            offsets = [offset - 3, offsets[0], offsets[1]]
            return offset - 3
        }
        let place = offset - (length == 0 ? 0 : 1)
        let distance = place == 3 ? offsets[0] - 1 : offsets[place]
        guard distance > 0 else { throw damagedData }
        if place == 3 {
            offsets = [distance, offsets[0], offsets[1]]
        } else if place > 0 {
            offsets.remove(at: place)
            offsets.insert(distance, at: 0)
        }
        return distance
    }

    private mutating func readTables(_ reader: inout ForwardBytes) throws {
        let modes = Int(try reader.byte())
        guard modes & 3 == 0 else { throw damagedData }
        for (number, kind) in SequenceCodes.Kind.allCases.enumerated() {
            switch modes >> (6 - 2 * number) & 3 {
            case 0: tables[number] = try FSETable(kind.usual, log: kind.usualLog)
            case 1:
                let symbol = Int(try reader.byte())
                guard symbol <= kind.highest else { throw damagedData }
                tables[number] = FSETable(always: symbol)
            case 2:
                tables[number] = try FSETable(
                    &reader, highest: kind.highest, longest: kind.longestLog)
            // As in the block before.
            default: break
            }
        }
    }

    private mutating func literals(_ reader: inout ForwardBytes) throws -> [UInt8] {
        let first = Int(try reader.byte())
        let (kind, format) = (first & 3, first >> 2 & 3)
        if kind < 2 {
            let size =
                format & 1 == 0
                ? first >> 3
                : first >> 4 | (try reader.number(format == 1 ? 1 : 2)) << 4
            guard size <= Self.largest else { throw damagedData }
            return kind == 0
                ? try reader.bytes(size) : [UInt8](repeating: try reader.byte(), count: size)
        }
        let widths = [(2, 10), (2, 10), (3, 14), (4, 18)]
        let (more, width) = widths[format]
        let sizes = first >> 4 | (try reader.number(more)) << 4
        let (size, packed) = (sizes & (1 << width - 1), sizes >> width)
        guard size <= Self.largest else { throw damagedData }
        var part = ForwardBytes(try reader.bytes(packed))
        if kind == 2 { huffman = try HuffmanTable(&part) }
        guard let huffman else { throw damagedData }
        if format == 0 { return try huffman.decode(part.rest, size) }
        let lengths = [try part.number(2), try part.number(2), try part.number(2)]
        let piece = (size + 3) / 4
        guard size >= 6 else { throw damagedData }
        var literals: [UInt8] = []
        for length in lengths { literals += try huffman.decode(try part.bytes(length), piece) }
        guard size - 3 * piece >= 0 else { throw damagedData }
        return literals + (try huffman.decode(part.rest, size - 3 * piece))
    }
}

/// Bytes from front to back.
struct ForwardBytes {
    private let all: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { all = bytes }

    var isAtEnd: Bool { place == all.count }
    var rest: [UInt8] { Array(all[place...]) }

    mutating func byte() throws -> UInt8 {
        guard place < all.count else { throw damagedData }
        defer { place += 1 }
        return all[place]
    }

    mutating func bytes(_ count: Int) throws -> [UInt8] {
        guard count <= all.count - place else { throw damagedData }
        defer { place += count }
        return Array(all[place..<place + count])
    }

    /// A number of so many bytes, the lowest first.
    mutating func number(_ count: Int) throws -> Int {
        try bytes(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}

/// Bits from the last byte to the first, the highest first, behind a one that marks where they
/// begin.
struct BackwardBits {
    private let bytes: [UInt8]
    /// How many bits are left; below zero where more were read than there are, which are zeros.
    private(set) var left: Int

    init(_ bytes: [UInt8]) throws {
        guard let last = bytes.last, last != 0 else { throw damagedData }
        self.bytes = bytes
        left = bytes.count * 8 - last.leadingZeroBitCount - 1
    }

    var isUsedUp: Bool { left == 0 }

    mutating func number(_ count: Int) throws -> Int {
        let value = peek(count)
        left -= count
        guard left >= -64 else { throw damagedData }
        return value
    }

    /// The next bits, which stay.
    func peek(_ count: Int) -> Int {
        var (value, need, place) = (0, count, left)
        while need > 0, place > 0 {
            let (byte, inByte) = ((place - 1) >> 3, (place - 1) & 7 + 1)
            let taken = min(need, inByte)
            let part = Int(bytes[byte]) >> (inByte - taken) & (1 << taken - 1)
            value = value << taken | part
            need -= taken
            place -= taken
        }
        return value << need
    }
}
