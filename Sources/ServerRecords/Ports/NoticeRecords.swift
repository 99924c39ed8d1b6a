public import Fleet

/// Who is told before work begins, and what they were told.
public protocol NoticeRecords {
    /// Adds a contact. Throws `NameTaken` when its tenant has one of that name.
    func insert(_ contact: NoticeContact) throws
    /// The contacts in scope, by tenant and name.
    func noticeContacts(in scope: Scope) throws -> [NoticeContact]
    /// Takes a contact away; what they were told stays.
    func removeNoticeContact(_ id: NoticeContactID, in scope: Scope) throws
    /// Adds a notice; `false` when its contact has one of that opening already.
    func insert(_ notice: NoticeRecord) throws -> Bool
    /// Stores its new state.
    func update(_ notice: NoticeRecord) throws
    /// The notices that a question asks for, newest first.
    func notices(_ query: NoticeQuery) throws -> [NoticeRecord]
    /// The notices whose next try is due, the longest waiting first.
    func dueNotices(at now: Timestamp, limit: Int) throws -> [NoticeRecord]
    /// Forgets notices of openings long past.
    func purgeNotices(openedBefore: Timestamp, limit: Int) throws -> Int
}

/// Which notices are asked for.
public struct NoticeQuery: Hashable, Sendable {
    /// Whose.
    public var scope: Scope
    /// Those before this one only.
    public var before: NoticeID?
    /// Those only whose opening holds this instant, or ends with it.
    public var openAt: Timestamp?
    /// The most that are read.
    public var limit: Int

    /// The most notices of one instant: the contacts of a tenant, and some windows.
    public static let mostAtOnce = 1_000

    /// A question.
    public init(
        in scope: Scope, before: NoticeID? = nil, openAt: Timestamp? = nil,
        limit: Int = mostAtOnce
    ) {
        self.scope = scope
        self.before = before
        self.openAt = openAt
        self.limit = limit
    }
}

extension NoticeRecords {
    /// The notices of a tenant whose opening holds an instant, or ends with it.
    public func notices(openAt instant: Timestamp, of tenant: TenantID) throws -> [NoticeRecord] {
        try notices(NoticeQuery(in: .tenant(tenant), openAt: instant))
    }
}
