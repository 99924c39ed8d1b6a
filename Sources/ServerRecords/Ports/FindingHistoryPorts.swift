public import Fleet

/// What findings have been.
public protocol FindingHistoryRecords {
    /// Adds times that have ended. One that overlaps what is there already is another process's
    /// word on the same, and is not added.
    func end(_ spans: [FindingSpan]) throws
    /// Notes by which inventory an endpoint's findings were judged last.
    func noteJudged(_ digest: String, of endpoint: EndpointID, tenant: TenantID) throws
    /// The endpoints of a query's times, by identifier, those after `after` only.
    func endpoints(
        withSpans query: FindingSpanQuery, after: EndpointID?, limit: Int
    ) throws -> [EndpointID]
    /// The query's times of these endpoints, oldest first.
    func spans(_ query: FindingSpanQuery, of endpoints: [EndpointID]) throws -> [FindingSpan]
    /// Since when a vulnerability has been known on any release; `nil` when it never was.
    func knownSince(_ vulnerability: String) throws -> Timestamp?
    /// Forgets times that ended before an instant, at most `limit`; returns how many.
    func purgeSpans(endedBefore: Timestamp, limit: Int) throws -> Int
}
