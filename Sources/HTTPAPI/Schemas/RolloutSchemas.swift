import Administration
import ControlPlane
import Policy
import ServerRecords

/// Rollouts as the interface shows them.
extension NamedSchema {
    static let waveLine = NamedSchema(
        "WaveLine",
        [
            "key": .object([
                "manager": .packageManager, "name": .string, "architecture": .string,
            ]),
            "version": .string,
        ])

    static let ring = NamedSchema(
        "RolloutRing",
        [
            "name": .string,
            "stage": .oneOf(RolloutStanding.RingStanding.Stage.allCases.map(\.rawValue)),
            "members": .integer, "verified": .integer, "failed": .integer, "working": .integer,
            "waiting": .integer, "offline": .integer, "notNeeded": .integer,
            "gate": .optional(.string), "soakSeconds": .integer, "openedAt": .optional(.time),
            "expectedAt": .optional(.time), "expectedEnd": .optional(.time),
            "windowOpensAt": .optional(.time),
            "soakUntil": .optional(.time), "passedAt": .optional(.time), "isOverridden": .boolean,
            "endpoints": .array(
                .object([
                    "endpoint": .identifier("ept"), "name": .string, "phase": .string,
                    "sentence": .string,
                ])),
        ])

    static let rollout = NamedSchema(
        "Rollout",
        [
            "policy": .string, "policyVersion": .integer,
            "policyNote": .optional(.string),
            "lane": .oneOf(Lane.allCases.map(\.rawValue)), "isAutomatic": .boolean,
            "state": .oneOf(RolloutStanding.State.allCases.map(\.rawValue)),
            "reason": .optional(.string), "waits": .array(.string), "rings": .array(.named(.ring)),
            "lines": .array(.named(.waveLine)), "warnings": .array(.string),
            "dueAt": .optional(.time), "wakeAt": .optional(.time),
        ])

    static let blockedVersion = NamedSchema(
        "BlockedVersion",
        [
            "tenant": .identifier("tnt"), "manager": .packageManager, "package": .string,
            "version": .string, "deployment": .optional(.identifier("dep")), "reason": .string,
            "by": .string, "at": .time, "warning": .optional(.string),
        ])
    static let updateDebt = list(
        "UpdateDebtList",
        of: NamedSchema(
            "IndebtedEndpoint",
            [
                "endpoint": .identifier("ept"), "name": .string, "tenant": .identifier("tnt"),
                "owed": .integer, "approved": .integer, "oldestAt": .optional(.time),
                "batches": .array(
                    .object([
                        "updates": .integer, "security": .integer, "startsAt": .optional(.time),
                    ])),
                "doneAt": .optional(.time),
            ]))
    static let versionToBlock = NamedSchema(
        "VersionToBlock",
        [
            "tenant": .optional(.identifier("tnt")), "manager": .optional(.packageManager),
            "package": .string, "version": .string, "reason": .string,
        ])
    static let blockedVersionList = list("BlockedVersionList", of: blockedVersion)
}
