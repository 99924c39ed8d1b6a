import TestSupport
import Testing

@testable import Advisories

/// Who has what, where endpoints are made from images and drift away from them.
struct HoldingsTests {
    /// What is said of the same fleet without bases and drift.
    private struct Plain {
        var rows: [UInt32: Set<Int32>] = [:]

        /// By row, the endpoints that have it.
        var holders: [Int32: Set<UInt32>] {
            var holders: [Int32: Set<UInt32>] = [:]
            for (endpoint, rows) in rows {
                for row in rows { holders[row, default: []].insert(endpoint) }
            }
            return holders
        }
    }

    private static let rowCount: Int32 = 900

    private func fleet(
        _ random: inout SeededGenerator, images: Int, endpoints: UInt32, drift: Int
    ) -> (Holdings, Plain) {
        var (holdings, plain) = (Holdings(), Plain())
        for _ in 0..<Self.rowCount { holdings.addRow() }
        let made = (0..<images).map { _ in
            Set((0..<200).map { _ in Int32.random(in: 0..<Self.rowCount, using: &random) })
        }
        for _ in 0..<endpoints * 2 {
            let endpoint = UInt32.random(in: 0..<endpoints, using: &random)
            var rows = made[Int(endpoint) % images]
            // Some are given up, and some change a little from what they are.
            switch Int.random(in: 0..<10, using: &random) {
            case 0: rows = []
            case 1...5: rows = plain.rows[endpoint] ?? rows
            default: break
            }
            for _ in 0..<(rows.isEmpty ? 0 : drift) {
                if let gone = rows.randomElement(using: &random) { rows.remove(gone) }
                rows.insert(Int32.random(in: 0..<Self.rowCount, using: &random))
            }
            plain.rows[endpoint] = rows
            holdings.set(endpoint, to: rows.sorted())
        }
        return (holdings, plain)
    }

    @Test(
        arguments: Seeds.all,
        [(images: 1, drift: 3), (images: 7, drift: 5), (images: 90, drift: 2), (3, 90)])
    func `it answers as a plain list of each endpoint's rows does`(
        _ seed: UInt64, _ shape: (images: Int, drift: Int)
    ) {
        var random = SeededGenerator(seed: seed)
        let (holdings, plain) = fleet(
            &random, images: shape.images, endpoints: 200, drift: shape.drift)
        for (endpoint, rows) in plain.rows {
            #expect(holdings.rows(of: endpoint) == rows.sorted(), "seed \(seed)")
        }
        let some = EndpointSet(
            (0..<15).map { _ in UInt32.random(in: 0..<200, using: &random) })
        let audience = holdings.audience(some)
        let holders = plain.holders
        for row in 0..<Self.rowCount {
            let expected = holders[row] ?? []
            #expect(
                holdings.holders(ofAny: [row]).numbers == expected.sorted(),
                "seed \(seed), row \(row)")
            #expect(holdings.isHeld(row) == !expected.isEmpty)
            #expect(
                holdings.isHeld(row, by: audience) == expected.contains(where: some.contains),
                "seed \(seed), row \(row)")
            for endpoint in [0, 17, 199, 100_000] as [UInt32] {
                #expect(holdings.isHeld(row, by: endpoint) == expected.contains(endpoint))
            }
        }
        for _ in 0..<20 {
            let wanted = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                Int32.random(in: 0..<Self.rowCount, using: &random)
            }
            let expected = wanted.reduce(into: Set<UInt32>()) { $0.formUnion(holders[$1] ?? []) }
            #expect(
                holdings.holders(ofAny: wanted).numbers == expected.sorted(), "seed \(seed)")
        }
    }

    @Test(arguments: Seeds.all)
    func `an endpoint that is told from another has what differs besides`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (holdings, plain) = fleet(&random, images: 5, endpoints: 60, drift: 4)
        var taken = 0
        for endpoint in 60..<300 as Range<UInt32> {
            let other = UInt32.random(in: 0..<endpoint, using: &random)
            var rows = plain.rows[other] ?? []
            var marks: [Int32] = []
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                let row = Int32.random(in: 0..<Self.rowCount, using: &random)
                if marks.contains(row) || marks.contains(~row) { continue }
                marks.append(rows.contains(row) ? ~row : row)
                if rows.remove(row) == nil { rows.insert(row) }
            }
            if holdings.set(endpoint, asOn: other, changing: marks) {
                taken += 1
            } else {
                holdings.set(endpoint, to: rows.sorted())
            }
            plain.rows[endpoint] = rows
            #expect(holdings.rows(of: endpoint) == rows.sorted(), "seed \(seed)")
        }
        #expect(taken > 100, "seed \(seed)")
        let holders = plain.holders
        for row in 0..<Self.rowCount {
            #expect(
                holdings.holders(ofAny: [row]).numbers == (holders[row] ?? []).sorted(),
                "seed \(seed), row \(row)")
        }
    }

    @Test func `endpoints of a few images share what they have`() {
        var holdings = Holdings()
        for _ in 0..<20_000 { holdings.addRow() }
        for endpoint in 0..<5_000 as Range<UInt32> {
            let image = Int32(endpoint % 5)
            var rows = Set((0..<1_000).map { image * 1_000 + $0 })
            // Each has ten of its rows in another version.
            for number in 0..<10 {
                let place = (Int32(endpoint) * 37 + Int32(number) * 91) % 1_000
                rows.remove(image * 1_000 + place)
                rows.insert(10_000 + image * 1_000 + place)
            }
            holdings.set(endpoint, to: rows.sorted())
        }
        #expect(holdings.bases.count <= 10)
        #expect(holdings.byteCount < 5_000 * 300, "\(holdings.byteCount)")
    }

    @Test func `bases that nobody is joined to are used again`() {
        var holdings = Holdings()
        for _ in 0..<200 { holdings.addRow() }
        for round in 0..<50 as Range<Int32> {
            holdings.set(0, to: Array((round * 3)..<(round * 3 + 40)))
        }
        #expect(holdings.bases.count <= 2)
        holdings.set(0, to: [])
        #expect((0..<200).allSatisfy { !holdings.isHeld($0) })
    }
}
