public import Fleet

/// An endpoint that has shown its access token. What it sends concerns itself only.
public struct AgentPrincipal: Hashable, Sendable {
    /// The endpoint.
    public let endpoint: EndpointID
    /// The tenant that it belongs to.
    public let tenant: TenantID

    /// An endpoint that has shown its access token.
    public init(endpoint: EndpointID, tenant: TenantID) {
        self.endpoint = endpoint
        self.tenant = tenant
    }

    /// How the audit log names it.
    public var name: String { endpoint.actorName }
}

extension Principal {
    /// Whoever can read the home folder on the server's own machine.
    public static let localAdministrator = Principal(
        name: "local:administrator", scope: .provider, permissions: Role.administrator.permissions)

    /// A user who has signed in.
    package init(_ user: User) {
        self.init(
            name: ActorName.user(user.name).text, scope: Scope(user.tenant),
            permissions: user.role.permissions)
    }

    /// A program with a token of the API.
    package init(_ token: APIToken) {
        self.init(
            name: token.id.actorName, scope: Scope(token.tenant),
            permissions: token.role.permissions)
    }

    /// Goes on only if the asker may do this.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`.
    public func require(_ permission: Permission) throws(Refusal) {
        guard permissions.contains(permission) else {
            throw Refusal(
                .forbidden, "E_FORBIDDEN", "This needs the permission \(permission.rawValue).",
                nextStep: "Ask an administrator for a role that has it.")
        }
    }

    /// The tenant that something new shall belong to: the one named, else the asker's own; `nil`
    /// for the provider.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` when the tenant lies outside the asker's scope.
    package func tenant(for named: TenantID?) throws(Refusal) -> TenantID? {
        guard let scope = scope.narrowed(to: named) else { throw .notFound("tenant") }
        return scope.tenant
    }
}

extension Scope {
    /// The scope of somebody who belongs to a tenant, or to the provider.
    package init(_ tenant: TenantID?) {
        self = tenant.map(Scope.tenant) ?? .provider
    }

    /// The one tenant; `nil` for the provider.
    package var tenant: TenantID? {
        switch self {
        case .provider: nil
        case .tenant(let tenant): tenant
        }
    }
}
