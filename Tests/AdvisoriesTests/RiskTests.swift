import Fleet
import TestSupport
import Testing

@testable import Advisories

struct SSVCTests {
    /// CISA's published table, decision table 2.0.3: exploitation, automatable, technical impact,
    /// and the decisions for low, medium and high.
    private static let table = """
        none no partial: track track track
        none no total: track track trackStar
        none yes partial: track track attend
        none yes total: track track attend
        proofOfConcept no partial: track track trackStar
        proofOfConcept no total: track trackStar attend
        proofOfConcept yes partial: track track attend
        proofOfConcept yes total: track trackStar attend
        active no partial: track track attend
        active no total: track attend act
        active yes partial: attend attend act
        active yes total: attend act act
        """

    @Test func `every leaf of CISA's tree is as published`() throws {
        var leaves = 0
        for line in Self.table.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == ":" }).map(String.init)
            let points = SSVCPoints(
                exploitation: try #require(SSVCPoints.Exploitation(rawValue: words[0])),
                automatable: words[1] == "yes",
                technicalImpact: try #require(TechnicalImpact(rawValue: words[2])))
            for (mission, expected) in zip(Criticality.allCases, words.dropFirst(3)) {
                #expect(
                    SSVCTree.decision(points, mission: mission).rawValue == expected, "\(line)")
                leaves += 1
            }
        }
        #expect(leaves == 36)
    }
}

struct RiskTests {
    @Test func `the score and its sentence`() {
        let inputs = RiskInputs(
            cvss: 9.8, severity: .critical, epss: 0.944, isKnownExploited: true,
            ssvc: SSVCPoints(exploitation: .active, automatable: true, technicalImpact: .total),
            context: EndpointContext(exposure: .internetFacing, criticality: .high))
        let score = RiskScore(inputs)
        #expect(score.value == 98)
        #expect(
            score.sentence == """
                Risk 98.0 of 100: known to be exploited (KEV), CVSS 9.8, EPSS 0.944, automatable, \
                gives total control, the endpoint faces the internet, its criticality is high.
                """)
        #expect(
            RiskScore(RiskInputs()).sentence
                == "Risk 11.7 of 100: nobody has rated it, EPSS unknown.")
    }

    @Test func `what is exploited comes before what is only bad`() {
        let exploited = RiskScore(RiskInputs(cvss: 5.3, isKnownExploited: true))
        let bad = RiskScore(RiskInputs(cvss: 10, epss: 0.002))
        #expect(exploited.value > bad.value)
    }

    @Test(arguments: Seeds.all)
    func `no input that gets worse lowers the score, and it stays on its scale`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let inputs = Self.anyInputs(&random)
            let score = RiskScore(inputs).value
            #expect((0...100).contains(score))
            for worse in Self.worse(inputs, &random) {
                #expect(RiskScore(worse).value >= score, "seed \(seed): \(inputs) \(worse)")
            }
        }
    }

    @Test(arguments: [(0.0, 3, "0.000"), (9.8, 1, "9.8"), (0.0005, 3, "0.001"), (100, 1, "100.0")])
    func `numbers are written with their decimals`(_ value: Double, _ places: Int, _ text: String) {
        #expect(RiskScore.decimal(value, places: places) == text)
    }

    private static func anyInputs(_ random: inout SeededGenerator) -> RiskInputs {
        let points = SSVCPoints(
            exploitation: SSVCPoints.Exploitation.allCases.randomElement(using: &random) ?? .none,
            automatable: Bool.random(using: &random),
            technicalImpact: Bool.random(using: &random) ? .partial : .total)
        return RiskInputs(
            cvss: Bool.random(using: &random) ? Double.random(in: 0...10, using: &random) : nil,
            severity: Severity.allCases.randomElement(using: &random) ?? .low,
            epss: Bool.random(using: &random) ? Double.random(in: 0...1, using: &random) : nil,
            isKnownExploited: Bool.random(using: &random),
            ssvc: Bool.random(using: &random) ? points : nil,
            context: EndpointContext(
                exposure: Exposure.allCases.randomElement(using: &random) ?? .isolated,
                criticality: Criticality.allCases.randomElement(using: &random) ?? .low))
    }

    /// The same inputs, each with one of them worse.
    private static func worse(
        _ inputs: RiskInputs, _ random: inout SeededGenerator
    ) -> [RiskInputs] {
        func with(_ change: (inout RiskInputs) -> Void) -> RiskInputs {
            var copy = inputs
            change(&copy)
            return copy
        }
        let share = Double.random(in: 0...1, using: &random)
        return [
            with { $0.cvss = $0.cvss.map { $0 + (10 - $0) * share } },
            with { $0.epss = $0.epss.map { $0 + (1 - $0) * share } ?? share },
            with { $0.isKnownExploited = true },
            with { $0.ssvc?.exploitation = .active },
            with { $0.ssvc?.automatable = true },
            with { $0.context.exposure = .internetFacing },
            with { $0.context.criticality = .high },
        ]
    }
}
