public import ControlPlane
public import Fleet
public import ServerRecords
public import Trust

/// A person who has just signed in.
public struct SignedIn: Hashable, Sendable {
    /// Who.
    public let user: User
    /// What goes into the cookie (`revealed`).
    public let sessionSecret: Secret
    /// What forms send along.
    public let csrfToken: String
    /// What they may see and do.
    public let principal: Principal
    /// When the session ends at the latest.
    public let expiresAt: Timestamp
}

/// A session that is still good.
public struct ActiveSession: Hashable, Sendable {
    /// What the person may see and do.
    public let principal: Principal
    /// Who.
    public let user: User
    /// What forms send along.
    public let csrfToken: String
    /// When the session ends at the latest.
    public let expiresAt: Timestamp
}

extension UseCases {
    /// How long a session lasts, in seconds: a working day.
    public static let sessionLifetimeSeconds: Int64 = 12 * 3600
    /// The longest name of a peer that is kept, in bytes: an IPv6 address with its zone.
    static let peerLimit = 64

    /// Signs a person in.
    ///
    /// Unknown names, disabled users and wrong passwords get the same answer after the same work.
    ///
    /// `peer` is where the request came from, as an address without its port.
    ///
    /// - Throws: `Refusal` `E_CREDENTIALS`; `E_SIGN_IN_THROTTLED` after many wrong passwords;
    ///   `E_BUSY`.
    public func signIn(name: String, password: String, peer: String) async throws -> SignedIn {
        let now = effects.now()
        let account = String(name.prefix(UserName.limit + 1)).lowercased()
        let peer = String(peer.prefix(Self.peerLimit))
        try beginTry(account, peer, at: now)
        let user = try await checkedUser(account, password, peer: peer)
        guard let user else {
            try await noteWrongPassword(account, at: now)
            throw Refusal(
                .unauthenticated, "E_CREDENTIALS", "The name or the password is wrong.",
                nextStep: "Check both, or ask an administrator to reset the password.")
        }
        let signedIn = try await open(sessionFor: user, at: now)
        throttle.succeeded(account: account, peer: peer)
        return signedIn
    }

    private func beginTry(_ account: String, _ peer: String, at now: Timestamp) throws(Refusal) {
        guard let wait = throttle.begin(account: account, peer: peer, at: now) else { return }
        throw Refusal(
            .tooMany, "E_SIGN_IN_THROTTLED", "There were too many wrong passwords.",
            nextStep: "Try again in \(wait) seconds.", retryAfterSeconds: wait)
    }

    /// The user of this name if the password is right and the user is not disabled.
    private func checkedUser(
        _ account: String, _ password: String, peer: String
    ) async throws -> User? {
        do {
            let users = try await ledger.read { try $0.users() }
            let user = users.first { $0.name == account && $0.disabledAt == nil }
            let isShort = password.utf8.count <= PasswordPolicy.maximumBytes
            let isRight = try await passwords.matches(
                isShort ? password : "", hash: user?.passwordHash)
            return isRight && isShort ? user : nil
        } catch {
            // The password was not judged, so the try must not count.
            throttle.withdrew(account: account, peer: peer)
            throw error
        }
    }

    /// Asks a signed-in person for the password once more; guesses count as they do at sign-in.
    ///
    /// - Throws: `Refusal` `E_CREDENTIALS`, `E_SIGN_IN_THROTTLED`, `E_BUSY`.
    func confirm(_ password: String, of user: User, peer: String) async throws {
        let peer = String(peer.prefix(Self.peerLimit))
        try beginTry(user.name, peer, at: effects.now())
        guard try await checkedUser(user.name, password, peer: peer) != nil else {
            throw Refusal(
                .forbidden, "E_CREDENTIALS", "The current password is wrong.",
                nextStep: "Type it again.")
        }
        throttle.succeeded(account: user.name, peer: peer)
    }

    /// Puts the try that begins a wait into the audit log, once; single typing errors would only
    /// fill it.
    private func noteWrongPassword(_ account: String, at now: Timestamp) async throws {
        guard throttle.tries(account: account) == SignInThrottle.freeTriesPerAccount else { return }
        try await ledger.write { records in
            guard let user = try records.users().first(where: { $0.name == account }) else {
                return
            }
            try self.appendAudit(
                "user.signInRefused", subject: user.id.text,
                sentence: "\(user.name) was refused for wrong passwords, several in a row.",
                actor: "system", tenant: user.tenant, in: records, at: now)
        }
    }

    private func open(sessionFor user: User, at now: Timestamp) async throws -> SignedIn {
        let secret = Secret(bytes: effects.randomBytes(Secret.byteCount))
        let session = Session(
            secretHash: secret.hash, user: user.id, createdAt: now,
            expiresAt: now.adding(seconds: Self.sessionLifetimeSeconds))
        let principal = Principal(user)
        try await ledger.write { records in
            // Since the check the user may have been disabled or been given another password.
            guard try records.users().first(where: { $0.id == user.id }) == user else {
                throw Refusal(
                    .conflict, "E_USER_CHANGED", "The user was changed at this very moment.",
                    nextStep: "Sign in again.")
            }
            try records.insert(session)
            try self.appendAudit(
                "user.signedIn", subject: user.id.text, sentence: "\(user.name) signed in.",
                actor: principal.name, tenant: user.tenant, in: records, at: now)
        }
        return SignedIn(
            user: user, sessionSecret: secret, csrfToken: CSRFToken.make(for: secret),
            principal: principal, expiresAt: session.expiresAt)
    }

    /// The session that a cookie's text stands for; `nil` when there is none any more.
    public func authenticateSession(secret text: String) async throws -> ActiveSession? {
        guard let secret = Secret(text: text) else { return nil }
        let now = effects.now()
        let found = try await ledger.read { try $0.session(secretHash: secret.hash, at: now) }
        return found.map { session, user in
            ActiveSession(
                principal: Principal(user), user: user, csrfToken: CSRFToken.make(for: secret),
                expiresAt: session.expiresAt)
        }
    }

    /// Ends a session. One that has ended already is no error.
    public func signOut(secret text: String) async throws {
        guard let secret = Secret(text: text) else { return }
        let now = effects.now()
        try await ledger.write { records in
            guard let (_, user) = try records.session(secretHash: secret.hash, at: now) else {
                return
            }
            try records.deleteSession(secretHash: secret.hash)
            try self.appendAudit(
                "user.signedOut", subject: user.id.text, sentence: "\(user.name) signed out.",
                actor: ActorName.user(user.name).text, tenant: user.tenant, in: records, at: now)
        }
    }
}
