import TestSupport
import Testing
import Versions

/// Random versions, many of them near each other, are held against the laws of a total order.
@Suite struct `The laws of the Debian order` {
    @Test(arguments: Seeds.all)
    func `it is antisymmetric, and equal versions hash alike`(seed: UInt64) throws {
        var samples = VersionSamples(seed: seed)
        for _ in 0..<5_000 {
            let a = samples.wellFormed()
            let b =
                Bool.random(using: &samples.generator)
                ? samples.wellFormed() : samples.neighbour(of: a)
            guard let left = try? DebianVersion(a), let right = try? DebianVersion(b) else {
                continue
            }
            let order = left.order(to: right)
            #expect(right.order(to: left) == order.reversed, "seed \(seed): \(a) and \(b)")
            #expect((left == right) == (order == .equal), "seed \(seed): \(a) and \(b)")
            #expect((left < right) == (order == .less), "seed \(seed): \(a) and \(b)")
            if order == .equal {
                #expect(left.hashValue == right.hashValue, "seed \(seed): \(a) and \(b)")
            }
        }
    }

    @Test(arguments: Seeds.all)
    func `it is transitive, and equality is a congruence`(seed: UInt64) throws {
        var samples = VersionSamples(seed: seed)
        for _ in 0..<3_000 {
            let first = samples.wellFormed()
            let texts = [first, samples.neighbour(of: first), samples.neighbour(of: first)]
            let sorted = texts.compactMap { try? DebianVersion($0) }.sorted()
            guard sorted.count == 3 else { continue }
            let pairs = (sorted[0].order(to: sorted[1]), sorted[1].order(to: sorted[2]))
            let outer = sorted[0].order(to: sorted[2])
            #expect(
                pairs.0 != .greater && pairs.1 != .greater && outer != .greater,
                "seed \(seed): \(texts)")
            let allEqual = pairs == (.equal, .equal)
            #expect((outer == .equal) == allEqual, "seed \(seed): \(texts)")
        }
    }

    @Test(arguments: Seeds.all)
    func `any text is either read or refused with a reason, and reading is stable`(seed: UInt64)
        throws
    {
        var samples = VersionSamples(seed: seed)
        var refused = 0
        for _ in 0..<5_000 {
            let text = samples.arbitrary()
            do {
                let version = try DebianVersion(text)
                #expect(try DebianVersion(version.text) == version, "seed \(seed): \(text)")
                #expect(
                    try DebianVersion.order(text, version.text) == .equal, "seed \(seed): \(text)")
            } catch {
                refused += 1
                #expect(error.text == text, "seed \(seed)")
            }
        }
        #expect((1..<5_000).contains(refused), "seed \(seed): the samples are all alike")
    }
}
