/// The lower halves of numbers that share their upper half: a sorted list while there are few, bits
/// when there are many. Which of the two is decided by the count alone, so that equal sets are
/// equal values.
enum Members: Hashable, Sendable {
    case list([UInt16])
    case bits(words: [UInt64], count: Int)

    /// Beyond this many members, bits (8 KiB) are smaller than a list (2 bytes a member).
    static let longestList = 4096
    /// Words of bits for 65,536 numbers.
    static let wordCount = 1024

    var count: Int {
        switch self {
        case .list(let list): list.count
        case .bits(_, let count): count
        }
    }

    var byteCount: Int {
        switch self {
        case .list(let list): list.count * 2
        case .bits(let words, _): words.count * 8
        }
    }

    func contains(_ member: UInt16) -> Bool {
        switch self {
        case .list(let list):
            let index = Self.place(of: member, in: list)
            return index < list.count && list[index] == member
        case .bits(let words, _):
            return words[Int(member >> 6)] & Self.mask(member) != 0
        }
    }

    mutating func insert(_ member: UInt16) {
        switch consume self {
        case .list(var list):
            // Numbers mostly come in order.
            if let last = list.last, last < member {
                list.append(member)
            } else {
                let index = Self.place(of: member, in: list)
                if index == list.count || list[index] != member { list.insert(member, at: index) }
            }
            self = list.count > Self.longestList ? Self.bits(of: list) : .list(list)
        case .bits(var words, var count):
            if words[Int(member >> 6)] & Self.mask(member) == 0 { count += 1 }
            words[Int(member >> 6)] |= Self.mask(member)
            self = .bits(words: words, count: count)
        }
    }

    mutating func remove(_ member: UInt16) {
        switch consume self {
        case .list(var list):
            let index = Self.place(of: member, in: list)
            if index < list.count, list[index] == member { list.remove(at: index) }
            self = .list(list)
        case .bits(var words, var count):
            if words[Int(member >> 6)] & Self.mask(member) != 0 { count -= 1 }
            words[Int(member >> 6)] &= ~Self.mask(member)
            self = Self.smallest(words, count)
        }
    }

    /// Adds all members of another. Bits that are there already are changed where they are: a union
    /// of many sets would else copy them for each.
    mutating func formUnion(_ other: Members) {
        switch other {
        case .list(let others):
            switch consume self {
            case .list(let list):
                let merged = Self.merged(list, others)
                self = merged.count > Self.longestList ? Self.bits(of: merged) : .list(merged)
            case .bits(var words, var count):
                for member in others {
                    let word = words[Int(member >> 6)]
                    if word & Self.mask(member) != 0 { continue }
                    words[Int(member >> 6)] = word | Self.mask(member)
                    count += 1
                }
                self = .bits(words: words, count: count)
            }
        case .bits(let others, let otherCount):
            switch consume self {
            case .list(let list):
                self = .bits(words: others, count: otherCount)
                for member in list { insert(member) }
            case .bits(var words, _):
                var count = 0
                for index in words.indices {
                    words[index] |= others[index]
                    count += words[index].nonzeroBitCount
                }
                self = .bits(words: words, count: count)
            }
        }
    }

    func intersection(_ other: Members) -> Members {
        switch (self, other) {
        case (.bits(var words, _), .bits(let others, _)):
            var count = 0
            for index in words.indices {
                words[index] &= others[index]
                count += words[index].nonzeroBitCount
            }
            return Self.smallest(words, count)
        case (.list(let list), _): return .list(list.filter(other.contains))
        case (_, .list(let list)): return .list(list.filter(contains))
        }
    }

    func subtracting(_ other: Members) -> Members {
        switch (self, other) {
        case (.bits(var words, _), .bits(let others, _)):
            var count = 0
            for index in words.indices {
                words[index] &= ~others[index]
                count += words[index].nonzeroBitCount
            }
            return Self.smallest(words, count)
        case (.list(let list), .list(let others)): return .list(Self.difference(list, others))
        case (.list(let list), _): return .list(list.filter { !other.contains($0) })
        case (.bits, .list(let others)):
            var rest = self
            for member in others { rest.remove(member) }
            return rest
        }
    }

    func isDisjoint(with other: Members) -> Bool {
        switch (self, other) {
        case (.bits(let words, _), .bits(let others, _)):
            words.indices.allSatisfy { words[$0] & others[$0] == 0 }
        case (.list(let list), .list(let others)) where list.count > others.count:
            !others.contains(where: contains)
        case (.list(let list), _): !list.contains(where: other.contains)
        case (_, .list(let list)): !list.contains(where: contains)
        }
    }

    func forEach(_ body: (UInt16) -> Void) {
        switch self {
        case .list(let list): for member in list { body(member) }
        case .bits(let words, _):
            for (index, word) in words.enumerated() {
                var rest = word
                while rest != 0 {
                    body(UInt16(truncatingIfNeeded: index << 6 | rest.trailingZeroBitCount))
                    rest &= rest - 1
                }
            }
        }
    }

    static func smallest(_ words: [UInt64], _ count: Int) -> Members {
        let bits = Members.bits(words: words, count: count)
        if count > longestList { return bits }
        var list: [UInt16] = []
        list.reserveCapacity(count)
        bits.forEach { list.append($0) }
        return .list(list)
    }

    private static func bits(of list: [UInt16]) -> Members {
        var words = [UInt64](repeating: 0, count: wordCount)
        for member in list { words[Int(member >> 6)] |= mask(member) }
        return .bits(words: words, count: list.count)
    }

    private static func merged(_ left: [UInt16], _ right: [UInt16]) -> [UInt16] {
        var merged: [UInt16] = []
        merged.reserveCapacity(left.count + right.count)
        var (l, r) = (0, 0)
        while l < left.count, r < right.count {
            let (a, b) = (left[l], right[r])
            merged.append(min(a, b))
            if a <= b { l += 1 }
            if b <= a { r += 1 }
        }
        merged += left[l...]
        merged += right[r...]
        return merged
    }

    /// The members of one list that another does not hold, in one pass over both.
    private static func difference(_ list: [UInt16], _ others: [UInt16]) -> [UInt16] {
        var rest: [UInt16] = []
        rest.reserveCapacity(list.count)
        var next = 0
        for member in list {
            while next < others.count, others[next] < member { next += 1 }
            if next == others.count || others[next] != member { rest.append(member) }
        }
        return rest
    }

    static func mask(_ member: UInt16) -> UInt64 { 1 << UInt64(member & 63) }

    /// The first place whose member is not less.
    private static func place(of member: UInt16, in list: [UInt16]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < member { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
