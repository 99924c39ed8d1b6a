import Policy
import Rollout

/// The shapes of the messages between agent and server (module `AgentProtocol`).
extension NamedSchema {
    static let enrolRequest = NamedSchema(
        "EnrolRequest",
        [
            "token": .string, "publicKey": .string(format: "byte"),
            "proof": .string(format: "byte"),
            "facts": .named(.facts),
        ])

    static let enrolResponse = NamedSchema(
        "EnrolResponse", ["endpoint": .identifier("ept"), "tenant": .identifier("tnt")])

    static let accessTokenRequest = NamedSchema("AccessTokenRequest", ["assertion": .string])

    static let accessTokenResponse = NamedSchema(
        "AccessTokenResponse", ["accessToken": .string, "expiresIn": .integer])

    static let checkInRequest = NamedSchema(
        "CheckInRequest",
        [
            "inventoryDigest": .optional(.string), "postureDigest": .optional(.string),
            "scannedAt": .optional(.time), "agentVersion": .string, "bootId": .string,
            "health": .optional(.map(.boolean)),
        ])

    static let checkInResponse = NamedSchema(
        "CheckInResponse",
        [
            "wantsScan": .boolean, "knownInventoryDigest": .optional(.string), "hasWork": .boolean,
            "scanNow": .boolean, "nextCheckInSeconds": .integer, "scanIntervalSeconds": .integer,
            "serverTime": .time, "policyDigest": .optional(.string),
            "evidenceRequests": .optional(.array(.named(.evidenceRequest))),
            "probes": .optional(.array(.string)),
        ])

    static let scanUpload = NamedSchema(
        "ScanUpload",
        [
            "scannedAt": .time, "inventoryDigest": .string, "postureDigest": .string,
            "posture": .named(.posture), "packages": .optional(.array(.named(.package))),
            "delta": .optional(
                .object([
                    "changed": .array(.named(.package)), "removed": .array(.named(.packageKey)),
                ])),
            "baseDigest": .optional(.string),
        ])

    static let scanUploadResponse = NamedSchema(
        "ScanUploadResponse", ["wantsFullInventory": .boolean])

    static let workRequest = NamedSchema("WorkRequest", ["waitSeconds": .integer])

    static let workResponse = NamedSchema(
        "WorkResponse",
        [
            "order": .optional(
                .object([
                    "job": .identifier("job"), "deployment": .identifier("dep"),
                    "endpoint": .identifier("ept"), "updates": .array(.named(.lockedUpdate)),
                    "issuedAt": .time, "deadline": .time, "expectedSeconds": .optional(.integer),
                    "aftercare": .optional(.named(.aftercare)), "grant": .optional(.string),
                    "evidence": .optional(.named(.evidenceDemand)),
                ])),
            "scanNow": .boolean, "policyDigest": .optional(.string),
        ])

    static let prefetchRequest = NamedSchema("PrefetchRequest", ["atMost": .integer])

    static let prefetchResponse = NamedSchema(
        "PrefetchResponse",
        [
            "wishes": .array(
                .object([
                    "update": .named(.lockedUpdate),
                    "lane": .oneOf(Lane.allCases.map(\.rawValue)),
                ]))
        ])

    static let logChunk = NamedSchema(
        "LogChunk", ["offset": .integer, "text": .string, "length": .integer])

    static let jobReportResponse = NamedSchema("JobReportResponse", ["cancel": .boolean])

    static let jobProgress = NamedSchema(
        "JobProgress",
        [
            "phase": .oneOf(JobProgress.Phase.allCases.map(\.rawValue)),
            "sentence": .string, "percent": .optional(.integer), "at": .time,
            "until": .optional(.time),
        ])

    static let jobResult = NamedSchema(
        "JobResult",
        [
            "outcomes": .array(
                .object([
                    "update": .named(.lockedUpdate),
                    "state": .oneOf([
                        "verified", "pendingRestart", "failedVerification", "failed", "skipped",
                    ]),
                    "failure": .optional(.string), "versionAfter": .optional(.string),
                    "sentence": .string, "wayBack": .optional(.wayBack),
                    "sha256": .optional(.string),
                    "pending": .optional(
                        .oneOf(UpdateOutcome.Pending.allCases.map(\.rawValue))),
                ])),
            "cancelledBeforeStart": .boolean, "notes": .array(.string),
            "isHealthy": .optional(.boolean), "wasHealthy": .optional(.boolean),
            "probes": .optional(
                .array(
                    .object([
                        "probe": .string, "isPassed": .boolean, "sentence": .string,
                        "value": .optional(.integer), "isUnknown": .optional(.boolean),
                    ]))),
            "goesOn": .optional(.boolean), "failure": .optional(.string),
            "snapshot": .optional(.string), "rebootSeconds": .optional(.integer),
            "evidence": .optional(
                .object(["id": .identifier("evd"), "sha256": .string, "takenAt": .time])),
            "runs": .optional(
                .array(
                    .object([
                        "seconds": .integer,
                        "packages": .array(
                            .object([
                                "manager": .string, "name": .string, "architecture": .string,
                            ])),
                    ]))),
        ])

    static let aftercare = NamedSchema(
        "Aftercare",
        [
            "reboot": .oneOf(RebootRule.Mode.allCases.map(\.rawValue)),
            "deadlineSeconds": .optional(.integer), "deferrals": .optional(.integer),
            "warningSeconds": .optional(.integer),
            "windows": .optional(.array(.object(["from": .time, "until": .time]))),
            "probes": .optional(.array(.string)), "withinSeconds": .optional(.integer),
            "services": .optional(.array(.string)), "isRebootAsked": .optional(.boolean),
        ])
}
