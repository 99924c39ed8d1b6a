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
    /// The notices in scope, newest first, those before `before` only.
    func notices(in scope: Scope, before: NoticeID?, limit: Int) throws -> [NoticeRecord]
    /// The notices whose next try is due, the longest waiting first.
    func dueNotices(at now: Timestamp, limit: Int) throws -> [NoticeRecord]
    /// Forgets notices of openings long past.
    func purgeNotices(openedBefore: Timestamp, limit: Int) throws -> Int
}
