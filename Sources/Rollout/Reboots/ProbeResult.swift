/// What a probe showed.
public struct ProbeResult: Hashable, Sendable, Codable {
    /// The probe, as `HealthProbe.text`.
    public var probe: String
    /// Whether it passed.
    public var isPassed: Bool
    /// One sentence for people.
    public var sentence: String
    /// What was measured; `nil` for probes that measure nothing, and where it is not known.
    public var value: Int64?
    /// Whether the endpoint could not say how it stands, which is no health; `nil` for no.
    public var isUnknown: Bool?

    /// What a probe showed.
    public init(
        probe: String, isPassed: Bool, sentence: String, value: Int64? = nil,
        isUnknown: Bool? = nil
    ) {
        self.probe = probe
        self.isPassed = isPassed
        self.sentence = sentence
        self.value = value
        self.isUnknown = isUnknown
    }

    /// The most results of one job: its probes and services, and whether it was back in time.
    public static let maximumResults = 128
}
