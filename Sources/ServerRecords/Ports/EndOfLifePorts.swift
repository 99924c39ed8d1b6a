public import Fleet

/// What people have said about products whose support ends.
public protocol EndOfLifeRecords {
    /// All answers of a scope, expired ones too.
    func endOfLifeAnswers(in scope: Scope) throws -> [EndOfLifeAnswer]
    /// Stores an answer in the place of the one before.
    func save(_ answer: EndOfLifeAnswer) throws
    /// The tenant's endpoints that have a product beyond its support, each with its name.
    func unsupported(of tenant: TenantID) throws -> [EndpointID: String]
    /// Notes which product of an endpoint is beyond its support, `nil` for none; endpoints that are
    /// not there any more are passed over.
    func setUnsupported(_ product: String?, of endpoint: EndpointID, tenant: TenantID) throws
}
