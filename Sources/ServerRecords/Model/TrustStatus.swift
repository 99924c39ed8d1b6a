public import Fleet
public import Trust

/// How an installation's signed documents stand.
public struct TrustStatus: Hashable, Sendable, Codable {
    /// Who holds the keys; `nil` when there is no root.
    public var mode: SigningMode?
    /// The root's version.
    public var rootVersion: Int?
    /// The root's fingerprint: the SHA-256 of its payload in hexadecimal.
    public var rootFingerprint: String?
    /// When the root ends.
    public var rootExpiresAt: Timestamp?
    /// How many documents wait for signatures.
    public var waiting: Int
    /// How many endpoints have said what they hold.
    public var endpointsReporting: Int
    /// The endpoints that refused what they were offered last, with the code and the reason.
    public var refusals: [EndpointRefusal]

    /// An endpoint's refusal.
    public struct EndpointRefusal: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// The code.
        public var code: String
        /// The reason.
        public var sentence: String
        /// When it said so.
        public var at: Timestamp

        /// A refusal.
        package init(endpoint: EndpointID, code: String, sentence: String, at: Timestamp) {
            self.endpoint = endpoint
            self.code = code
            self.sentence = sentence
            self.at = at
        }
    }

    /// The most refusals that are listed.
    package static let mostRefusals = 200

    /// How they stand.
    package init(
        mode: SigningMode?, rootVersion: Int?, rootFingerprint: String?, rootExpiresAt: Timestamp?,
        waiting: Int, endpointsReporting: Int, refusals: [EndpointRefusal]
    ) {
        self.mode = mode
        self.rootVersion = rootVersion
        self.rootFingerprint = rootFingerprint
        self.rootExpiresAt = rootExpiresAt
        self.waiting = waiting
        self.endpointsReporting = endpointsReporting
        self.refusals = refusals
    }
}
