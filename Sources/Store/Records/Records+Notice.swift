import Fleet
import ServerRecords

extension StoreRecords: NoticeRecords {
    func insert(_ contact: NoticeContact) throws {
        let added = try change(
            """
            INSERT INTO notice_contact (tenant_id, id, name, address, seconds_before, created_at,
                created_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING
            """, contact.tenant, contact.id, contact.name, contact.address,
            contact.secondsBefore, contact.createdAt, contact.createdBy)
        if added == 0 { throw NameTaken(name: contact.name) }
    }

    func noticeContacts(in scope: Scope) throws -> [NoticeContact] {
        var query = SQLText(
            """
            SELECT id, tenant_id, name, address, seconds_before, created_at, created_by
            FROM notice_contact
            """)
        query.require(scope)
        query.add("ORDER BY tenant_id, name")
        return try rows(query).map { row in
            var row = row.reader
            return NoticeContact(
                id: try row.next(), tenant: try row.next(), name: try row.next(),
                address: try row.next(), secondsBefore: try row.next(),
                createdAt: try row.next(), createdBy: try row.next())
        }
    }

    func removeNoticeContact(_ id: NoticeContactID, in scope: Scope) throws {
        guard
            let contact = try noticeContacts(in: scope).first(where: { $0.id == id })
        else { return }
        _ = try change(
            "DELETE FROM notice_contact WHERE tenant_id = $1 AND id = $2", contact.tenant, id)
    }

    func insert(_ notice: NoticeRecord) throws -> Bool {
        try change(
            """
            INSERT INTO notice (tenant_id, id, contact_id, contact, address, opening, opens_at,
                closes_at, body, state, attempts, next_at, made_at, ended_at, receipt)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT DO NOTHING
            """, notice.tenant, notice.id, notice.contact, notice.contactName, notice.address,
            notice.opening, notice.opensAt, notice.closesAt, notice.body, notice.state.rawValue,
            notice.attempts, notice.nextAt, notice.madeAt, notice.endedAt, notice.receipt) > 0
    }

    func update(_ notice: NoticeRecord) throws {
        _ = try change(
            """
            UPDATE notice SET state = $3, attempts = $4, next_at = $5, ended_at = $6, receipt = $7
            WHERE tenant_id = $1 AND id = $2
            """, notice.tenant, notice.id, notice.state.rawValue, notice.attempts, notice.nextAt,
            notice.endedAt, notice.receipt)
    }

    func notices(_ asked: NoticeQuery) throws -> [NoticeRecord] {
        var query = SQLText("SELECT \(Self.noticeColumns) FROM notice")
        query.require(asked.scope)
        if let before = asked.before { query.require("id < \(query.bind(before))") }
        if let instant = asked.openAt {
            query.require("opens_at <= \(query.bind(instant))")
            query.require("closes_at >= \(query.bind(instant))")
        }
        query.add("ORDER BY id DESC LIMIT \(query.bind(max(asked.limit, 0)))")
        return try rows(query).map { try Self.notice($0) }
    }

    func dueNotices(at now: Timestamp, limit: Int) throws -> [NoticeRecord] {
        try rows(
            """
            SELECT \(Self.noticeColumns) FROM notice WHERE next_at <= $1
            ORDER BY next_at, id LIMIT $2
            """, now, max(limit, 0)
        ).map { try Self.notice($0) }
    }

    func purgeNotices(openedBefore: Timestamp, limit: Int) throws -> Int {
        try change(
            """
            DELETE FROM notice WHERE id IN (
                SELECT id FROM notice WHERE opens_at < $1 LIMIT $2)
            """, openedBefore, max(limit, 0))
    }

    private static let noticeColumns = """
        id, tenant_id, contact_id, contact, address, opening, opens_at, closes_at, body, state,
        attempts, next_at, made_at, ended_at, receipt
        """

    private static func notice(_ row: SQLRow) throws -> NoticeRecord {
        var row = row.reader
        return NoticeRecord(
            id: try row.next(), tenant: try row.next(), contact: try row.next(),
            contactName: try row.next(), address: try row.next(), opening: try row.next(),
            opensAt: try row.next(), closesAt: try row.next(), body: try row.next(),
            state: NoticeRecord.State(rawValue: try row.next()) ?? .failed,
            attempts: try row.next(), nextAt: try row.next(), madeAt: try row.next(),
            endedAt: try row.next(), receipt: try row.next())
    }
}
