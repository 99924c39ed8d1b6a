public import Administration
import ControlPlane
import Fleet
import ServerRecords

/// A new user, with the password that was made for them.
public struct CreatedUser: Hashable, Sendable, Codable {
    /// The user.
    public var user: UserSummary
    /// Shown this once; left out when the asker chose the password.
    public var oneTimePassword: String?

    /// A new user.
    public init(user: UserSummary, oneTimePassword: String?) {
        self.user = user
        self.oneTimePassword = oneTimePassword
    }
}

/// Users, and tokens of the interface.
enum IdentityRoutes {
    struct NewUserBody: Codable, Sendable {
        var name: String
        var role: Role
        var tenant: TenantID?
    }
    struct UserName: Codable, Sendable { var name: String }
    struct NewRole: Codable, Sendable { var role: Role }
    struct NewAPITokenBody: Codable, Sendable {
        var note: String
        var role: Role
        var tenant: TenantID?
        var lifetimeSeconds: Int64?
    }

    static let all = users + tokens

    private static let users: [Route] = [
        Route(
            .get, "/api/v1/roles", permission: .principal(.view),
            summary: "What each role may do, and which step of an update's life it answers for.",
            response: .roleTable
        ) { _ in .json(RoleTable.current) },
        Route(
            .get, "/api/v1/users", permission: .principal(.administer), summary: "Lists users.",
            response: .userList
        ) { call in
            .json(ItemList(items: try await call.useCases.users(by: try call.principal())))
        },
        Route(
            .post, "/api/v1/users", permission: .principal(.administer),
            summary:
                "Adds a user with a one-time password, which is in this answer and nowhere else.",
            request: .newUser, response: .createdUser
        ) { call in
            let body = try call.decode(NewUserBody.self)
            let created = try await call.useCases.createUser(
                name: body.name, tenant: body.tenant, role: body.role, by: try call.principal())
            return .json(
                CreatedUser(user: created.user, oneTimePassword: created.oneTimePassword),
                status: 201)
        },
        Route(
            .post, "/api/v1/users/{user}/role", permission: .principal(.administer),
            summary: "Gives a user another role.", request: .newRole, response: .user
        ) { call in
            let id = try call.identifier("user", Kinds.User.self)
            let role = try call.decode(NewRole.self).role
            return .json(
                try await call.useCases.changeRole(of: id, to: role, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/users/{user}/disable", permission: .principal(.administer),
            summary: "Disables a user: sessions and tokens end.", response: .user
        ) { call in
            .json(
                try await call.useCases.disableUser(
                    try call.identifier("user"), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/password-resets", permission: .principal(.administer),
            summary:
                "Gives a user a new one-time password, which is in this answer and nowhere else.",
            request: .userName, response: .createdUser
        ) { call in
            let changed = try await call.useCases.resetPassword(
                name: try call.decode(UserName.self).name, by: try call.principal())
            return .json(
                CreatedUser(user: changed.user, oneTimePassword: changed.oneTimePassword))
        },
    ]

    private static let tokens: [Route] = [
        Route(
            .get, "/api/v1/tokens", permission: .principal(.administer),
            summary: "Lists tokens of the interface. Their secrets are not kept.",
            response: .apiTokenList
        ) { call in
            .json(ItemList(items: try await call.useCases.apiTokens(by: try call.principal())))
        },
        Route(
            .post, "/api/v1/tokens", permission: .principal(.administer),
            summary: "Makes a token of the interface. Its text is in this answer and nowhere else.",
            request: .newAPIToken, response: .createdAPIToken
        ) { call in
            let body = try call.decode(NewAPITokenBody.self)
            return .json(
                try await call.useCases.createAPIToken(
                    by: try call.principal(), note: body.note, tenant: body.tenant, role: body.role,
                    lifetimeSeconds: body.lifetimeSeconds ?? UseCases.defaultAPITokenLifetime),
                status: 201)
        },
        Route(
            .post, "/api/v1/tokens/{token}/revoke", permission: .principal(.administer),
            summary: "Revokes a token of the interface, and those made with it.",
            response: .apiToken
        ) { call in
            .json(
                try await call.useCases.revokeAPIToken(
                    try call.identifier("token"), by: try call.principal()))
        },
    ]
}
