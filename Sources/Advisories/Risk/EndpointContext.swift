/// From where an endpoint can be reached.
public enum Exposure: String, Hashable, Sendable, Codable, CaseIterable {
    /// From the internet.
    case internetFacing
    /// From the networks of its tenant: what is assumed when nothing is known.
    case internalNetwork
    /// From almost nowhere.
    case isolated
}

/// What the loss of an endpoint means for the tenant. It stands for SSVC's "mission and
/// well-being", whose three values are the same.
public enum Criticality: String, Hashable, Sendable, Codable, CaseIterable {
    /// Little.
    case low
    /// Something: what is assumed when nothing is known.
    case medium
    /// Much: the mission fails, or people come to harm.
    case high
}

/// What the people who run an endpoint know of it and no scan can tell.
public struct EndpointContext: Hashable, Sendable, Codable {
    /// From where it can be reached.
    public var exposure: Exposure
    /// What its loss means.
    public var criticality: Criticality

    /// The context of an endpoint.
    public init(exposure: Exposure = .internalNetwork, criticality: Criticality = .medium) {
        self.exposure = exposure
        self.criticality = criticality
    }
}
