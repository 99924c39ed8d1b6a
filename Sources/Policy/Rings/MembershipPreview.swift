public import Fleet

/// What a change of an expression would do to the membership of endpoints, shown before it is
/// saved.
public struct MembershipPreview: Hashable, Sendable, Codable {
    /// Endpoints that join, by key.
    public var joins: [String] = []
    /// Endpoints that leave.
    public var leaves: [String] = []
    /// Endpoints that are in before and after.
    public var stays: [String] = []
    /// Endpoints of which the new expression cannot tell, since a fact is missing.
    public var unknown: [String] = []

    /// Compares the expression that holds (`nil` for none yet) with a new one. Each endpoint that
    /// is in, was in, or may be in stands in exactly one of the lists, sorted by key.
    public init(
        from old: GroupExpression?, to new: GroupExpression, of endpoints: [EndpointSubject],
        at now: Timestamp
    ) {
        let before = old.map { CompiledExpression($0) }
        let after = CompiledExpression(new)
        for endpoint in endpoints.sorted(by: { $0.key < $1.key }) {
            let was = before?.evaluate(endpoint, at: now) ?? .no
            switch (was, after.evaluate(endpoint, at: now)) {
            case (_, .unknown): unknown.append(endpoint.key)
            case (.yes, .yes): stays.append(endpoint.key)
            case (_, .yes): joins.append(endpoint.key)
            case (.yes, .no): leaves.append(endpoint.key)
            case (_, .no): break
            }
        }
    }
}
