public import Fleet

/// What is done about a product whose support has ended, or will: until an instant, after which it
/// must be said anew.
public struct EndOfLifeAnswer: Hashable, Sendable, Codable {
    /// What is done.
    public enum Treatment: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is being replaced.
        case replace
        /// Nothing reaches it that should not.
        case isolate
        /// Longer support is bought or chosen.
        case extendedSupport
        /// The risk is accepted.
        case exception
    }

    /// Whose endpoints.
    public var tenant: TenantID
    /// The product.
    public var product: String
    /// The release cycle.
    public var cycle: String
    /// What is done.
    public var treatment: Treatment
    /// Until when that counts.
    public var until: Timestamp
    /// Why, in a person's words.
    public var reason: String
    /// Who said so.
    public var saidBy: String
    /// When.
    public var saidAt: Timestamp

    /// What is done about a product.
    public init(
        tenant: TenantID, product: String, cycle: String, treatment: Treatment, until: Timestamp,
        reason: String, saidBy: String, saidAt: Timestamp
    ) {
        self.tenant = tenant
        self.product = product
        self.cycle = cycle
        self.treatment = treatment
        self.until = until
        self.reason = reason
        self.saidBy = saidBy
        self.saidAt = saidAt
    }
}
