public import ControlPlane
public import Fleet
public import ServerRecords
import Trust

/// A token of the public API as lists show it: everything but the secret's hash.
public struct APITokenSummary: Hashable, Sendable, Codable {
    /// Its identifier.
    public let id: TokenID
    /// What it is for.
    public let note: String
    /// The tenant whose things it sees; `nil` for all.
    public let tenant: TenantID?
    /// What it may do.
    public let role: Role
    /// Who made it.
    public let createdBy: String
    /// When it was made.
    public let createdAt: Timestamp
    /// When it stops being good.
    public let expiresAt: Timestamp
    /// When it was revoked.
    public let revokedAt: Timestamp?

    init(_ token: APIToken) {
        id = token.id
        note = token.note
        tenant = token.tenant
        role = token.role
        createdBy = token.createdBy
        createdAt = token.createdAt
        expiresAt = token.expiresAt
        revokedAt = token.revokedAt
    }
}

/// A new token of the public API, with its text, which is shown this once.
public struct NewAPIToken: Hashable, Sendable, Codable {
    /// The token.
    public let token: APITokenSummary
    /// What goes after `Authorization: Bearer`. It is a secret.
    public let text: String
}

extension UseCases {
    /// What the text of an API token begins with.
    public static let apiTokenPrefix = "pbt_"
    /// How long an API token is good unless said otherwise, in seconds: a quarter of a year.
    public static let defaultAPITokenLifetime: Int64 = 90 * 86_400
    /// The times, in seconds, that an API token may be good: a minute to two years; none is good
    /// for ever.
    public static let apiTokenLifetimes: ClosedRange<Int64> = 60...(2 * 365 * 86_400)

    /// Makes a token of the public API, which can never see or do more than who makes it.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND` for a tenant out of scope, `E_LIFETIME`,
    ///   `E_NOTE`.
    public func createAPIToken(
        by principal: Principal, note: String, tenant: TenantID? = nil, role: Role,
        lifetimeSeconds: Int64 = UseCases.defaultAPITokenLifetime
    ) async throws -> NewAPIToken {
        try principal.require(.administer)
        try principal.mayGrant(role)
        let tenant = try principal.tenant(for: tenant)
        try role.requireTenant(tenant)
        try Self.check(lifetime: lifetimeSeconds, in: Self.apiTokenLifetimes)
        try Self.check(note: note)
        let now = effects.now()
        let secret = Secret(bytes: effects.randomBytes(Secret.byteCount))
        let token = APIToken(
            id: effects.newIdentifier(), note: note, tenant: tenant, role: role,
            secretHash: secret.hash, createdBy: principal.name, createdAt: now,
            expiresAt: now.adding(seconds: lifetimeSeconds))
        try await ledger.write { records in
            if let tenant, try records.tenants(in: .tenant(tenant)).isEmpty {
                throw Refusal.notFound("tenant")
            }
            if case .token(let id) = ActorName(principal.name),
                let maker = try TokenID(id).flatMap({ try records.apiToken($0) }),
                maker.expiresAt < token.expiresAt
            {
                throw Self.outlives(maker)
            }
            try records.save(token)
            try self.appendAudit(
                "apiToken.created", subject: token.id.text,
                sentence:
                    "Made an API token with the role \(role.rawValue) until \(token.expiresAt.wholeSeconds).",
                actor: principal.name, tenant: tenant, in: records, at: now)
        }
        return NewAPIToken(
            token: APITokenSummary(token), text: Self.apiTokenPrefix + secret.revealed)
    }

    /// A token ends with the one that made it, so that it is always known which person stands
    /// behind it.
    private static func outlives(_ maker: APIToken) -> Refusal {
        Refusal(
            .malformed, "E_LIFETIME",
            "A token that is made with a token ends with it, at \(maker.expiresAt.wholeSeconds).",
            nextStep: "Choose a shorter time, or make the token as a person.")
    }

    /// The API tokens that the asker may see, newest first.
    public func apiTokens(by principal: Principal) async throws -> [APITokenSummary] {
        try principal.require(.administer)
        return try await ledger.read { try $0.apiTokens() }
            .filter { principal.includes($0.tenant) }.map(APITokenSummary.init)
    }

    /// Revokes an API token, and those that were made with it. Revoking it again changes nothing.
    public func revokeAPIToken(
        _ id: TokenID, by principal: Principal
    ) async throws -> APITokenSummary {
        try principal.require(.administer)
        let now = effects.now()
        return try await ledger.write { records in
            guard var token = try records.apiToken(id), principal.includes(token.tenant) else {
                throw Refusal.notFound("API token")
            }
            guard token.revokedAt == nil else { return APITokenSummary(token) }
            token.revokedAt = now
            try records.save(token)
            try Self.revokeTokens(madeBy: .token(id.text), in: records, at: now) { _ in true }
            try self.appendAudit(
                "apiToken.revoked", subject: id.text, sentence: "Revoked an API token.",
                actor: principal.name, tenant: token.tenant, in: records, at: now)
            return APITokenSummary(token)
        }
    }

    /// Revokes those of a maker's tokens that `condition` holds for, and all that were made with a
    /// revoked one.
    static func revokeTokens(
        madeBy maker: ActorName, in records: any Records, at now: Timestamp,
        where condition: (APIToken) -> Bool
    ) throws {
        let open = try records.apiTokens().filter { $0.revokedAt == nil }
        var revoked = open.filter { $0.createdBy == maker.text && condition($0) }
        var place = 0
        // A token has one maker, so each is reached once and the loop ends.
        while place < revoked.count {
            let name = revoked[place].id.actorName
            revoked += open.filter { $0.createdBy == name }
            place += 1
        }
        for var token in revoked {
            token.revokedAt = now
            try records.save(token)
        }
    }

    private static func accessToken(
        _ bearer: some StringProtocol, _ keys: ServerKeys, at now: Timestamp
    ) throws(Refusal) -> AccessToken {
        do throws(TrustError) {
            return try keys.accessTokens.token(from: bearer, at: now)
        } catch {
            throw Refusal(.unauthenticated, error)
        }
    }

    /// Who shows this bearer token of the public API: a program with an API token, or whoever can
    /// read the server's home folder.
    ///
    /// - Throws: `Refusal` `E_API_TOKEN`, `E_ACCESS_TOKEN`, `E_ACCESS_TOKEN_EXPIRED`.
    public func authenticateAPI(bearer: some StringProtocol & Sendable) async throws -> Principal {
        let now = effects.now()
        if bearer.hasPrefix(AccessToken.prefix) {
            guard case .localAdministrator = try Self.accessToken(bearer, keys, at: now) else {
                throw Self.unknownAPIToken
            }
            return .localAdministrator
        }
        guard let secret = Secret(text: bearer, prefix: Self.apiTokenPrefix) else {
            throw Self.unknownAPIToken
        }
        let token = try await ledger.read { try $0.apiToken(secretHash: secret.hash, at: now) }
        guard let token else { throw Self.unknownAPIToken }
        return Principal(token)
    }

    private static let unknownAPIToken = Refusal(
        .unauthenticated, "E_API_TOKEN", "The API token is unknown, expired or revoked.",
        nextStep: "Make a new one with patchbay token create.")
}
