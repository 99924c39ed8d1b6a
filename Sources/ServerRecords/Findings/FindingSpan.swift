public import Fleet

/// A time during which an endpoint had a vulnerability, and which has ended.
public struct FindingSpan: Hashable, Sendable {
    /// What ended it.
    public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// A scan that no longer showed the software, or showed it mended.
        case scan
        /// The endpoint was retired.
        case retired
    }

    /// The endpoint.
    public var endpoint: EndpointID
    /// Its tenant.
    public var tenant: TenantID
    /// The vulnerability.
    public var vulnerability: String
    /// From when on it had it, as known here.
    public var began: Timestamp
    /// When it had it no more.
    public var ended: Timestamp
    /// What ended it.
    public var cause: Cause

    /// A time that has ended.
    public init(
        endpoint: EndpointID, tenant: TenantID, vulnerability: String, began: Timestamp,
        ended: Timestamp, cause: Cause
    ) {
        self.endpoint = endpoint
        self.tenant = tenant
        self.vulnerability = vulnerability
        self.began = began
        self.ended = ended
        self.cause = cause
    }
}

/// Which ended times: those of a vulnerability that touch the time from `from` to before `to`.
public struct FindingSpanQuery: Hashable, Sendable {
    /// Whose endpoints.
    public var scope: Scope
    /// The vulnerability.
    public var vulnerability: String
    /// From when on.
    public var from: Timestamp
    /// Until before when.
    public var to: Timestamp

    /// Which ended times.
    public init(scope: Scope, vulnerability: String, from: Timestamp, to: Timestamp) {
        self.scope = scope
        self.vulnerability = vulnerability
        self.from = from
        self.to = to
    }
}
