public import Fleet

/// What a risk score is computed from: all of it, and nothing else.
public struct RiskInputs: Hashable, Sendable {
    /// CVSS base score, 0 to 10; `nil` when nobody published a vector.
    public var cvss: Double?
    /// The severity, which stands in for a missing CVSS score.
    public var severity: Severity
    /// EPSS, 0 to 1; `nil` when it is not known.
    public var epss: Double?
    /// Whether it stands in CISA's catalogue of known exploited vulnerabilities.
    public var isKnownExploited: Bool
    /// CISA's decision points; `nil` when it has not looked.
    public var ssvc: SSVCPoints?
    /// What is known of the endpoint.
    public var context: EndpointContext

    /// Inputs of a score.
    public init(
        cvss: Double? = nil, severity: Severity = .unrated, epss: Double? = nil,
        isKnownExploited: Bool = false, ssvc: SSVCPoints? = nil,
        context: EndpointContext = EndpointContext()
    ) {
        self.cvss = cvss
        self.severity = severity
        self.epss = epss
        self.isKnownExploited = isKnownExploited
        self.ssvc = ssvc
        self.context = context
    }
}

/// How urgent a vulnerability is on one endpoint, from 0 to 100, and why (docs/matching.md, "The
/// score"):
///
///     100 x impact x (0.25 + 0.75 x likelihood) x exposure x criticality
///
/// No input that gets worse ever lowers the score.
public struct RiskScore: Hashable, Sendable {
    /// What it was computed from.
    public let inputs: RiskInputs
    /// How bad it is if it happens, 0 to 1.
    public let impact: Double
    /// How likely it is to happen, 0 to 1.
    public let likelihood: Double
    /// The score, 0 to 100, with one decimal.
    public let value: Double

    /// The score of some inputs.
    public init(_ inputs: RiskInputs) {
        self.inputs = inputs
        impact = Self.impact(inputs)
        likelihood = Self.likelihood(inputs)
        let chance = Weights.certain + (1 - Weights.certain) * likelihood
        let context = Self.factor(inputs.context.exposure) * Self.factor(inputs.context.criticality)
        value = (1000 * impact * chance * context).rounded() / 10
    }

    /// The figures of the formula. They are judgements, written down so that they can be argued
    /// with.
    enum Weights {
        /// The part of the score that a vulnerability has even if nobody is likely to use it.
        static let certain = 0.25
        /// What is exploited is not harmless, whatever its CVSS score says.
        static let leastImpactWhenExploited = 0.7
        /// The likelihood of a vulnerability that nobody has judged.
        static let unknownLikelihood = 0.1
        /// A public proof of concept is the larger part of the way to an attack.
        static let proofOfConcept = 0.4
        /// Being automatable brings many attackers.
        static let automatable = 0.1
    }

    private static func impact(_ inputs: RiskInputs) -> Double {
        let stated = inputs.cvss.map { min(max($0, 0), 10) / 10 } ?? standIn(for: inputs.severity)
        return isExploited(inputs) ? max(stated, Weights.leastImpactWhenExploited) : stated
    }

    private static func likelihood(_ inputs: RiskInputs) -> Double {
        if isExploited(inputs) { return 1 }
        // The root spreads EPSS, most of whose probabilities are very small, over the scale.
        var likelihood = inputs.epss.map { max(0, min($0, 1)).squareRoot() } ?? 0
        if inputs.ssvc?.exploitation == .proofOfConcept {
            likelihood = max(likelihood, Weights.proofOfConcept)
        }
        likelihood = max(likelihood, Weights.unknownLikelihood)
        if inputs.ssvc?.automatable == true { likelihood += Weights.automatable }
        return min(likelihood, 1)
    }

    private static func isExploited(_ inputs: RiskInputs) -> Bool {
        inputs.isKnownExploited || inputs.ssvc?.exploitation == .active
    }

    /// The middle of each severity's band of CVSS scores; what is not rated is not taken to be
    /// harmless.
    private static func standIn(for severity: Severity) -> Double {
        switch severity {
        case .critical: 0.95
        case .important: 0.8
        case .moderate: 0.55
        case .low: 0.25
        case .unrated: 0.5
        }
    }

    private static func factor(_ exposure: Exposure) -> Double {
        switch exposure {
        case .internetFacing: 1
        case .internalNetwork: 0.8
        case .isolated: 0.6
        }
    }

    private static func factor(_ criticality: Criticality) -> Double {
        switch criticality {
        case .high: 1
        case .medium: 0.9
        case .low: 0.75
        }
    }
}

extension RiskScore {
    /// The inputs in one plain sentence, the weightiest first.
    public var sentence: String {
        var parts: [String] = []
        if inputs.isKnownExploited {
            parts.append("known to be exploited (KEV)")
        } else if inputs.ssvc?.exploitation == .active {
            parts.append("being exploited (CISA)")
        } else if inputs.ssvc?.exploitation == .proofOfConcept {
            parts.append("a proof of concept is public")
        }
        if let cvss = inputs.cvss {
            parts.append("CVSS \(Self.decimal(cvss, places: 1))")
        } else {
            parts.append(
                inputs.severity == .unrated
                    ? "nobody has rated it" : "\(inputs.severity.rawValue) severity")
        }
        parts.append(inputs.epss.map { "EPSS \(Self.decimal($0, places: 3))" } ?? "EPSS unknown")
        if inputs.ssvc?.automatable == true { parts.append("automatable") }
        if inputs.ssvc?.technicalImpact == .total { parts.append("gives total control") }
        switch inputs.context.exposure {
        case .internetFacing: parts.append("the endpoint faces the internet")
        case .isolated: parts.append("the endpoint is isolated")
        case .internalNetwork: break
        }
        switch inputs.context.criticality {
        case .high: parts.append("its criticality is high")
        case .low: parts.append("its criticality is low")
        case .medium: break
        }
        return "Risk \(Self.decimal(value, places: 1)) of 100: \(parts.joined(separator: ", "))."
    }

    /// A number with a fixed count of decimals, for people.
    static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let units = Int((value * Double(scale)).rounded())
        let fraction = String(units % scale)
        let zeros = String(repeating: "0", count: max(0, places - fraction.count))
        return "\(units / scale).\(zeros)\(fraction)"
    }
}
