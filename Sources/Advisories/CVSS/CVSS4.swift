/// The scoring of CVSS v4.0, section 8: the vector falls into a macro vector of six equivalence
/// sets (EQ1 to EQ6) with a score of its own, from which the vector's distance to the worst vector
/// of each set takes a share of the way down to the next lower macro vector.
///
/// Computed in whole numbers, so that rounding is exact.
struct CVSS4 {
    private let vector: CVSSVector
    /// Whether threat and environmental metrics are left out (CVSS-B).
    private let isBaseOnly: Bool

    init(_ vector: CVSSVector, isBaseOnly: Bool) {
        self.vector = vector
        self.isBaseOnly = isBaseOnly
    }

    /// From 0 to 10, in steps of 0.1.
    var score: Double {
        let impacts = ["VC", "VI", "VA", "SC", "SI", "SA"]
        guard impacts.contains(where: { value($0) != "N" }) else { return 0 }
        let macro = macroVector
        guard let worst = macro.score else { return 0 }
        let distances = distances(in: macro)
        // Every depth divides this, so each share is a whole number of its parts.
        let parts = 840
        var sets = 0
        var shares = 0
        for (lower, (distance, depth)) in zip(macro.lowerScores, distances) {
            guard let lower else { continue }
            sets += 1
            shares += (worst - lower) * distance * (parts / depth)
        }
        let whole = parts * max(sets, 1)
        let tenths = (2 * (worst * whole - shares) + whole) / (2 * whole)
        return Double(min(max(tenths, 0), 100)) / 10
    }

    /// The value that counts: the modified one where it is defined, and the worst for what is not
    /// defined otherwise.
    private func value(_ metric: String) -> String {
        switch metric {
        case "E": return isBaseOnly || vector["E"] == "X" ? "A" : vector["E"]
        case "CR", "IR", "AR":
            return isBaseOnly || vector[metric] == "X" ? "H" : vector[metric]
        default:
            let modified = isBaseOnly ? "X" : vector["M" + metric]
            return modified == "X" ? vector[metric] : modified
        }
    }

    /// Section 8.2, tables 24 to 29.
    private var macroVector: CVSS4MacroVector {
        let (av, pr, ui) = (value("AV"), value("PR"), value("UI"))
        let (vc, vi, va) = (value("VC"), value("VI"), value("VA"))
        let isOpen = [av, pr, ui].filter { $0 == "N" }.count
        let eq1 = isOpen == 3 ? 0 : isOpen > 0 && av != "P" ? 1 : 2
        let eq2 = value("AC") == "L" && value("AT") == "N" ? 0 : 1
        let eq3 = vc == "H" && vi == "H" ? 0 : vc == "H" || vi == "H" || va == "H" ? 1 : 2
        let subsequent = [value("SC"), value("SI"), value("SA")]
        let eq4 = subsequent.contains("S") ? 0 : subsequent.contains("H") ? 1 : 2
        let eq5 = value("E") == "A" ? 0 : value("E") == "P" ? 1 : 2
        let isRequired =
            value("CR") == "H" && vc == "H" || value("IR") == "H" && vi == "H"
            || value("AR") == "H" && va == "H"
        return CVSS4MacroVector(
            eq1: eq1, eq2: eq2, eq3: eq3, eq4: eq4, eq5: eq5, eq6: isRequired ? 0 : 1)
    }

    /// For EQ1, EQ2, EQ3 with EQ6, EQ4 and EQ5: how many steps the vector lies below the worst
    /// vector of the set that is nowhere better than it, and how many there can be.
    private func distances(in macro: CVSS4MacroVector) -> [(distance: Int, depth: Int)] {
        [
            (distance(to: macro.worstOfEQ1), macro.depthOfEQ1),
            (distance(to: macro.worstOfEQ2), macro.depthOfEQ2),
            (distance(to: macro.worstOfEQ3AndEQ6), macro.depthOfEQ3AndEQ6),
            (distance(to: macro.worstOfEQ4), macro.depthOfEQ4),
            (0, 1),
        ]
    }

    private func distance(to worst: [String]) -> Int {
        for candidate in worst {
            var sum = 0
            var isReachable = true
            for field in candidate.split(separator: "/") {
                let pair = field.split(separator: ":").map(String.init)
                let steps = level(pair[0], value(pair[0])) - level(pair[0], pair[1])
                isReachable = isReachable && steps >= 0
                sum += steps
            }
            if isReachable { return sum }
        }
        return 0
    }

    /// How far a value lies below the worst one of its metric, in steps.
    private func level(_ metric: String, _ value: String) -> Int {
        let order =
            switch metric {
            case "AV": ["N", "A", "L", "P"]
            case "PR": ["N", "L", "H"]
            case "UI": ["N", "P", "A"]
            case "AC": ["L", "H"]
            case "AT": ["N", "P"]
            case "SC", "SI", "SA": ["S", "H", "L", "N"]
            case "CR", "IR", "AR": ["H", "M", "L"]
            default: ["H", "L", "N"]
            }
        return order.firstIndex(of: value) ?? 0
    }
}
