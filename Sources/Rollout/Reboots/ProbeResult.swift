/// What a probe showed.
public struct ProbeResult: Hashable, Sendable, Codable {
    /// The probe, as `HealthProbe.text`.
    public var probe: String
    /// Whether it passed.
    public var isPassed: Bool
    /// One sentence for people.
    public var sentence: String

    /// What a probe showed.
    public init(probe: String, isPassed: Bool, sentence: String) {
        self.probe = probe
        self.isPassed = isPassed
        self.sentence = sentence
    }

    /// The most results of one job: its probes and services, and whether it was back in time.
    public static let maximumResults = 128
}
