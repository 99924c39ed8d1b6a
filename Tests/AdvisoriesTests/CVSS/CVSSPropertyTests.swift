import Advisories
import TestSupport
import Testing

/// Random vectors of each version.
@Suite struct `The laws of CVSS scores` {
    private static let base: [CVSSVector.Version: [String]] = [
        .v2: ["AV L A N", "AC H M L", "Au M S N", "C N P C", "I N P C", "A N P C"],
        .v30: [
            "AV P L A N", "AC H L", "PR H L N", "UI R N", "S U C", "C N L H", "I N L H", "A N L H",
        ],
        .v31: [
            "AV P L A N", "AC H L", "PR H L N", "UI R N", "S U C", "C N L H", "I N L H", "A N L H",
        ],
        .v4: [
            "AV P L A N", "AC H L", "AT P N", "PR H L N", "UI A P N", "VC N L H", "VI N L H",
            "VA N L H", "SC N L H", "SI N L H", "SA N L H",
        ],
    ]
    private static let further: [CVSSVector.Version: [String]] = [
        .v2: ["E ND U POC F H", "RL OF TF W U", "CDP ND N L LM MH H", "TD N L M H", "CR L M H"],
        .v30: ["E X U P F H", "RL O T W U", "CR L M H", "MAV X P L A N", "MS X U C", "MC N L H"],
        .v31: ["E X U P F H", "RL O T W U", "CR L M H", "MAV X P L A N", "MS X U C", "MC N L H"],
        .v4: ["E X U P A", "CR L M H", "MAV X P L A N", "MSI X N L H S", "MVC N L H", "U X Red"],
    ]

    private func fields(_ metrics: [String], _ generator: inout SeededGenerator) -> [String] {
        metrics.map { metric in
            let words = metric.split(separator: " ")
            return "\(words[0]):\(words[Int.random(in: 1..<words.count, using: &generator)])"
        }
    }

    private func text(_ version: CVSSVector.Version, _ fields: [String]) -> String {
        (version == .v2 ? "" : "CVSS:\(version.rawValue)/") + fields.joined(separator: "/")
    }

    @Test(arguments: CVSSVector.Version.allCases, Seeds.all)
    func `scores lie on the scale, and neither order nor undefined metrics change them`(
        version: CVSSVector.Version, seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            var all = fields(Self.base[version] ?? [], &generator)
            all += fields(Self.further[version] ?? [], &generator)
                .filter { _ in Bool.random(using: &generator) }
            let vector = try CVSSVector(text(version, all))
            let scores =
                [vector.baseScore, vector.score] + [vector.temporalScore].compactMap { $0 }
            for score in scores {
                #expect((0...10).contains(score), "seed \(seed): \(vector)")
                #expect(Double(Int(score * 10 + 0.5)) / 10 == score, "seed \(seed): \(vector)")
            }
            let shuffled = try CVSSVector(text(version, all.shuffled(using: &generator)))
            #expect(shuffled == vector, "seed \(seed): \(vector)")
            let canonical = try CVSSVector(vector.canonicalText)
            #expect(canonical.score == vector.score, "seed \(seed): \(vector)")
            #expect(canonical.canonicalText == vector.canonicalText, "seed \(seed): \(vector)")
        }
    }

    /// Values of base metrics stand here from mild to bad.
    @Test(arguments: CVSSVector.Version.allCases, Seeds.all)
    func `a worse base metric never lowers the base score`(
        version: CVSSVector.Version, seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let metrics = Self.base[version] ?? []
        for _ in 0..<200 {
            var all = fields(metrics, &generator)
            let place = Int.random(in: 0..<metrics.count, using: &generator)
            let words = metrics[place].split(separator: " ")
            var last = 0.0
            for word in words.dropFirst() {
                all[place] = "\(words[0]):\(word)"
                let score = try CVSSVector(text(version, all)).baseScore
                #expect(score >= last, "seed \(seed): \(all)")
                last = score
            }
        }
    }

    @Test(arguments: Seeds.all)
    func `a damaged vector is read or refused`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<2_000 {
            let version = CVSSVector.Version.allCases.randomElement(using: &generator) ?? .v4
            var bytes = Array(text(version, fields(Self.base[version] ?? [], &generator)).utf8)
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
            do {
                let score = try CVSSVector(String(decoding: bytes, as: UTF8.self)).score
                #expect((0...10).contains(score), "seed \(seed)")
            } catch { refused += 1 }
        }
        #expect((1..<2_000).contains(refused), "seed \(seed)")
    }
}
