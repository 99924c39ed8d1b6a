public import Fleet
public import ServerRecords

/// Who had a vulnerability in a span of time, as it was known here.
public struct VulnerabilityHistory: Hashable, Sendable, Codable {
    /// One time during which an endpoint had it.
    public struct Interval: Hashable, Sendable, Codable {
        /// From when on; before the span's begin where it had it before.
        public var began: Timestamp
        /// When it had it no more; `nil` while it has it.
        public var ended: Timestamp?
        /// What ended it; `nil` while it has it.
        public var endedBy: FindingSpan.Cause?
    }

    /// An endpoint that had it.
    public struct Item: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var endpointName: String
        /// Its tenant.
        public var tenant: TenantID
        /// When it was retired.
        public var retiredAt: Timestamp?
        /// The times that touch the span, oldest first.
        public var intervals: [Interval]
    }

    /// The vulnerability.
    public var vulnerability: String
    /// The span's begin.
    public var from: Timestamp
    /// The span's end, itself left out.
    public var to: Timestamp
    /// The endpoints, by identifier.
    public var items: [Item]
    /// What to ask with for the next page; `nil` on the last.
    public var next: String?
    /// How many endpoints there are on all pages; `nil` where there are too many to count.
    public var total: Int?
    /// Since when the vulnerability has been known here; `nil` when no endpoint ever had it.
    public var knownSince: Timestamp?
    /// Since when it is kept what has ended; `nil` when nothing is kept yet.
    public var keptSince: Timestamp?
    /// What the answer cannot tell, one sentence each.
    public var limits: [String]
}

/// What is asked of a vulnerability's history.
public struct FindingHistoryFilter: Hashable, Sendable {
    /// Only this tenant's endpoints.
    public var tenant: TenantID?
    /// The span's begin; the longest time back unless given.
    public var from: Timestamp?
    /// The span's end, itself left out; now unless given.
    public var to: Timestamp?
    /// Only endpoints after this one.
    public var after: EndpointID?
    /// How many endpoints a page holds.
    public var limit: Int

    /// A span.
    public init(
        tenant: TenantID? = nil, from: Timestamp? = nil, to: Timestamp? = nil,
        after: EndpointID? = nil, limit: Int = 100
    ) {
        self.tenant = tenant
        self.from = from
        self.to = to
        self.after = after
        self.limit = min(max(limit, 1), FindingFilter.maximumPage)
    }
}
