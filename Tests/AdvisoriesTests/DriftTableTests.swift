import TestSupport
import Testing

@testable import Advisories

/// What endpoints have besides their bases, packed: the same is asked of plain lists.
struct DriftTableTests {
    @Test(arguments: Seeds.all)
    func `it gives back what it took, however often that changes`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = DriftTable()
        var plain: [[Int32]] = Array(repeating: [], count: 60)
        table.makeRoom(for: plain.count)
        // Enough changes that what is not used any more is given back several times.
        for _ in 0..<6_000 {
            let endpoint = Int.random(in: plain.indices, using: &random)
            let most = [0, 3, 40, 300].randomElement(using: &random) ?? 0
            let rows = Set((0..<most).map { _ in Int32.random(in: 0...90_000, using: &random) })
            plain[endpoint] = rows.sorted().map { Bool.random(using: &random) ? $0 : ~$0 }
            table.set(plain[endpoint], of: UInt32(endpoint))
            #expect(table[UInt32(endpoint)] == plain[endpoint], "seed \(seed)")
        }
        for (endpoint, marks) in plain.enumerated() {
            #expect(table[UInt32(endpoint)] == marks, "seed \(seed)")
        }
        let marks = plain.reduce(0) { $0 + $1.count }
        #expect(table.byteCount < marks * 8 + plain.count * 12 + 200_000, "seed \(seed)")
    }

    @Test func `the least and the largest row are told apart from what is lacking`() {
        var table = DriftTable()
        table.makeRoom(for: 2)
        for marks: [Int32] in [[0], [~0], [.max], [~Int32.max], [~0, 1, ~2, .max], []] {
            table.set(marks, of: 1)
            #expect(table[1] == marks)
            #expect(table[0] == [])
        }
    }

    @Test(arguments: Seeds.all)
    func `numbers are added to rising ones and taken out in their places`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (rising, plain): ([Int32], Set<Int32>) = ([], [])
        for _ in 0..<500 {
            let number = Int32.random(in: 0..<60, using: &random)
            if Bool.random(using: &random) {
                rising.insert(rising: number)
                plain.insert(number)
            } else {
                rising.remove(rising: number)
                plain.remove(number)
            }
            #expect(rising == plain.sorted(), "seed \(seed)")
        }
    }
}
