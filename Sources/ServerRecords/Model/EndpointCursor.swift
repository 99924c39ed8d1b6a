import Fleet

extension EndpointQuery.Order {
    /// The place of a row in a list of this order.
    public func cursor(of row: EndpointRecord) -> EndpointQuery.Cursor {
        let key =
            switch self {
            case .name: row.name
            case .missingSecurity: String(row.standing.missingSecurity)
            case .lastSeen: String(row.lastSeenAt?.milliseconds ?? 0)
            }
        return EndpointQuery.Cursor(key: key, id: row.id.text)
    }
}
