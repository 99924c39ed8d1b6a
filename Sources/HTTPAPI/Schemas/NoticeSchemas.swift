import ServerRecords

/// The shapes of notices.
extension NamedSchema {
    static let noticeContactDraft = NamedSchema(
        "NoticeContactDraft",
        [
            "tenant": .optional(.identifier("tnt")), "name": .string, "address": .string,
            "hoursBefore": .integer,
        ])
    static let noticeContact = NamedSchema(
        "NoticeContact",
        [
            "id": .identifier("ctc"), "tenant": .identifier("tnt"), "name": .string,
            "host": .string, "hoursBefore": .integer, "createdAt": .time, "createdBy": .string,
        ])
    static let noticeContactList = list("NoticeContactList", of: noticeContact)
    static let notice = NamedSchema(
        "Notice",
        [
            "id": .identifier("ntc"), "tenant": .identifier("tnt"), "contact": .string,
            "opensAt": .time, "text": .string,
            "state": .oneOf(NoticeRecord.State.allCases.map(\.rawValue)), "attempts": .integer,
            "madeAt": .time, "endedAt": .optional(.time), "receipt": .optional(.string),
        ])
    static let noticeList = list("NoticeList", of: notice)
}
