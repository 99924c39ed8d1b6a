public import Fleet

/// What a person has said about updates.
public struct ApprovalByHand: Hashable, Sendable, Codable {
    /// What was said.
    public enum Verdict: Hashable, Sendable, Codable {
        /// Install it.
        case approved
        /// Do not install it.
        case declined(reason: String)
        /// Do not install it for now.
        case hold(reason: String)
        /// Decide again at that time.
        case deferred(until: Timestamp)
    }

    /// What was said.
    public var verdict: Verdict
    /// About which updates.
    public var updates: UpdateSelector
    /// On which endpoints; `nil` for all of the level.
    public var endpoints: GroupExpression?
    /// At which level.
    public var level: PolicyLevel
    /// Who said it.
    public var person: String
    /// When.
    public var at: Timestamp

    /// What a person has said.
    public init(
        _ verdict: Verdict, updates: UpdateSelector, endpoints: GroupExpression? = nil,
        level: PolicyLevel, person: String, at: Timestamp
    ) {
        self.verdict = verdict
        self.updates = updates
        self.endpoints = endpoints
        self.level = level
        self.person = person
        self.at = at
    }

    /// Whether it holds for an endpoint. Where that is not known, an approval does not, and
    /// everything else does: what forbids is heard even when in doubt.
    public func concerns(_ endpoint: EndpointSubject, at now: Timestamp) -> Bool {
        guard let endpoints else { return true }
        switch endpoints.evaluate(endpoint, at: now) {
        case .yes: return true
        case .no: return false
        case .unknown: return verdict != .approved
        }
    }
}
