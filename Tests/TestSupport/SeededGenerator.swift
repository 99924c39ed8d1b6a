import Foundation

/// Random numbers that a seed decides wholly (xoshiro256**, its state filled by SplitMix64): the
/// same seed gives the same numbers on every machine. A test that uses it shows the seed in its
/// failures.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// A generator that starts from `seed`; near seeds give unrelated numbers.
    public init(seed: UInt64) {
        var mixer = SplitMix64(state: seed)
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        let result = rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, by: 45)
        return result
    }

    private func rotated(_ value: UInt64, by bits: UInt64) -> UInt64 {
        value << bits | value >> (64 - bits)
    }
}

/// The seeds that a seeded test runs with: the one in the environment's `SEED`, else a short fixed
/// list.
public enum Seeds {
    /// The seeds of this run. Use it as a test's `arguments:`, so that a failure names its seed.
    public static let all: [UInt64] = {
        guard let text = ProcessInfo.processInfo.environment["SEED"], let seed = UInt64(text) else {
            return [1, 2, 3, 20_261_121, 0xDEAD_BEEF]
        }
        return [seed]
    }()
}

/// Steele, Lea and Flood's mixer: fills the larger state from one seed.
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
