/// The shapes of signed documents and what is said of them.
extension NamedSchema {
    static let trustRequest = NamedSchema(
        "TrustRequest",
        [
            "rootVersion": .optional(.integer), "policyVersion": .optional(.integer),
            "policyDigest": .optional(.string), "refusal": .optional(.string),
            "sentence": .optional(.string), "job": .optional(.identifier("job")),
        ])

    static let trustResponse = NamedSchema(
        "TrustResponse",
        [
            "digest": .optional(.string), "roots": .array(.string), "policies": .optional(.string),
            "holds": .array(.string), "placement": .optional(.string), "grant": .optional(.string),
            "scripts": .optional(.array(.string)), "recipes": .optional(.array(.string)),
            "duties": .optional(.array(.string)),
        ])

    static let trustStatus = NamedSchema(
        "TrustStatus",
        [
            "mode": .optional(.oneOf(["managed", "sealed"])), "rootVersion": .optional(.integer),
            "rootFingerprint": .optional(.string), "rootExpiresAt": .optional(.time),
            "waiting": .integer, "endpointsReporting": .integer,
            "refusals": .array(
                .object([
                    "endpoint": .identifier("ept"), "code": .string, "sentence": .string,
                    "at": .time,
                ])),
        ])

    static let waitingDocument = NamedSchema(
        "WaitingDocument",
        [
            "digest": .string, "type": .string, "name": .string, "version": .integer,
            "scope": .string, "reason": .string, "askedBy": .string, "askedAt": .time,
            "deployment": .optional(.identifier("dep")), "needed": .integer,
            "signatures": .integer, "envelope": .string,
        ])

    static let waitingDocumentList = list("WaitingDocumentList", of: waitingDocument)

    static let envelopeText = NamedSchema("EnvelopeText", ["envelope": .string])

    static let signingOutcome = NamedSchema(
        "SigningOutcome", ["digest": .string, "isComplete": .boolean, "sentence": .string])

    static let scriptWish = NamedSchema(
        "ScriptWish",
        [
            "name": .string, "tenant": .optional(.identifier("tnt")), "interpreter": .string,
            "text": .string, "timeoutSeconds": .integer,
        ])

    static let script = NamedSchema(
        "Script",
        [
            "name": .string, "scope": .string, "version": .integer, "interpreter": .string,
            "sha256": .string, "timeoutSeconds": .integer, "expiresAt": .time,
            "isSigned": .boolean, "text": .optional(.string),
        ])

    static let scriptList = list("ScriptList", of: script)

    static let brake = NamedSchema(
        "BlastRadiusBrake",
        [
            "shareBasisPoints": .integer, "endpoints": .optional(.integer),
            "tenantsPerHour": .integer,
        ])
}
