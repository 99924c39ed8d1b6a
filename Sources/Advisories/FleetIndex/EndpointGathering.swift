/// A union of many sets, gathered in bits: each set costs its members once, however many are there
/// already. (To add lists to lists copies what has come before for each of them.)
struct EndpointGathering {
    /// By upper half, the bits of the numbers that share it; empty where there are none.
    private var blocks: [[UInt64]] = []

    /// Adds all numbers of a set, but for those of another.
    mutating func add(_ set: EndpointSet, without: EndpointSet = EndpointSet()) {
        set.forEachBlock { upper, members in
            while blocks.count <= Int(upper) { blocks.append([]) }
            if blocks[Int(upper)].isEmpty {
                blocks[Int(upper)] = Array(repeating: 0, count: Members.wordCount)
            }
            let absent = without.members(of: upper)
            blocks[Int(upper)].withUnsafeMutableBufferPointer {
                members.gather(into: $0, without: absent)
            }
        }
    }

    /// All that was added.
    consuming func gathered() -> EndpointSet {
        var set = EndpointSet()
        for upper in blocks.indices where !blocks[upper].isEmpty {
            let members = Members(words: blocks[upper])
            blocks[upper] = []
            if members.count > 0 { set.append(members, of: UInt16(upper)) }
        }
        return set
    }
}

extension Members {
    /// Members whose bits these are.
    init(words: [UInt64]) {
        self = Self.smallest(words, words.reduce(0) { $0 + $1.nonzeroBitCount })
    }

    /// Sets the bits of the members that another does not hold.
    fileprivate func gather(into words: UnsafeMutableBufferPointer<UInt64>, without: Members?) {
        switch (self, without) {
        case (.list(let list), nil):
            for member in list { words[Int(member >> 6)] |= Self.mask(member) }
        case (.list(let list), .list(let absent)):
            var next = 0
            for member in list {
                while next < absent.count, absent[next] < member { next += 1 }
                if next < absent.count, absent[next] == member { continue }
                words[Int(member >> 6)] |= Self.mask(member)
            }
        case (.list(let list), .bits(let absent, _)):
            for member in list {
                words[Int(member >> 6)] |= Self.mask(member) & ~absent[Int(member >> 6)]
            }
        case (.bits(let bits, _), nil):
            for index in bits.indices { words[index] |= bits[index] }
        case (.bits(let bits, _), .bits(let absent, _)):
            for index in bits.indices { words[index] |= bits[index] & ~absent[index] }
        case (.bits(let bits, _), .list(let absent)):
            var next = 0
            for index in bits.indices {
                var word = bits[index]
                while next < absent.count, Int(absent[next] >> 6) == index {
                    word &= ~Self.mask(absent[next])
                    next += 1
                }
                words[index] |= word
            }
        }
    }
}
