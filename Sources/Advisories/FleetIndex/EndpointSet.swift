/// A set of endpoint numbers, compressed: of the numbers that share their upper 16 bits, few are
/// kept as a sorted list and many as bits, so that a set costs at most two bytes a member and at
/// most one bit a possible member (the layout known as roaring bitmaps).
public struct EndpointSet: Hashable, Sendable {
    /// In the order of their upper halves; none is empty.
    private var blocks: [Block] = []

    /// The numbers that share one upper half.
    private struct Block: Hashable, Sendable {
        var upper: UInt16
        var members: Members
    }

    /// An empty set.
    public init() {}

    /// A set of these numbers.
    public init(_ numbers: some Sequence<UInt32>) {
        for number in numbers { insert(number) }
    }

    /// How many numbers it holds.
    public var count: Int { blocks.reduce(0) { $0 + $1.members.count } }

    /// Whether it holds none.
    public var isEmpty: Bool { blocks.isEmpty }

    /// The memory that its members take, in bytes.
    public var byteCount: Int { blocks.reduce(0) { $0 + $1.members.byteCount } }

    /// Whether it holds a number.
    public func contains(_ number: UInt32) -> Bool {
        let place = place(of: UInt16(number >> 16))
        return place.isKnown
            && blocks[place.index].members.contains(UInt16(truncatingIfNeeded: number))
    }

    /// Adds a number.
    public mutating func insert(_ number: UInt32) {
        let place = place(of: UInt16(number >> 16))
        let low = UInt16(truncatingIfNeeded: number)
        if place.isKnown {
            blocks[place.index].members.insert(low)
        } else {
            let block = Block(upper: UInt16(number >> 16), members: .list([low]))
            blocks.insert(block, at: place.index)
        }
    }

    /// Takes a number out.
    public mutating func remove(_ number: UInt32) {
        let place = place(of: UInt16(number >> 16))
        guard place.isKnown else { return }
        blocks[place.index].members.remove(UInt16(truncatingIfNeeded: number))
        if blocks[place.index].members.count == 0 { blocks.remove(at: place.index) }
    }

    /// Adds all numbers of another set.
    public mutating func formUnion(_ other: EndpointSet) {
        if blocks.isEmpty {
            blocks = other.blocks
            return
        }
        for block in other.blocks {
            let place = place(of: block.upper)
            if place.isKnown {
                blocks[place.index].members.formUnion(block.members)
            } else {
                blocks.insert(block, at: place.index)
            }
        }
    }

    /// The numbers that both sets hold.
    public func intersection(_ other: EndpointSet) -> EndpointSet {
        var result = EndpointSet()
        for block in blocks {
            let place = other.place(of: block.upper)
            guard place.isKnown else { continue }
            let members = block.members.intersection(other.blocks[place.index].members)
            if members.count > 0 {
                result.blocks.append(Block(upper: block.upper, members: members))
            }
        }
        return result
    }

    /// The numbers that the other set does not hold.
    public func subtracting(_ other: EndpointSet) -> EndpointSet {
        var result = EndpointSet()
        for block in blocks {
            let place = other.place(of: block.upper)
            let members =
                place.isKnown
                ? block.members.subtracting(other.blocks[place.index].members) : block.members
            if members.count > 0 {
                result.blocks.append(Block(upper: block.upper, members: members))
            }
        }
        return result
    }

    /// Whether the two hold no number together.
    public func isDisjoint(with other: EndpointSet) -> Bool {
        for block in blocks {
            let place = other.place(of: block.upper)
            if place.isKnown, !block.members.isDisjoint(with: other.blocks[place.index].members) {
                return false
            }
        }
        return true
    }

    /// Calls `body` with each number, in order.
    public func forEach(_ body: (UInt32) -> Void) {
        for block in blocks {
            let upper = UInt32(block.upper) << 16
            block.members.forEach { body(upper | UInt32($0)) }
        }
    }

    /// Calls `body` with the numbers that share each upper half, in order.
    func forEachBlock(_ body: (UInt16, Members) -> Void) {
        for block in blocks { body(block.upper, block.members) }
    }

    /// The lower halves of the numbers with an upper half; `nil` where there are none.
    func members(of upper: UInt16) -> Members? {
        let place = place(of: upper)
        return place.isKnown ? blocks[place.index].members : nil
    }

    /// Adds numbers whose upper half is higher than those that it holds.
    mutating func append(_ members: Members, of upper: UInt16) {
        precondition(blocks.last.map { $0.upper < upper } ?? true, "blocks come in order")
        blocks.append(Block(upper: upper, members: members))
    }

    /// The numbers in order.
    public var numbers: [UInt32] {
        var numbers: [UInt32] = []
        numbers.reserveCapacity(count)
        forEach { numbers.append($0) }
        return numbers
    }

    private func place(of upper: UInt16) -> (index: Int, isKnown: Bool) {
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].upper < upper { low = middle + 1 } else { high = middle }
        }
        return (low, low < blocks.count && blocks[low].upper == upper)
    }
}
