/// The equations of CVSS v3.0 (section 8) and v3.1 (section 7). The versions differ in rounding up
/// and in the environmental impact of a changed scope.
struct CVSS3 {
    private let vector: CVSSVector
    private var isVersion31: Bool { vector.version == .v31 }

    init(_ vector: CVSSVector) {
        self.vector = vector
    }

    var baseScore: Double {
        let isChanged = vector["S"] == "C"
        let subScore = impactSubScore(("C", 1), ("I", 1), ("A", 1))
        let impact =
            isChanged
            ? changedImpact(subScore, factor: 1, power: 15) : 6.42 * subScore
        return combined(
            impact: impact, exploitability: exploitability(modified: false, isChanged),
            isChanged: isChanged)
    }

    var temporalScore: Double {
        roundedUp(baseScore * temporalFactor)
    }

    var environmentalScore: Double {
        let isChanged = value("S", modified: true) == "C"
        let subScore = min(
            impactSubScore(
                ("MC", requirement("CR")), ("MI", requirement("IR")), ("MA", requirement("AR"))),
            0.915)
        let impact =
            isChanged
            ? isVersion31
                ? changedImpact(subScore, factor: 0.9731, power: 13)
                : changedImpact(subScore, factor: 1, power: 15)
            : 6.42 * subScore
        let score = combined(
            impact: impact, exploitability: exploitability(modified: true, isChanged),
            isChanged: isChanged)
        return roundedUp(score * temporalFactor)
    }

    private func combined(impact: Double, exploitability: Double, isChanged: Bool) -> Double {
        guard impact > 0 else { return 0 }
        return roundedUp(min((impact + exploitability) * (isChanged ? 1.08 : 1), 10))
    }

    private func changedImpact(_ subScore: Double, factor: Double, power: Int) -> Double {
        let inner = subScore * factor - 0.02
        let raised = (0..<power).reduce(1.0) { product, _ in product * inner }
        return 7.52 * (subScore - 0.029) - 3.25 * raised
    }

    private func impactSubScore(_ losses: (metric: String, weight: Double)...) -> Double {
        1 - losses.reduce(1.0) { $0 * (1 - loss($1.metric) * $1.weight) }
    }

    private func exploitability(modified: Bool, _ isChanged: Bool) -> Double {
        8.22 * attackVector(modified) * attackComplexity(modified)
            * privileges(modified, isChanged) * interaction(modified)
    }

    private var temporalFactor: Double {
        exploitMaturity * remediation * confidence
    }

    /// The least number with one decimal that is not below. v3.1 (appendix A) works on whole
    /// hundred-thousandths; v3.0 means the exact value, and what lies above by less than binary
    /// fractions can tell is not above.
    private func roundedUp(_ value: Double) -> Double {
        guard isVersion31 else { return Double(leastInteger(notBelow: value * 10 - 1e-11)) / 10 }
        let whole = Int(value * 100_000 + 0.5)
        return Double((whole + 9_999) / 10_000) / 10
    }

    private func leastInteger(notBelow value: Double) -> Int {
        let below = Int(value)
        return Double(below) < value ? below + 1 : below
    }

    /// A base metric's value, or its modified one when it is defined and asked for.
    private func value(_ metric: String, modified: Bool) -> String {
        let own = modified ? vector["M" + metric] : "X"
        return own == "X" ? vector[metric] : own
    }

    private func attackVector(_ modified: Bool) -> Double {
        switch value("AV", modified: modified) {
        case "N": 0.85
        case "A": 0.62
        case "L": 0.55
        default: 0.2
        }
    }

    private func attackComplexity(_ modified: Bool) -> Double {
        value("AC", modified: modified) == "L" ? 0.77 : 0.44
    }

    private func privileges(_ modified: Bool, _ isChanged: Bool) -> Double {
        switch value("PR", modified: modified) {
        case "N": 0.85
        case "L": isChanged ? 0.68 : 0.62
        default: isChanged ? 0.5 : 0.27
        }
    }

    private func interaction(_ modified: Bool) -> Double {
        value("UI", modified: modified) == "N" ? 0.85 : 0.62
    }

    /// The loss of `C`, `I`, `A`, or of `MC`, `MI`, `MA`.
    private func loss(_ metric: String) -> Double {
        let isModified = metric.count == 2
        switch value(isModified ? String(metric.dropFirst()) : metric, modified: isModified) {
        case "H": return 0.56
        case "L": return 0.22
        default: return 0
        }
    }

    private func requirement(_ metric: String) -> Double {
        switch vector[metric] {
        case "H": 1.5
        case "L": 0.5
        default: 1
        }
    }

    private var exploitMaturity: Double {
        switch vector["E"] {
        case "F": 0.97
        case "P": 0.94
        case "U": 0.91
        default: 1
        }
    }

    private var remediation: Double {
        switch vector["RL"] {
        case "W": 0.97
        case "T": 0.96
        case "O": 0.95
        default: 1
        }
    }

    private var confidence: Double {
        switch vector["RC"] {
        case "R": 0.96
        case "U": 0.92
        default: 1
        }
    }
}
