import Administration
import ControlPlane
import ServerRecords

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

    private static let role = Schema.oneOf(Role.allCases.map(\.rawValue))

    static let user = NamedSchema(
        "User",
        [
            "id": .identifier("usr"), "name": .string, "tenant": .optional(.identifier("tnt")),
            "role": role, "mustChangePassword": .boolean, "createdAt": .time,
            "disabledAt": .optional(.time),
        ])
    static let roleTable = NamedSchema(
        "RoleTable",
        [
            "roles": .array(
                .object([
                    "role": role, "summary": .string,
                    "permissions": .array(.oneOf(Permission.allCases.map(\.rawValue))),
                    "isOfTenant": .boolean,
                ])),
            "steps": .array(
                .object([
                    "step": .oneOf(LifecycleStep.allCases.map(\.rawValue)), "owner": role,
                    "summary": .string,
                ])),
        ])
    static let userList = list("UserList", of: user)
    static let newUser = NamedSchema(
        "NewUser", ["name": .string, "role": role, "tenant": .optional(.identifier("tnt"))])
    static let createdUser = NamedSchema(
        "CreatedUser", ["user": .named(.user), "oneTimePassword": .optional(.string)])
    static let userName = NamedSchema("UserName", ["name": .string])
    static let newRole = NamedSchema("NewRole", ["role": role])

    static let apiToken = NamedSchema(
        "APIToken",
        [
            "id": .identifier("tok"), "note": .string, "tenant": .optional(.identifier("tnt")),
            "role": role, "createdBy": .string, "createdAt": .time, "expiresAt": .time,
            "revokedAt": .optional(.time),
        ])
    static let apiTokenList = list("APITokenList", of: apiToken)
    static let newAPIToken = NamedSchema(
        "NewAPIToken",
        [
            "note": .string, "role": role, "tenant": .optional(.identifier("tnt")),
            "lifetimeSeconds": .optional(.integer),
        ])
    static let createdAPIToken = NamedSchema(
        "CreatedAPIToken", ["token": .named(.apiToken), "text": .string])
}
