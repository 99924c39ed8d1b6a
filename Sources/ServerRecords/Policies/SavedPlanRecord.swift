public import Fleet

/// What is known of a saved plan without reading its rows.
public struct SavedPlanRecord: Hashable, Sendable, Codable {
    /// Its identifier.
    public let id: PlanID
    /// The tenant whose fleet it is for.
    public let tenant: TenantID
    /// Its name, unique in the tenant.
    public let name: String
    /// The ticket of the change that it is for.
    public let ticket: String?
    /// When it was saved.
    public let savedAt: Timestamp
    /// Who saved it, as the audit log names people.
    public let savedBy: String
    /// When its time begins.
    public let from: Timestamp
    /// When its time ends.
    public let until: Timestamp
    /// How many installations it foresees.
    public let installs: Int
    /// The SHA-256 of the document's bytes, in lower-case hexadecimal digits.
    public let digest: String

    /// A saved plan.
    public init(
        id: PlanID, tenant: TenantID, name: String, ticket: String?, savedAt: Timestamp,
        savedBy: String, from: Timestamp, until: Timestamp, installs: Int, digest: String
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.ticket = ticket
        self.savedAt = savedAt
        self.savedBy = savedBy
        self.from = from
        self.until = until
        self.installs = installs
        self.digest = digest
    }
}
