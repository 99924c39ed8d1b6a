import VerdictFeeds
import Verdicts

/// The shapes of verdicts; docs/verdicts.md says what they mean.
extension NamedSchema {
    static let verdictSubscription = NamedSchema(
        "VerdictSubscription",
        [
            "tenant": .optional(.identifier("tnt")), "name": .string, "source": .string,
            "key": .string, "intervalSeconds": .optional(.integer),
        ])

    static let verdictFeed = NamedSchema(
        "VerdictFeed",
        [
            "tenant": .optional(.identifier("tnt")), "name": .string, "source": .optional(.string),
            "keyId": .string, "key": .string, "intervalSeconds": .integer,
            "state": .oneOf(VerdictFeedItem.State.allCases.map(\.rawValue)), "sequence": .integer,
            "issuedAt": .time, "expiresAt": .time, "verdicts": .integer, "takenAt": .time,
            "checkedAt": .optional(.time), "succeededAt": .optional(.time),
            "problem": .optional(.string), "nextStep": .optional(.string), "nextAt": .time,
        ])
    static let verdictFeedList = list("VerdictFeedList", of: verdictFeed)

    static let verdictDraft = NamedSchema(
        "VerdictDraft",
        [
            "tenant": .optional(.identifier("tnt")),
            "verdict": .oneOf(VerdictWord.allCases.map(\.rawValue)), "package": .optional(.string),
            "version": .optional(.string), "vulnerability": .optional(.string), "reason": .string,
        ])

    static let updateVerdict = NamedSchema(
        "UpdateVerdict",
        [
            "tenant": .optional(.identifier("tnt")), "feed": .optional(.string),
            "person": .optional(.string),
            "verdict": .oneOf(VerdictWord.allCases.map(\.rawValue)), "package": .optional(.string),
            "version": .optional(.string), "origin": .optional(.string), "os": .optional(.string),
            "vulnerability": .optional(.string), "evidence": .string, "link": .optional(.string),
            "at": .time,
        ])
    static let verdictList = list("VerdictList", of: updateVerdict)
}
