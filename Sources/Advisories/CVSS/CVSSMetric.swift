/// One metric of a CVSS version: its short name and its values.
struct CVSSMetric: Sendable {
    /// Which score it counts for.
    enum Group {
        case base, temporal, environmental, supplemental
    }

    let name: String
    /// An optional metric's first value says that it is not defined.
    let values: [String]
    let group: Group

    var isMandatory: Bool { group == .base }

    private init(_ name: String, _ values: String, _ group: Group) {
        self.name = name
        self.values = values.split(separator: " ").map(String.init)
        self.group = group
    }
}

extension CVSSVector.Version {
    /// The metrics in the order of the specification.
    var metrics: [CVSSMetric] {
        switch self {
        case .v2: CVSSMetric.v2
        case .v30, .v31: CVSSMetric.v3
        case .v4: CVSSMetric.v4
        }
    }
}

extension CVSSMetric {
    /// CVSS v2.0, section 2.4.
    fileprivate static let v2 = [
        CVSSMetric("AV", "L A N", .base), CVSSMetric("AC", "H M L", .base),
        CVSSMetric("Au", "M S N", .base), CVSSMetric("C", "N P C", .base),
        CVSSMetric("I", "N P C", .base), CVSSMetric("A", "N P C", .base),
        CVSSMetric("E", "ND U POC F H", .temporal), CVSSMetric("RL", "ND OF TF W U", .temporal),
        CVSSMetric("RC", "ND UC UR C", .temporal),
        CVSSMetric("CDP", "ND N L LM MH H", .environmental),
        CVSSMetric("TD", "ND N L M H", .environmental),
        CVSSMetric("CR", "ND L M H", .environmental), CVSSMetric("IR", "ND L M H", .environmental),
        CVSSMetric("AR", "ND L M H", .environmental),
    ]

    /// CVSS v3.1, section 6; v3.0 has the same.
    fileprivate static let v3 = [
        CVSSMetric("AV", "N A L P", .base), CVSSMetric("AC", "L H", .base),
        CVSSMetric("PR", "N L H", .base), CVSSMetric("UI", "N R", .base),
        CVSSMetric("S", "U C", .base), CVSSMetric("C", "H L N", .base),
        CVSSMetric("I", "H L N", .base), CVSSMetric("A", "H L N", .base),
        CVSSMetric("E", "X H F P U", .temporal), CVSSMetric("RL", "X U W T O", .temporal),
        CVSSMetric("RC", "X C R U", .temporal),
        CVSSMetric("CR", "X H M L", .environmental), CVSSMetric("IR", "X H M L", .environmental),
        CVSSMetric("AR", "X H M L", .environmental),
        CVSSMetric("MAV", "X N A L P", .environmental), CVSSMetric("MAC", "X L H", .environmental),
        CVSSMetric("MPR", "X N L H", .environmental), CVSSMetric("MUI", "X N R", .environmental),
        CVSSMetric("MS", "X U C", .environmental), CVSSMetric("MC", "X H L N", .environmental),
        CVSSMetric("MI", "X H L N", .environmental), CVSSMetric("MA", "X H L N", .environmental),
    ]

    /// CVSS v4.0, section 7.
    fileprivate static let v4 = [
        CVSSMetric("AV", "N A L P", .base), CVSSMetric("AC", "L H", .base),
        CVSSMetric("AT", "N P", .base), CVSSMetric("PR", "N L H", .base),
        CVSSMetric("UI", "N P A", .base), CVSSMetric("VC", "H L N", .base),
        CVSSMetric("VI", "H L N", .base), CVSSMetric("VA", "H L N", .base),
        CVSSMetric("SC", "H L N", .base), CVSSMetric("SI", "H L N", .base),
        CVSSMetric("SA", "H L N", .base),
        CVSSMetric("E", "X A P U", .temporal),
        CVSSMetric("CR", "X H M L", .environmental), CVSSMetric("IR", "X H M L", .environmental),
        CVSSMetric("AR", "X H M L", .environmental),
        CVSSMetric("MAV", "X N A L P", .environmental), CVSSMetric("MAC", "X L H", .environmental),
        CVSSMetric("MAT", "X N P", .environmental), CVSSMetric("MPR", "X N L H", .environmental),
        CVSSMetric("MUI", "X N P A", .environmental),
        CVSSMetric("MVC", "X H L N", .environmental), CVSSMetric("MVI", "X H L N", .environmental),
        CVSSMetric("MVA", "X H L N", .environmental), CVSSMetric("MSC", "X H L N", .environmental),
        CVSSMetric("MSI", "X S H L N", .environmental),
        CVSSMetric("MSA", "X S H L N", .environmental),
        CVSSMetric("S", "X N P", .supplemental), CVSSMetric("AU", "X N Y", .supplemental),
        CVSSMetric("R", "X A U I", .supplemental), CVSSMetric("V", "X D C", .supplemental),
        CVSSMetric("RE", "X L M H", .supplemental),
        CVSSMetric("U", "X Clear Green Amber Red", .supplemental),
    ]
}
