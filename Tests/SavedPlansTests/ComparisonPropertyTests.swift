import Fleet
import TestSupport
import Testing

@testable import SavedPlans

/// Whatever was planned and whatever ran: nothing is lost and nothing is told twice.
@Suite struct `Nothing of a plan is lost` {
    private static let packages = ["openssl", "nginx", "bash"]
    private static let states: [PlanRun.State] = [.open, .installed, .failed, .notTried]

    private func rows(_ generator: inout SeededGenerator) -> [PlannedRow] {
        (0..<Int.random(in: 0...8, using: &generator)).map { _ in
            let start = Int64.random(in: 0...100, using: &generator)
            return Samples.planned(
                "web-\(Int.random(in: 1...3, using: &generator))",
                Self.packages[Int.random(in: 0...2, using: &generator)],
                to: "\(Int.random(in: 2...3, using: &generator))", starts: start,
                closes: Bool.random(using: &generator) ? start + 4 : nil)
        }
    }

    private func runs(_ generator: inout SeededGenerator) -> [PlanRun] {
        (0..<Int.random(in: 0...12, using: &generator)).map { number in
            let state = Self.states[Int.random(in: 0...3, using: &generator)]
            let ordered = Int64.random(in: -50...200, using: &generator)
            let hasBegun = state != .notTried && Bool.random(using: &generator)
            return Samples.run(
                "web-\(Int.random(in: 1...4, using: &generator))",
                Self.packages[Int.random(in: 0...2, using: &generator)],
                to: "\(Int.random(in: 1...4, using: &generator))", job: UInt64(number),
                policy: Bool.random(using: &generator) ? "servers" : nil,
                ordered: Samples.at(hours: ordered),
                began: hasBegun
                    ? Samples.at(hours: ordered + Int64.random(in: 0...40, using: &generator))
                    : nil,
                is: state)
        }
    }

    @Test(arguments: Seeds.all)
    func `every planned row and every run of its time stands exactly once`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let document = Samples.document(rows(&generator))
            let runs = runs(&generator)
            let now = Samples.at(hours: Int64.random(in: 0...300, using: &generator))
            let comparison = PlanComparison(
                of: document, with: runs.shuffled(using: &generator), evidence: PlanEvidence(),
                at: now)
            #expect(comparison.rows.map(\.planned) == document.installs)
            let lines = Set(document.installs.map(\.line))
            let mine = runs.filter { ($0.endedAt ?? now) >= document.from }
            let planned = mine.filter { lines.contains($0.line) }.map(\.job)
            #expect(comparison.rows.flatMap(\.jobs).sorted() == planned.sorted())
            let besides = mine.filter { run in
                !lines.contains(run.line)
                    && run.beganAt.map { $0 >= document.from && $0 < document.until } == true
            }
            #expect(comparison.unplanned.map(\.job).sorted() == besides.map(\.job).sorted())
            #expect(comparison.counts.values.reduce(0, +) == document.installs.count)
            for row in comparison.rows
            where [.anotherTime, .otherVersion, .notRun].contains(row.outcome) {
                #expect(!row.reasons.isEmpty)
            }
            #expect(comparison.unplanned.allSatisfy { !$0.reasons.isEmpty })
        }
    }
}
