/// Gives each distinct value a number, from 0 up, and finds it again. It holds each value once: a
/// dictionary from values to numbers beside a list of them would hold it twice, and a good part
/// more in places that stay empty.
struct NumberTable<Value: Hashable & Sendable>: Sendable {
    /// By number.
    private(set) var values: [Value] = []
    /// By hash, the number of a value; -1 for none. Its count is a power of two.
    private var slots: [Int32] = Array(repeating: -1, count: 16)

    /// The number of a value, if it has one.
    func number(of value: Value) -> Int32? {
        let number = slots[slot(of: value)]
        return number >= 0 ? number : nil
    }

    /// Gives a value that has none the next number.
    mutating func append(_ value: Value) -> Int32 {
        let number = Int32(truncatingIfNeeded: values.count)
        values.append(value)
        if values.count * 2 > slots.count {
            slots = Array(repeating: -1, count: slots.count * 2)
            for (place, value) in values.enumerated() {
                slots[slot(of: value)] = Int32(truncatingIfNeeded: place)
            }
        } else {
            slots[slot(of: value)] = number
        }
        return number
    }

    /// Where a value stands, or else where it would.
    private func slot(of value: Value) -> Int {
        let mask = slots.count - 1
        var slot = value.hashValue & mask
        while slots[slot] >= 0, values[Int(slots[slot])] != value { slot = (slot + 1) & mask }
        return slot
    }
}
