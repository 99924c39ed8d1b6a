/// The equations of CVSS v2.0, section 3.2.
struct CVSS2 {
    private let vector: CVSSVector

    init(_ vector: CVSSVector) {
        self.vector = vector
    }

    var baseScore: Double {
        base(impact: impact(1, 1, 1))
    }

    var temporalScore: Double {
        temporal(of: baseScore)
    }

    var environmentalScore: Double {
        let adjusted = min(
            10, impact(requirement("CR"), requirement("IR"), requirement("AR")))
        let temporal = temporal(of: base(impact: adjusted))
        let score = rounded((temporal + (10 - temporal) * collateralDamage) * targetDistribution)
        // Requirements below the usual can take the equations below the scale.
        return max(score, 0)
    }

    private func base(impact: Double) -> Double {
        let exploitability = 20 * accessVector * accessComplexity * authentication
        let factor = impact == 0 ? 0 : 1.176
        return rounded((0.6 * impact + 0.4 * exploitability - 1.5) * factor)
    }

    private func impact(_ c: Double, _ i: Double, _ a: Double) -> Double {
        10.41
            * (1 - (1 - loss("C") * c) * (1 - loss("I") * i) * (1 - loss("A") * a))
    }

    private func temporal(of base: Double) -> Double {
        rounded(base * exploitability * remediation * confidence)
    }

    /// To one decimal, halves away from zero; the small term undoes what binary fractions lose.
    private func rounded(_ value: Double) -> Double {
        Double(Int(value * 10 + (value < 0 ? -0.5 - 1e-9 : 0.5 + 1e-9))) / 10
    }

    private var accessVector: Double {
        switch vector["AV"] {
        case "L": 0.395
        case "A": 0.646
        default: 1
        }
    }

    private var accessComplexity: Double {
        switch vector["AC"] {
        case "H": 0.35
        case "M": 0.61
        default: 0.71
        }
    }

    private var authentication: Double {
        switch vector["Au"] {
        case "M": 0.45
        case "S": 0.56
        default: 0.704
        }
    }

    private func loss(_ metric: String) -> Double {
        switch vector[metric] {
        case "P": 0.275
        case "C": 0.66
        default: 0
        }
    }

    private var exploitability: Double {
        switch vector["E"] {
        case "U": 0.85
        case "POC": 0.9
        case "F": 0.95
        default: 1
        }
    }

    private var remediation: Double {
        switch vector["RL"] {
        case "OF": 0.87
        case "TF": 0.9
        case "W": 0.95
        default: 1
        }
    }

    private var confidence: Double {
        switch vector["RC"] {
        case "UC": 0.9
        case "UR": 0.95
        default: 1
        }
    }

    private var collateralDamage: Double {
        switch vector["CDP"] {
        case "L": 0.1
        case "LM": 0.3
        case "MH": 0.4
        case "H": 0.5
        default: 0
        }
    }

    private var targetDistribution: Double {
        switch vector["TD"] {
        case "N": 0
        case "L": 0.25
        case "M": 0.75
        default: 1
        }
    }

    private func requirement(_ metric: String) -> Double {
        switch vector[metric] {
        case "L": 0.5
        case "H": 1.51
        default: 1
        }
    }
}
