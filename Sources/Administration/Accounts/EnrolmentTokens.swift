public import ControlPlane
public import Fleet
public import ServerRecords
import Trust

/// An enrolment token as lists show it: everything but the secret's hash.
public struct EnrolmentTokenSummary: Hashable, Sendable, Codable {
    /// Whether it can still be used, and if not, why.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// It can be used.
        case active
        /// Its time is over.
        case expired
        /// It was revoked.
        case revoked
        /// It was used as often as it may be.
        case usedUp
    }

    /// Its identifier.
    public let id: TokenID
    /// The tenant that devices enrol into.
    public let tenant: TenantID
    /// The site that they are put in; `nil` for none.
    public let site: SiteID?
    /// What it is for.
    public let note: String
    /// Whether it can still be used.
    public let state: State
    /// Who made it.
    public let createdBy: String
    /// When it was made.
    public let createdAt: Timestamp
    /// When it stops being good.
    public let expiresAt: Timestamp
    /// How many devices may enrol with it.
    public let maximumUses: Int
    /// How many have.
    public let uses: Int

    init(_ token: EnrolmentToken, at now: Timestamp) {
        id = token.id
        tenant = token.tenant
        site = token.site
        note = token.note
        createdBy = token.createdBy
        createdAt = token.createdAt
        expiresAt = token.expiresAt
        maximumUses = token.maximumUses
        uses = token.uses
        state = Self.state(of: token, at: now)
    }

    private static func state(of token: EnrolmentToken, at now: Timestamp) -> State {
        if token.revokedAt != nil { return .revoked }
        if token.expiresAt <= now { return .expired }
        return token.uses < token.maximumUses ? .active : .usedUp
    }
}

/// A new enrolment token, with its text, which is shown this once.
public struct NewEnrolmentToken: Hashable, Sendable, Codable {
    /// The token.
    public let token: EnrolmentTokenSummary
    /// The content of the token's file. It is a secret.
    public let text: String
}

extension UseCases {
    /// How long an enrolment token is good unless said otherwise, in seconds: a day, for a roll-out
    /// by hand.
    public static let defaultEnrolmentLifetime: Int64 = 86_400
    /// The times, in seconds, that an enrolment token may be good: a minute to a year.
    public static let enrolmentLifetimes: ClosedRange<Int64> = 60...(365 * 86_400)
    /// How often an enrolment token may be used: the largest is the fleet that one server is built
    /// for.
    public static let enrolmentUses = 1...100_000
    /// The longest note on a token, in characters.
    public static let noteLimit = 200

    /// Makes an enrolment token for a tenant.
    ///
    /// The tenant is the asker's own, or the only one there is, when none is named. `serverURLs` is
    /// where agents reach this server, such as `https://patchbay.example.org:8443`.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND` for a tenant or site out of scope,
    ///   `E_TENANT_NEEDED`, `E_LIFETIME`, `E_USES`, `E_NOTE`, `E_SERVER_URL`.
    public func createEnrolmentToken(
        by principal: Principal, tenant: TenantID? = nil, site: SiteID? = nil, note: String = "",
        lifetimeSeconds: Int64 = UseCases.defaultEnrolmentLifetime, maximumUses: Int = 1,
        serverURLs: [String]
    ) async throws -> NewEnrolmentToken {
        try principal.require(.enrol)
        let named = try principal.tenant(for: tenant)
        try Self.check(lifetime: lifetimeSeconds, in: Self.enrolmentLifetimes)
        try Self.check(note: note)
        guard Self.enrolmentUses.contains(maximumUses) else {
            throw Refusal(
                .malformed, "E_USES",
                "A token can be used 1 to \(Self.enrolmentUses.upperBound) times.",
                nextStep: "Choose a number in this range.")
        }
        let now = effects.now()
        let secret = Secret(bytes: effects.randomBytes(Secret.byteCount))
        let root = try await ledger.read { try self.heldRoot(in: $0)?.digest }
        let text = try tokenText(serverURLs, secret, root: root)
        let id: TokenID = effects.newIdentifier()
        let token = try await ledger.write { records in
            let tenant = try Self.onlyTenant(named, in: records)
            if let site, try !records.sites(in: .tenant(tenant)).contains(where: { $0.id == site })
            {
                throw Refusal.notFound("site")
            }
            let token = EnrolmentToken(
                id: id, tenant: tenant, site: site, note: note, secretHash: secret.hash,
                createdBy: principal.name, createdAt: now,
                expiresAt: now.adding(seconds: lifetimeSeconds), maximumUses: maximumUses)
            try records.save(token)
            try self.appendAudit(
                "enrolmentToken.created", subject: id.text,
                sentence:
                    "Made an enrolment token for \(maximumUses) uses until \(token.expiresAt.wholeSeconds).",
                actor: principal.name, tenant: tenant, in: records, at: now)
            return token
        }
        return NewEnrolmentToken(token: EnrolmentTokenSummary(token, at: now), text: text)
    }

    private func tokenText(
        _ serverURLs: [String], _ secret: Secret, root: String?
    ) throws(Refusal) -> String {
        do throws(TrustError) {
            return try EnrolmentTokenText(
                serverURLs: serverURLs, identityCertificate: keys.identityCertificate,
                secret: secret, rootFingerprint: root.flatMap(Hex.decode)
            ).revealed
        } catch {
            throw Refusal(.malformed, error)
        }
    }

    private static func onlyTenant(_ named: TenantID?, in records: any Records) throws -> TenantID {
        let tenants = try records.tenants(in: Scope(named))
        if let named {
            guard tenants.contains(where: { $0.id == named }) else {
                throw Refusal.notFound("tenant")
            }
            return named
        }
        guard tenants.count == 1, let only = tenants.first else {
            throw Refusal(
                .malformed, "E_TENANT_NEEDED",
                "There are \(tenants.count) tenants; a token belongs to one.",
                nextStep: "Name the tenant.")
        }
        return only.id
    }

    /// The enrolment tokens that the asker may see, newest first.
    public func enrolmentTokens(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> [EnrolmentTokenSummary] {
        try principal.require(.enrol)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        return try await ledger.read { try $0.enrolmentTokens(in: scope) }
            .map { EnrolmentTokenSummary($0, at: now) }
    }

    /// Revokes an enrolment token. Endpoints that enrolled with it stay. Revoking it again changes
    /// nothing.
    public func revokeEnrolmentToken(
        _ id: TokenID, by principal: Principal
    ) async throws -> EnrolmentTokenSummary {
        try principal.require(.enrol)
        let now = effects.now()
        let token = try await ledger.write { records in
            let found = try records.enrolmentTokens(in: principal.scope).first { $0.id == id }
            guard var token = found else { throw Refusal.notFound("enrolment token") }
            guard token.revokedAt == nil else { return token }
            token.revokedAt = now
            try records.save(token)
            try self.appendAudit(
                "enrolmentToken.revoked", subject: id.text, sentence: "Revoked an enrolment token.",
                actor: principal.name, tenant: token.tenant, in: records, at: now)
            return token
        }
        return EnrolmentTokenSummary(token, at: now)
    }

    static func check(lifetime: Int64, in range: ClosedRange<Int64>) throws(Refusal) {
        guard range.contains(lifetime) else {
            throw Refusal(
                .malformed, "E_LIFETIME",
                "A token can be good for \(range.lowerBound) to \(range.upperBound) seconds.",
                nextStep: "Choose a time in this range.")
        }
    }

    static func check(note: String) throws(Refusal) {
        let isClean = note.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard note.count <= noteLimit, isClean else {
            throw Refusal(
                .malformed, "E_NOTE",
                "A note has at most \(noteLimit) characters and no control characters.",
                nextStep: "Shorten the note.")
        }
    }
}
