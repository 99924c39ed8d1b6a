import ControlPlane

/// The shapes of users and tokens.
extension NamedSchema {
    static let enrolmentToken = NamedSchema(
        "EnrolmentToken",
        [
            "id": .identifier("tok"), "tenant": .identifier("tnt"),
            "site": .optional(.identifier("sit")), "note": .string,
            "state": .oneOf(EnrolmentTokenSummary.State.allCases.map(\.rawValue)),
            "createdBy": .string, "createdAt": .time, "expiresAt": .time, "maximumUses": .integer,
            "uses": .integer,
        ])
    static let enrolmentTokenList = list("EnrolmentTokenList", of: enrolmentToken)
    static let newEnrolmentToken = NamedSchema(
        "NewEnrolmentToken",
        [
            "tenant": .optional(.identifier("tnt")), "site": .optional(.identifier("sit")),
            "note": .optional(.string), "lifetimeSeconds": .optional(.integer),
            "maximumUses": .optional(.integer), "serverURLs": .optional(.array(.string)),
        ])
    static let createdEnrolmentToken = NamedSchema(
        "CreatedEnrolmentToken", ["token": .named(.enrolmentToken), "text": .string])
}
