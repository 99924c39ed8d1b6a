public import Fleet

/// Somebody who is told before work begins on a tenant's endpoints.
public struct NoticeContact: Hashable, Sendable {
    /// Its identifier.
    public let id: NoticeContactID
    /// The tenant.
    public let tenant: TenantID
    /// Who it is, unique in the tenant.
    public let name: String
    /// Where notices are sent; it may hold a secret, and is shown to nobody.
    public let address: String
    /// How long before an opening they are told, in seconds.
    public let secondsBefore: Int64
    /// When they were added.
    public let createdAt: Timestamp
    /// Who added them, as the audit log names people.
    public let createdBy: String

    /// A contact.
    public init(
        id: NoticeContactID, tenant: TenantID, name: String, address: String,
        secondsBefore: Int64, createdAt: Timestamp, createdBy: String
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.address = address
        self.secondsBefore = secondsBefore
        self.createdAt = createdAt
        self.createdBy = createdBy
    }
}

/// What one contact is told of one opening.
public struct NoticeRecord: Hashable, Sendable {
    /// Where it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is sent as soon as may be.
        case waiting
        /// The contact's receiver has taken it.
        case delivered
        /// It was not taken in time, and is not sent any more.
        case failed
    }

    /// Its identifier, the same at every try.
    public let id: NoticeID
    /// The tenant.
    public let tenant: TenantID
    /// Whom it is for.
    public let contact: NoticeContactID
    /// Their name when it was made.
    public let contactName: String
    /// Where it is sent.
    public let address: String
    /// Names the opening: its window, and when it opens.
    public let opening: String
    /// When the window opens.
    public let opensAt: Timestamp
    /// When it closes: after that nobody need be told.
    public let closesAt: Timestamp
    /// What is sent.
    public let body: String
    /// Where it stands.
    public var state: State
    /// How often it has been tried.
    public var attempts: Int
    /// When it is tried next; `nil` when it is not.
    public var nextAt: Timestamp?
    /// When it was made.
    public let madeAt: Timestamp
    /// When it was delivered or given up.
    public var endedAt: Timestamp?
    /// What the receiver, or the way to it, said last.
    public var receipt: String?

    /// A notice that is about to be sent.
    public init(
        id: NoticeID, to contact: NoticeContact, opening: String, opensAt: Timestamp,
        closesAt: Timestamp, body: String, at now: Timestamp
    ) {
        self.init(
            id: id, tenant: contact.tenant, contact: contact.id, contactName: contact.name,
            address: contact.address, opening: opening, opensAt: opensAt, closesAt: closesAt,
            body: body, state: .waiting, attempts: 0, nextAt: now, madeAt: now, endedAt: nil,
            receipt: nil)
    }

    /// A notice as it is stored.
    public init(
        id: NoticeID, tenant: TenantID, contact: NoticeContactID, contactName: String,
        address: String, opening: String, opensAt: Timestamp, closesAt: Timestamp, body: String,
        state: State, attempts: Int, nextAt: Timestamp?, madeAt: Timestamp, endedAt: Timestamp?,
        receipt: String?
    ) {
        self.id = id
        self.tenant = tenant
        self.contact = contact
        self.contactName = contactName
        self.address = address
        self.opening = opening
        self.opensAt = opensAt
        self.closesAt = closesAt
        self.body = body
        self.state = state
        self.attempts = attempts
        self.nextAt = nextAt
        self.madeAt = madeAt
        self.endedAt = endedAt
        self.receipt = receipt
    }
}
