import Fleet

/// The shapes of the fleet's vocabulary (module `Fleet`).
extension Schema {
    /// The name of a package manager.
    static let packageManager = Schema.oneOf(PackageManagerName.allCases.map(\.rawValue))
    /// How an update can be undone.
    static let wayBack = Schema.oneOf(WayBack.allCases.map(\.rawValue))
}

extension NamedSchema {
    /// A refusal.
    public static let problem = NamedSchema(
        "Problem", ["code": .string, "message": .string, "nextStep": .string])

    static let package = NamedSchema(
        "Package",
        [
            "manager": .packageManager, "name": .string, "version": .string,
            "architecture": .string,
            "source": .string, "sourceVersion": .string, "origin": .optional(.string),
            "module": .optional(.string),
        ])

    static let packageKey = NamedSchema(
        "PackageKey",
        ["manager": .packageManager, "name": .string, "architecture": .string])

    static let update = NamedSchema(
        "Update",
        [
            "manager": .packageManager, "name": .string, "architecture": .string,
            "installed": .string,
            "candidate": .string, "classes": .array(.oneOf(["security", "bugfix", "feature"])),
            "origin": .string,
            "installability": .oneOf([
                "installable", "held", "phased", "keptBack", "needsSubscription", "excluded",
            ]),
            "bytes": .optional(.integer), "reason": .optional(.string),
            "wayBack": .optional(.wayBack),
            "changelogVulnerabilities": .optional(.array(.string)),
            "prefetch": .optional(
                .object([
                    "state": .oneOf(Prefetch.State.allCases.map(\.rawValue)), "at": .time,
                    "sentence": .string,
                ])),
        ])

    static let lockedUpdate = NamedSchema(
        "LockedUpdate",
        [
            "manager": .packageManager, "name": .string, "architecture": .string, "from": .string,
            "to": .string, "goesBack": .optional(.boolean), "sha256": .optional(.string),
            "returnsTo": .optional(.object(["snapshot": .string, "inventory": .string])),
        ])

    static let facts = NamedSchema(
        "EndpointFacts",
        [
            "hostname": .string,
            "os": .object([
                "id": .string, "versionId": .string, "name": .string,
                "codename": .optional(.string),
                "idLike": .array(.string),
            ]),
            "kernel": .string, "bootId": .string, "timeZone": .string, "architecture": .string,
            "hardware": .object([
                "processor": .optional(.string), "processorCount": .integer,
                "memoryBytes": .integer,
                "model": .optional(.string),
            ]),
            "virtualization": .object(["kind": .string, "isContainer": .boolean]),
            "power": .object(["onMains": .boolean, "batteryPercent": .optional(.integer)]),
            "disks": .array(
                .object(["mountPoint": .string, "freeBytes": .integer, "totalBytes": .integer])),
            "usersLoggedIn": .array(.string), "machineFingerprint": .optional(.string),
            "downloads": .optional(
                .object(["proxy": .optional(.string), "toldBy": .optional(.string)])),
            "backup": .optional(
                .object([
                    "lastAt": .optional(.time), "toldBy": .optional(.string),
                    "problem": .optional(.string), "isTooOld": .optional(.boolean),
                ])),
            "ownUpdaters": .optional(
                .array(.object(["name": .string, "evidence": .string]))),
            "identity": .optional(
                .object([
                    "fullName": .optional(.string), "addresses": .array(.string),
                    "serialNumber": .optional(.string), "firmwareId": .optional(.string),
                ])),
        ])

    static let posture = NamedSchema(
        "Posture",
        [
            "endpoint": .named(.facts),
            "sources": .array(
                .object([
                    "name": .string, "state": .oneOf(["ok", "stale", "failed"]),
                    "refreshedAt": .optional(.time), "error": .optional(.string),
                ])),
            "updates": .array(.named(.update)),
            "reboot": .object([
                "required": .boolean,
                "signals": .array(.object(["kind": .string, "detail": .string])),
            ]),
            "restarts": .array(
                .object([
                    "process": .string, "pid": .integer, "unit": .optional(.string),
                    "files": .array(.string),
                ])),
            "unparsed": .array(.string),
        ])

    static let verdict = NamedSchema(
        "ComplianceVerdict",
        ["compliance": .oneOf(["compliant", "nonCompliant", "unknown"]), "sentence": .string])
}
