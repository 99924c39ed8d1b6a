/// Random numbers that the seed decides wholly (SplitMix64), in the words that the world asks in.
struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Near seeds give unrelated numbers.
    init(seed: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95 &+ 1
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// At least 0 and less than 1.
    mutating func fraction() -> Double { Double(next() >> 11) / Double(UInt64(1) << 53) }

    /// Whether something of this likelihood happens.
    mutating func happens(_ likelihood: Double) -> Bool { fraction() < likelihood }

    /// A number of a range.
    mutating func number(in range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &self)
    }

    /// One of several; `nil` of none.
    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[Int(next() % UInt64(elements.count))]
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) }
    }
}
