/// Whether an endpoint is as it should be. There are three answers, and silence is the third.
public enum Compliance: String, Codable, Sendable, CaseIterable {
    /// A fresh scan shows that nothing which counts is missing.
    case compliant
    /// A fresh scan shows that something which counts is missing, or a restart is pending.
    case nonCompliant
    /// There is no fresh scan, or the scan could not see (a package source failed): it is in every
    /// denominator and in no numerator.
    case unknown
}

/// Why an endpoint's compliance is what it is: one code and one sentence.
public struct ComplianceVerdict: Hashable, Sendable, Codable {
    /// The answer.
    public var compliance: Compliance
    /// One sentence that says why.
    public var sentence: String

    /// An answer with its reason.
    public init(_ compliance: Compliance, _ sentence: String) {
        self.compliance = compliance
        self.sentence = sentence
    }
}
