extension [Int32] {
    /// How many words of bits are looked through for each number at most; beyond, to sort is less
    /// work.
    private static let wordsPerNumber = 32

    /// The numbers in order, each once. None is negative, and all are less than `limit`.
    ///
    /// The rows of an endpoint are a good part of some tens of thousands: to mark each in a row of
    /// bits, and to read the bits, is less work than to sort them.
    func rising(below limit: Int) -> [Int32] {
        if isRising { return self }
        let wordCount = limit / UInt64.bitWidth + 1
        guard wordCount <= count * Self.wordsPerNumber else { return sorted().withoutRepetitions }
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { words in
            words.initialize(repeating: 0)
            for number in self { words[Int(number >> 6)] |= 1 << UInt64(number & 63) }
            var rising: [Int32] = []
            rising.reserveCapacity(count)
            for (index, word) in words.enumerated() {
                var rest = word
                while rest != 0 {
                    rising.append(
                        Int32(truncatingIfNeeded: index << 6 | rest.trailingZeroBitCount))
                    rest &= rest - 1
                }
            }
            return rising
        }
    }

    private var isRising: Bool {
        withUnsafeBufferPointer { numbers in
            var place = 1
            while place < numbers.count {
                if numbers[place] <= numbers[place - 1] { return false }
                place += 1
            }
            return true
        }
    }

    private var withoutRepetitions: [Int32] {
        var numbers = self
        var last: Int32?
        numbers.removeAll { number in
            defer { last = number }
            return number == last
        }
        return numbers
    }

    /// Adds a number to rising ones.
    mutating func insert(rising number: Int32) {
        // Numbers mostly come in order.
        if last.map({ $0 < number }) ?? true { return append(number) }
        let place = risingPlace(of: number)
        if self[place] != number { insert(number, at: place) }
    }

    /// Takes a number out of rising ones.
    mutating func remove(rising number: Int32) {
        let place = risingPlace(of: number)
        if place < count, self[place] == number { remove(at: place) }
    }

    /// The first place whose number is not less.
    private func risingPlace(of number: Int32) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
