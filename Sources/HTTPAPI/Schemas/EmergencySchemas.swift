import ServerRecords

/// The shapes of emergency runs; docs/emergency.md says what they do.
extension NamedSchema {
    static let emergencyWish = NamedSchema(
        "EmergencyWish",
        [
            "vulnerability": .string, "tenant": .optional(.identifier("tnt")),
            "reason": .optional(.string), "confirm": .optional(.string),
            "acceptsNoWayBack": .optional(.boolean),
        ])
    static let emergencyAgreement = NamedSchema(
        "EmergencyAgreement", ["confirm": .string])
    static let emergencyReview = NamedSchema("EmergencyReview", ["text": .string])

    private static let plannedLine = Schema.object([
        "endpoint": .identifier("ept"), "endpointName": .string,
        "updates": .array(.object(["name": .string, "from": .string, "to": .string])),
        "mayNeedReboot": .boolean, "isOnline": .boolean, "opensAt": .optional(.time),
        "noWayBack": .optional(.array(.string)),
    ])
    private static let plannedRing = Schema.object([
        "name": .string, "endpoints": .integer, "named": .array(.string),
        "soakSkippedSeconds": .integer, "budget": .optional(.integer),
        "minimum": .optional(.integer),
    ])
    static let emergencyPlan = NamedSchema(
        "EmergencyPlan",
        [
            "vulnerability": .string, "tenant": .identifier("tnt"),
            "rollouts": .array(
                .object([
                    "policy": .string, "rings": .array(plannedRing), "lines": .array(plannedLine),
                    "warnings": .array(.string),
                ])),
            "leftOut": .array(
                .object([
                    "endpoint": .identifier("ept"), "endpointName": .string, "reason": .string,
                ])),
            "takesBack": .array(.string), "secondPerson": .optional(.string),
            "endpoints": .integer, "online": .integer, "mayReboot": .integer,
            "updates": .array(.string), "noWayBack": .array(.string),
        ])

    static let emergencyRun = NamedSchema(
        "EmergencyRun",
        [
            "id": .identifier("emr"), "tenant": .identifier("tnt"), "vulnerability": .string,
            "reason": .string, "acceptsNoWayBack": .boolean, "startedBy": .string,
            "startedAt": .time,
            "state": .oneOf(EmergencyRun.State.allCases.map(\.rawValue)),
            "agreedBy": .optional(.string), "agreedAt": .optional(.time),
            "deployments": .array(.identifier("dep")),
            "extent": .object([
                "endpoints": .integer, "mayReboot": .integer, "leftOut": .integer,
                "updates": .array(.string),
            ]),
            "endedAt": .optional(.time),
            "outcome": .optional(
                .object([
                    "verified": .integer, "pendingRestart": .integer, "failed": .integer,
                    "notNeeded": .integer, "notReached": .integer, "stops": .array(.string),
                ])),
            "review": .optional(
                .object(["text": .string, "by": .string, "at": .time])),
        ])
    static let emergencyList = list("EmergencyList", of: emergencyRun)
}
