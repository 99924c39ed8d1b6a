public import Fleet

/// What people have said about products whose support ends.
public protocol EndOfLifeRecords {
    /// All answers of a scope, expired ones too.
    func endOfLifeAnswers(in scope: Scope) throws -> [EndOfLifeAnswer]
    /// Stores an answer in the place of the one before.
    func save(_ answer: EndOfLifeAnswer) throws
    /// The tenant's endpoints that something counts against, besides their updates.
    func faults(of tenant: TenantID) throws -> [EndpointID: EndpointFaults]
    /// Notes what counts against an endpoint; endpoints that are not there any more are passed over.
    func set(_ faults: EndpointFaults, of endpoint: EndpointID, tenant: TenantID) throws
    /// The tenant's endpoints whose latest inventory is in the index of findings, and for which it
    /// has not been settled yet what counts against them; each with the inventory's digest.
    func unsettled(of tenant: TenantID, limit: Int) throws -> [EndpointID: String]
    /// Notes for which inventory it has been settled what counts against an endpoint.
    func noteSettled(_ digest: String, of endpoint: EndpointID, tenant: TenantID) throws
}

/// What counts against an endpoint, besides its updates.
public struct EndpointFaults: Hashable, Sendable {
    /// A product on it, with its release cycle, whose support has ended while nobody has said what
    /// is done about it.
    public var unsupported: String?
    /// A vulnerability that is known to be exploited and whose deadline there has passed, with the
    /// deadline.
    public var overdue: String?

    /// What counts against an endpoint; nothing.
    public init(unsupported: String? = nil, overdue: String? = nil) {
        self.unsupported = unsupported
        self.overdue = overdue
    }
}
