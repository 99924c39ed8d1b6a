public import Advisories
public import Fleet
public import ServerRecords

/// A product of a tenant's endpoints, and how long it will be supported.
public struct EndOfLifeItem: Hashable, Sendable, Codable {
    /// The tenant.
    public var tenant: TenantID
    /// The product.
    public var product: String
    /// The release cycle.
    public var cycle: String
    /// Where the end of support lies.
    public var state: EndOfLifeStatus.State
    /// The last day of the last support that everybody has.
    public var endsAt: Timestamp?
    /// The last day of longer support, which must be chosen or bought.
    public var extendedUntil: Timestamp?
    /// Every support that the release has.
    public var phases: [SupportPhase]
    /// How many endpoints have it.
    public var endpoints: Int
    /// What a person has said is done about it; expired answers too.
    public var answer: EndOfLifeAnswer?
    /// Whether its endpoints comply: support goes on, or an answer that has not expired says what
    /// is done.
    public var compliance: Compliance
    /// Why, as a sentence.
    public var sentence: String
}

/// How long everything on the endpoints will be supported.
public struct EndOfLifeReport: Hashable, Sendable, Codable {
    /// The products, what has ended first, then by the day on which support ends.
    public var items: [EndOfLifeItem]
    /// Endpoints, each once: with nothing unsupported that nobody has answered for, with such a
    /// product, and those of whose operating system no feed knows the end of support.
    public var compliant: Int
    /// See `compliant`.
    public var nonCompliant: Int
    /// See `compliant`.
    public var unknown: Int
    /// Whether the whole fleet has been read since the server began.
    public var isComplete: Bool
}

/// What a person says is done about a product whose support ends.
public struct NewEndOfLifeAnswer: Hashable, Sendable, Codable {
    /// Whose endpoints.
    public var tenant: TenantID
    /// The product.
    public var product: String
    /// The release cycle.
    public var cycle: String
    /// What is done.
    public var treatment: EndOfLifeAnswer.Treatment
    /// Until when that counts.
    public var until: Timestamp
    /// Why.
    public var reason: String

    /// An answer.
    public init(
        tenant: TenantID, product: String, cycle: String, treatment: EndOfLifeAnswer.Treatment,
        until: Timestamp, reason: String
    ) {
        self.tenant = tenant
        self.product = product
        self.cycle = cycle
        self.treatment = treatment
        self.until = until
        self.reason = reason
    }
}
