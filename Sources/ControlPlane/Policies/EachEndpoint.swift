package import Fleet
package import Policy
package import ServerRecords

extension UseCases {
    /// Whether it takes a scan's facts to evaluate a condition.
    package static func asksForFacts(_ condition: GroupExpression) -> Bool {
        PolicyBook.asksForFacts(condition)
    }

    /// Goes through a tenant's endpoints by name, page after page.
    package func eachEndpoint(
        of tenant: TenantID, in records: any Records,
        _ body: (EndpointRecord) throws -> Void
    ) throws {
        var query = EndpointQuery(
            scope: .tenant(tenant), limit: EndpointQuery.maximumPage,
            freshSince: ComplianceRule.freshSince(at: effects.now()))
        while true {
            let page = try records.endpoints(query)
            for endpoint in page { try body(endpoint) }
            guard page.count == query.limit, let last = page.last else { return }
            query.after = query.order.cursor(of: last)
        }
    }
}
