import ControlPlane
public import Fleet
public import ServerRecords

/// A user as lists show it: everything but the password's hash.
public struct UserSummary: Hashable, Sendable, Codable {
    /// The identifier.
    public let id: UserID
    /// The name to sign in with.
    public let name: String
    /// The tenant whose things the person sees; `nil` for all.
    public let tenant: TenantID?
    /// What the person may do.
    public let role: Role
    /// Whether the password was made by the program and should be changed.
    public let mustChangePassword: Bool
    /// When the user was made.
    public let createdAt: Timestamp
    /// When the user was disabled.
    public let disabledAt: Timestamp?

    init(_ user: User) {
        id = user.id
        name = user.name
        tenant = user.tenant
        role = user.role
        mustChangePassword = user.mustChangePassword
        createdAt = user.createdAt
        disabledAt = user.disabledAt
    }
}

/// A user whose password the program made.
public struct NewUser: Hashable, Sendable {
    /// The user.
    public let user: UserSummary
    /// The password to sign in with once, shown this once; `nil` when it was given.
    public let oneTimePassword: String?
}

/// What a user's name must be.
enum UserName {
    /// The longest name, in bytes: an e-mail address fits.
    static let limit = 64

    /// The name in lower case.
    ///
    /// - Throws: `Refusal` `E_USER_NAME`.
    static func checked(_ text: String) throws(Refusal) -> String {
        let name = text.lowercased()
        let isClean = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "._-@+".utf8.contains(byte)
            }
        }
        guard (1...limit).contains(name.utf8.count), isClean, name.utf8.first != UInt8(ascii: "-")
        else {
            throw Refusal(
                .malformed, "E_USER_NAME",
                "A user's name has 1 to \(limit) letters a to z, digits, and the characters . _ - @ +.",
                nextStep: "Choose another name, such as anna or anna@example.org.")
        }
        return name
    }
}
