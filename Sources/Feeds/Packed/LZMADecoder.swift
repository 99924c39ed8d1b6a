import AdvisoryFormats

/// LZMA2 (the .xz file format's filter 0x21): chunks that are copied or unpacked with LZMA.
final class LZMADecoder {
    private let input: PackedInput
    private let dictionary: Int
    /// What came out last, at most twice the dictionary: the older half goes when it is full.
    private var window: [UInt8] = []
    /// Where in the window this chunk began.
    private var chunkStart = 0
    private var model: LZMAModel?

    init(_ input: PackedInput, dictionary: Int) {
        self.input = input
        // Small ones cost nothing, and let matches be copied without looking at the end each time.
        self.dictionary = max(dictionary, 1 << 16)
    }

    /// The bytes of a chunk, whose first byte was read.
    func chunk(_ control: UInt8) throws -> [UInt8] {
        let resetsDictionary = control == 1 || control >= 0xE0
        if resetsDictionary { window.removeAll(keepingCapacity: true) }
        // Places count from where the dictionary began, as far as their last four bits.
        if window.count > dictionary * 2 { window.removeFirst((window.count - dictionary) & ~15) }
        chunkStart = window.count
        if control < 0x80 {
            guard control <= 2 else { throw damagedData }
            let size = try number(2) + 1
            window += try input.bytes(size)
        } else {
            let size = (Int(control & 0x1F) << 16) + (try number(2)) + 1
            let packed = try number(2) + 1
            let reset = control >> 5 & 3
            if reset >= 2 {
                model = try LZMAModel(properties: try input.byte())
            } else if reset == 1 {
                model?.reset()
            }
            guard var open = model else { throw damagedData }
            model = nil
            var range = try RangeDecoder(input, size: packed)
            try open.decode(size, &range, into: &window, dictionary: dictionary)
            guard try range.isUsedUp() else { throw damagedData }
            model = open
        }
        return Array(window[chunkStart...])
    }

    private func number(_ count: Int) throws -> Int {
        try (0..<count).reduce(0) { value, _ in value << 8 | Int(try input.byte()) }
    }
}

/// Reads bits whose probabilities are learned.
struct RangeDecoder {
    private let bytes: [UInt8]
    private var place = 5
    private var range: UInt32 = ~0
    private var code: UInt32 = 0

    init(_ input: PackedInput, size: Int) throws {
        guard size >= 5 else { throw damagedData }
        bytes = try input.bytes(size)
        guard bytes[0] == 0 else { throw damagedData }
        for byte in bytes[1..<5] { code = code << 8 | UInt32(byte) }
    }

    /// Whether all bytes were read and say nothing more, once a chunk has ended.
    mutating func isUsedUp() throws -> Bool {
        try normalize()
        return place == bytes.count && code == 0
    }

    private mutating func normalize() throws {
        guard range < 1 << 24 else { return }
        guard place < bytes.count else { throw damagedData }
        range <<= 8
        code = code << 8 | UInt32(bytes[place])
        place += 1
    }

    /// One bit by a probability out of 2,048 that it is 0, which learns from it.
    mutating func bit(_ probability: inout UInt16) throws -> Int {
        try normalize()
        let bound = (range >> 11) * UInt32(probability)
        if code < bound {
            range = bound
            probability += (2048 - probability) >> 5
            return 0
        }
        range -= bound
        code -= bound
        probability -= probability >> 5
        return 1
    }

    /// Bits that are as likely 0 as 1, the highest first.
    mutating func plain(_ count: Int) throws -> Int {
        var value = 0
        for _ in 0..<count {
            try normalize()
            range >>= 1
            let isOne = code >= range
            if isOne { code -= range }
            value = value << 1 | (isOne ? 1 : 0)
        }
        return value
    }

    /// A number of so many bits, the highest first, by a tree of probabilities that begins at a
    /// place.
    mutating func tree(_ probabilities: inout [UInt16], at start: Int, _ bits: Int) throws -> Int {
        var node = 1
        for _ in 0..<bits { node = node << 1 | (try bit(&probabilities[start + node])) }
        return node - (1 << bits)
    }

    /// The same with the lowest bit first.
    mutating func backwards(
        _ probabilities: inout [UInt16], at start: Int, _ bits: Int
    ) throws -> Int {
        var (node, value) = (1, 0)
        for place in 0..<bits {
            let bit = try bit(&probabilities[start + node])
            node = node << 1 | bit
            value |= bit << place
        }
        return value
    }
}

/// What LZMA has learned, and the last distances.
struct LZMAModel {
    private let literalContext: Int
    private let literalMask: Int
    private let positionMask: Int
    private var state = 0
    private var distances = [0, 0, 0, 0]
    private var literals: [UInt16]
    private var isMatch = Self.fresh(12 << 4)
    private var isRepeat = Self.fresh(12)
    private var isRepeat0 = Self.fresh(12)
    private var isRepeat1 = Self.fresh(12)
    private var isRepeat2 = Self.fresh(12)
    private var isLongRepeat0 = Self.fresh(12 << 4)
    private var slots = Self.fresh(4 << 6)
    private var special = Self.fresh(128)
    private var align = Self.fresh(16)
    private var matchLength = LengthModel()
    private var repeatLength = LengthModel()

    static func fresh(_ count: Int) -> [UInt16] { [UInt16](repeating: 1024, count: count) }

    init(properties: UInt8) throws {
        var rest = Int(properties)
        guard rest < 9 * 5 * 5 else { throw damagedData }
        let context = rest % 9
        rest /= 9
        let position = rest % 5
        guard context + position <= 4 else { throw damagedData }
        literalContext = context
        literalMask = (1 << position) - 1
        positionMask = (1 << (rest / 5)) - 1
        literals = Self.fresh(0x300 << (context + position))
    }

    /// Forgets what was learned.
    mutating func reset() {
        let count = literals.count
        literals = Self.fresh(count)
        (isMatch, isLongRepeat0) = (Self.fresh(12 << 4), Self.fresh(12 << 4))
        (isRepeat, isRepeat0) = (Self.fresh(12), Self.fresh(12))
        (isRepeat1, isRepeat2) = (Self.fresh(12), Self.fresh(12))
        (slots, special, align) = (Self.fresh(4 << 6), Self.fresh(128), Self.fresh(16))
        (matchLength, repeatLength) = (LengthModel(), LengthModel())
        state = 0
        distances = [0, 0, 0, 0]
    }

    /// Unpacks so many bytes behind what is in the window.
    mutating func decode(
        _ size: Int, _ range: inout RangeDecoder, into window: inout [UInt8], dictionary: Int
    ) throws {
        let end = window.count + size
        while window.count < end {
            let position = window.count & positionMask
            if try range.bit(&isMatch[state << 4 | position]) == 0 {
                try literal(&range, &window)
                continue
            }
            guard let length = try match(&range, position, &window) else { continue }
            let distance = distances[0] + 1
            guard distance <= window.count, distance <= dictionary, length <= end - window.count
            else { throw damagedData }
            for _ in 0..<length { window.append(window[window.count - distance]) }
        }
    }

    private mutating func literal(_ range: inout RangeDecoder, _ window: inout [UInt8]) throws {
        let before = Int(window.last ?? 0)
        let place =
            (window.count & literalMask) << literalContext | before >> (8 - literalContext)
        let start = 0x300 * place
        var symbol = 1
        if state >= 7 {
            let distance = distances[0] + 1
            guard distance <= window.count else { throw damagedData }
            var match = Int(window[window.count - distance])
            while symbol < 0x100 {
                match <<= 1
                let told = match & 0x100
                let bit = try range.bit(&literals[start + 0x100 + told + symbol])
                symbol = symbol << 1 | bit
                if told >> 8 != bit { break }
            }
        }
        while symbol < 0x100 { symbol = symbol << 1 | (try range.bit(&literals[start + symbol])) }
        window.append(UInt8(truncatingIfNeeded: symbol))
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
    }

    /// The length of a match, whose distance stands first afterwards; `nil` for a single byte that
    /// was copied.
    private mutating func match(
        _ range: inout RangeDecoder, _ position: Int, _ window: inout [UInt8]
    ) throws -> Int? {
        if try range.bit(&isRepeat[state]) == 0 {
            let length = try matchLength.decode(&range, position)
            state = state < 7 ? 7 : 10
            let distance = try newDistance(&range, length)
            distances = [distance] + distances[..<3]
            return length + 2
        }
        if try range.bit(&isRepeat0[state]) == 0 {
            if try range.bit(&isLongRepeat0[state << 4 | position]) == 0 {
                let distance = distances[0] + 1
                guard distance <= window.count else { throw damagedData }
                window.append(window[window.count - distance])
                state = state < 7 ? 9 : 11
                return nil
            }
        } else {
            var place = 1
            if try range.bit(&isRepeat1[state]) == 1 {
                place = try range.bit(&isRepeat2[state]) == 0 ? 2 : 3
            }
            distances.insert(distances.remove(at: place), at: 0)
        }
        let length = try repeatLength.decode(&range, position)
        state = state < 7 ? 8 : 11
        return length + 2
    }

    private mutating func newDistance(_ range: inout RangeDecoder, _ length: Int) throws -> Int {
        let slot = try range.tree(&slots, at: min(length, 3) << 6, 6)
        if slot < 4 { return slot }
        let bits = slot >> 1 - 1
        let base = (2 | slot & 1) << bits
        if slot < 14 {
            return base + (try range.backwards(&special, at: base - slot, bits))
        }
        let high = try range.plain(bits - 4) << 4
        return base + high + (try range.backwards(&align, at: 0, 4))
    }
}

/// What is learned of the lengths of matches.
private struct LengthModel {
    private var choice: UInt16 = 1024
    private var secondChoice: UInt16 = 1024
    private var low = LZMAModel.fresh(16 << 3)
    private var middle = LZMAModel.fresh(16 << 3)
    private var high = LZMAModel.fresh(256)

    /// A length, less the two that every match has.
    mutating func decode(_ range: inout RangeDecoder, _ position: Int) throws -> Int {
        if try range.bit(&choice) == 0 { return try range.tree(&low, at: position << 3, 3) }
        if try range.bit(&secondChoice) == 0 {
            return 8 + (try range.tree(&middle, at: position << 3, 3))
        }
        return 16 + (try range.tree(&high, at: 0, 8))
    }
}
