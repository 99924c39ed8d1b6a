/// A program on an endpoint that installs updates by itself, beside all policies.
public struct OwnUpdater: Hashable, Sendable, Codable {
    /// The program, such as `unattended-upgrades`.
    public var name: String
    /// What turns it on.
    public var evidence: String

    /// A program that is on.
    public init(_ name: String, evidence: String) {
        self.name = name
        self.evidence = evidence
    }

    /// What it means, as a sentence.
    public var sentence: String {
        "\(name) installs updates on this endpoint by itself, in no window and no ring of a policy: "
            + "\(evidence). Turn it off there, or leave the endpoint to it."
    }
}
