public import Advisories
public import Fleet

/// What a missing update closes on one endpoint, and how urgent that makes it there: the score of
/// the riskiest vulnerability among them, and what it was computed from.
public struct UpdateRisk: Hashable, Sendable, Codable {
    /// The package tool.
    public var manager: PackageManagerName
    /// The package.
    public var name: String
    /// Its architecture.
    public var architecture: String
    /// The missing version.
    public var candidate: String
    /// The vulnerabilities that it closes there, the riskiest first.
    public var vulnerabilities: [String]
    /// The score there, 0 to 100.
    public var risk: Double
    /// What went into the score, as a sentence.
    public var sentence: String
    /// How bad the riskiest is.
    public var severity: Severity
    /// Its CVSS base score; `nil` when nobody has published a vector.
    public var cvss: Double?
    /// Its EPSS probability.
    public var epss: Double?
    /// Whether it is known to be exploited.
    public var kev: Bool
    /// Whether an attacker can automate all steps; `nil` when CISA has not looked.
    public var automatable: Bool?
    /// How much control it gives away; `nil` when CISA has not looked.
    public var technicalImpact: TechnicalImpact?
    /// What CISA's tree says there.
    public var ssvc: SSVCDecision?
    /// From where the endpoint can be reached.
    public var exposure: Exposure
    /// What its loss would mean.
    public var criticality: Advisories.Criticality

    /// What an update closes, the riskiest first, with what the first of them is there.
    public init(_ update: Update, closes vulnerabilities: [String], worst: Assessment) {
        let inputs = worst.risk.inputs
        manager = update.manager
        name = update.name
        architecture = update.architecture
        candidate = update.candidate
        self.vulnerabilities = vulnerabilities
        risk = worst.risk.value
        sentence = worst.risk.sentence
        severity = worst.severity
        cvss = inputs.cvss
        epss = inputs.epss
        kev = inputs.isKnownExploited
        automatable = inputs.ssvc?.automatable
        technicalImpact = inputs.ssvc?.technicalImpact
        ssvc = worst.decision
        exposure = inputs.context.exposure
        criticality = inputs.context.criticality
    }

    /// Whether it is about this update.
    public func isAbout(_ update: Update) -> Bool {
        name == update.name && candidate == update.candidate
            && architecture == update.architecture && manager == update.manager
    }
}
