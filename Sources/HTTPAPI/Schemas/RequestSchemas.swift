import Policy
import ServerRecords

/// The shapes of what people ask others to approve; docs/roles.md says how.
extension NamedSchema {
    private static let requestedUpdates = NamedSchema(
        "RequestedUpdates",
        [
            "package": .optional(.string), "version": .optional(.string),
            "vulnerability": .optional(.string),
            "level": .optional(.oneOf(PolicyLevel.allCases.map(\.rawValue))),
            "place": .optional(.string), "endpoints": .optional(.array(.identifier("ept"))),
        ])

    static let requestDraft = NamedSchema(
        "RequestDraft",
        [
            "tenant": .optional(.identifier("tnt")), "updates": .optional(.named(requestedUpdates)),
            "run": .optional(.named(deploymentSelection)), "reason": .string,
        ])

    static let request = NamedSchema(
        "Request",
        [
            "id": .identifier("req"), "tenant": .identifier("tnt"),
            "updates": .optional(.named(requestedUpdates)),
            "run": .optional(.named(deploymentSelection)), "sentence": .string, "reason": .string,
            "requestedBy": .string, "requestedAt": .time,
            "state": .oneOf(RequestRecord.State.allCases.map(\.rawValue)),
            "answeredBy": .optional(.string), "answeredAt": .optional(.time),
            "answer": .optional(.string), "outcome": .optional(.string),
        ])
    static let requestList = list("RequestList", of: request)
    static let requestAnswer = NamedSchema(
        "RequestAnswer",
        ["reason": .optional(.string), "acceptsNoWayBack": .optional(.boolean)])
}
