public import ControlPlane
public import Fleet
public import ServerRecords
import Trust

extension UseCases {
    /// Makes an administrator of the provider. Only programs on the server's own machine call this;
    /// no route leads here.
    ///
    /// Without a password one is made, which should be changed after the first sign-in.
    ///
    /// - Throws: `Refusal` `E_USER_NAME`, `E_NAME_TAKEN`, `E_PASSWORD_WEAK`.
    public func createAdministrator(name: String, password: String? = nil) async throws -> NewUser {
        try await createUser(
            name: name, tenant: nil, role: .administrator, password: password,
            by: .localAdministrator)
    }

    /// Makes a user, in the asker's scope and with no more permissions than the asker's.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND` for a tenant out of scope, `E_ROLE_TENANT`,
    ///   `E_USER_NAME`, `E_NAME_TAKEN`, `E_PASSWORD_WEAK`.
    public func createUser(
        name: String, tenant: TenantID?, role: Role, password: String? = nil,
        by principal: Principal
    ) async throws -> NewUser {
        try principal.require(.administer)
        try principal.mayGrant(role)
        let tenant = try principal.tenant(for: tenant)
        try role.requireTenant(tenant)
        let name = try UserName.checked(name)
        let chosen = try await newPassword(password, userName: name)
        let now = effects.now()
        let user = User(
            id: effects.newIdentifier(), name: name, tenant: tenant, role: role,
            passwordHash: chosen.hash, mustChangePassword: chosen.oneTime != nil, createdAt: now)
        try await ledger.write { records in
            if let tenant, try records.tenants(in: .tenant(tenant)).isEmpty {
                throw Refusal.notFound("tenant")
            }
            try Self.reportingTakenNames { try records.insert(user) }
            try self.appendAudit(
                "user.created", subject: user.id.text,
                sentence: "Made the user \(name) with the role \(role.rawValue).",
                actor: principal.name,
                tenant: tenant, in: records, at: now)
        }
        return NewUser(user: UserSummary(user), oneTimePassword: chosen.oneTime)
    }

    /// The users that the asker may see, by name.
    public func users(by principal: Principal) async throws -> [UserSummary] {
        try principal.require(.administer)
        return try await ledger.read { try $0.users() }
            .filter { principal.includes($0.tenant) }.map(UserSummary.init)
    }

    /// Gives a user another role.
    ///
    /// API tokens that the user made and that may do more than the new role are revoked.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_LAST_ADMINISTRATOR`.
    public func changeRole(
        of id: UserID, to role: Role, by principal: Principal
    ) async throws -> UserSummary {
        try principal.mayGrant(role)
        return try await change(id, by: principal) { user, records, now in
            guard user.role != role else { return }
            try role.requireTenant(user.tenant)
            try Self.keepAnAdministrator(besides: user, in: records)
            user.role = role
            try Self.revokeTokens(madeBy: .user(user.name), in: records, at: now) {
                !$0.role.permissions.isSubset(of: role.permissions)
            }
            try self.appendAudit(
                "user.roleChanged", subject: id.text,
                sentence: "Gave the user \(user.name) the role \(role.rawValue).",
                actor: principal.name, tenant: user.tenant, in: records, at: now)
        }
    }

    /// Disables a user: sessions end and API tokens that the user made are revoked. Doing it again
    /// changes nothing.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_LAST_ADMINISTRATOR`.
    public func disableUser(_ id: UserID, by principal: Principal) async throws -> UserSummary {
        try await change(id, by: principal) { user, records, now in
            guard user.disabledAt == nil else { return }
            try Self.keepAnAdministrator(besides: user, in: records)
            user.disabledAt = now
            try records.deleteSessions(of: id, except: nil)
            try Self.revokeTokens(madeBy: .user(user.name), in: records, at: now) { _ in true }
            try self.appendAudit(
                "user.disabled", subject: id.text, sentence: "Disabled the user \(user.name).",
                actor: principal.name, tenant: user.tenant, in: records, at: now)
        }
    }

    /// Gives a user a password made by the program, to be used once; all sessions of the user end.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func resetPassword(name: String, by principal: Principal) async throws -> NewUser {
        try principal.require(.administer)
        let name = try UserName.checked(name)
        let user = try await ledger.read { try $0.users() }.first { $0.name == name }
        guard let user else { throw Refusal.notFound("user") }
        let chosen = try await newPassword(nil, userName: name)
        let changed = try await change(user.id, by: principal) { user, records, now in
            user.passwordHash = chosen.hash
            user.mustChangePassword = true
            try records.deleteSessions(of: user.id, except: nil)
            try self.appendAudit(
                "user.passwordReset", subject: user.id.text,
                sentence: "Reset the password of the user \(user.name).", actor: principal.name,
                tenant: user.tenant, in: records, at: now)
        }
        return NewUser(user: changed, oneTimePassword: chosen.oneTime)
    }

    /// Changes the password of whoever has this session; the user's other sessions end.
    ///
    /// - Throws: `Refusal` `E_UNAUTHENTICATED` without a session, `E_CREDENTIALS` for a wrong
    ///   current password, `E_PASSWORD_WEAK`, `E_SIGN_IN_THROTTLED`, `E_BUSY`.
    public func changePassword(
        session text: String, current: String, new: String, peer: String
    ) async throws {
        guard let secret = Secret(text: text),
            let session = try await authenticateSession(secret: text)
        else {
            throw Refusal(
                .unauthenticated, "E_UNAUTHENTICATED", "The session has ended.",
                nextStep: "Sign in again.")
        }
        let user = session.user
        try await confirm(current, of: user, peer: peer)
        let chosen = try await newPassword(new, userName: user.name)
        let now = effects.now()
        try await ledger.write { records in
            guard var latest = try records.users().first(where: { $0.id == user.id }),
                latest == user
            else {
                throw Refusal(
                    .conflict, "E_USER_CHANGED", "The user was changed at this very moment.",
                    nextStep: "Sign in again.")
            }
            latest.passwordHash = chosen.hash
            latest.mustChangePassword = false
            try records.update(latest)
            try records.deleteSessions(of: user.id, except: secret.hash)
            try self.appendAudit(
                "user.passwordChanged", subject: user.id.text,
                sentence: "\(user.name) changed the password.",
                actor: session.principal.name, tenant: user.tenant, in: records, at: now)
        }
    }

    /// A password's hash, and the password itself if it was made here.
    private func newPassword(
        _ given: String?, userName: String
    ) async throws -> (hash: String, oneTime: String?) {
        if let given {
            do throws(TrustError) {
                try PasswordPolicy.check(given, userName: userName)
            } catch {
                throw Refusal(.malformed, error)
            }
        }
        let oneTime =
            given == nil
            ? OneTimePassword.make(from: effects.randomBytes(OneTimePassword.byteCount)) : nil
        let salt = effects.randomBytes(PasswordHash.saltByteCount)
        return (try await passwords.hash(given ?? oneTime ?? "", salt: salt), oneTime)
    }

    /// Loads a user whom the asker may change, lets `body` change it, and stores it.
    private func change(
        _ id: UserID, by principal: Principal,
        _ body: @escaping @Sendable (inout User, any Records, Timestamp) throws -> Void
    ) async throws -> UserSummary {
        try principal.require(.administer)
        let now = effects.now()
        return try await ledger.write { records in
            guard var user = try records.users().first(where: { $0.id == id }),
                principal.includes(user.tenant)
            else { throw Refusal.notFound("user") }
            try principal.mayGrant(user.role)
            let before = user
            try body(&user, records, now)
            if user != before { try records.update(user) }
            return UserSummary(user)
        }
    }

    /// Nobody may shut the last administrator of the provider out.
    private static func keepAnAdministrator(besides user: User, in records: any Records) throws {
        let isOne = { (user: User) in
            user.role == .administrator && user.tenant == nil && user.disabledAt == nil
        }
        guard isOne(user) else { return }
        guard try records.users().contains(where: { $0.id != user.id && isOne($0) }) else {
            throw Refusal(
                .conflict, "E_LAST_ADMINISTRATOR",
                "\(user.name) is the provider's last administrator.",
                nextStep: "Make another administrator first.")
        }
    }
}

extension Principal {
    /// Whether something of this tenant (`nil`: of the provider) lies in the asker's scope.
    func includes(_ tenant: TenantID?) -> Bool {
        tenant.map(scope.includes) ?? (scope == .provider)
    }

    /// Nobody can give, or take from others, more than they have.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`.
    func mayGrant(_ role: Role) throws(Refusal) {
        guard role.permissions.isSubset(of: permissions) else {
            throw Refusal(
                .forbidden, "E_FORBIDDEN", "The role \(role.rawValue) may do more than you may.",
                nextStep: "Ask an administrator.")
        }
    }
}
