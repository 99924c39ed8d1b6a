import Fleet
import ServerRecords

extension StoreRecords: IdentityRecords {
    func insert(_ user: User) throws {
        let added = try change(
            """
            INSERT INTO person (\(PersonColumns.list)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (name) DO NOTHING
            """, user.id, user.name, user.tenant, user.role, user.passwordHash,
            user.mustChangePassword,
            user.createdAt, user.disabledAt)
        if added == 0 { throw NameTaken(name: user.name) }
    }

    func update(_ user: User) throws {
        let changed = try change(
            """
            UPDATE person SET role = $2, password_hash = $3, must_change_password = $4,
                disabled_at = $5 WHERE id = $1
            """, user.id, user.role, user.passwordHash, user.mustChangePassword, user.disabledAt)
        try requireOne(changed, "user")
    }

    func users() throws -> [User] {
        try rows("SELECT \(PersonColumns.list) FROM person ORDER BY name").map { row in
            var row = row.reader
            return try PersonColumns.user(&row)
        }
    }

    func save(_ token: APIToken) throws {
        try change(
            """
            INSERT INTO api_token (\(APITokenColumns.list))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (id) DO UPDATE SET note = excluded.note, tenant_id = excluded.tenant_id,
                role = excluded.role, secret_hash = excluded.secret_hash,
                expires_at = excluded.expires_at, revoked_at = excluded.revoked_at
            """, token.id, token.note, token.tenant, token.role, token.secretHash, token.createdBy,
            token.createdAt, token.expiresAt, token.revokedAt)
    }

    func apiTokens() throws -> [APIToken] {
        try rows("SELECT \(APITokenColumns.list) FROM api_token ORDER BY created_at DESC, id DESC")
            .map(APITokenColumns.token)
    }

    func save(_ token: EnrolmentToken) throws {
        try change(
            """
            INSERT INTO enrolment_token (\(EnrolmentTokenColumns.list))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (tenant_id, id) DO UPDATE SET site_id = excluded.site_id,
                note = excluded.note,
                secret_hash = excluded.secret_hash, expires_at = excluded.expires_at,
                maximum_uses = excluded.maximum_uses, revoked_at = excluded.revoked_at
            """, token.id, token.tenant, token.site, token.note, token.secretHash, token.createdBy,
            token.createdAt, token.expiresAt, token.maximumUses, token.uses, token.revokedAt)
    }

    func enrolmentTokens(in scope: Scope) throws -> [EnrolmentToken] {
        var query = SQLText("SELECT \(EnrolmentTokenColumns.list) FROM enrolment_token")
        query.require(scope)
        query.add("ORDER BY created_at DESC, id DESC")
        return try rows(query).map(EnrolmentTokenColumns.token)
    }

    func redeem(secretHash: String, at now: Timestamp) throws -> EnrolmentTokenUse {
        let redeemed = try changeReturning(
            """
            UPDATE enrolment_token SET uses = uses + 1
            WHERE secret_hash = $1 AND revoked_at IS NULL AND expires_at > $2
                AND uses < maximum_uses
            RETURNING \(EnrolmentTokenColumns.list)
            """, secretHash, now
        ).first
        if let redeemed { return .redeemed(try EnrolmentTokenColumns.token(redeemed)) }
        let row = try rows(
            "SELECT \(EnrolmentTokenColumns.list) FROM enrolment_token WHERE secret_hash = $1",
            secretHash
        ).first
        guard let row else { return .unknown }
        let token = try EnrolmentTokenColumns.token(row)
        if token.revokedAt != nil { return .revoked(token) }
        return token.expiresAt <= now ? .expired(token) : .usedUp(token)
    }
}

extension StoreRecords: ActorRecords {
    func user(named name: String) throws -> User? {
        try rows("SELECT \(PersonColumns.list) FROM person WHERE name = $1", name).first.map {
            row in
            var row = row.reader
            return try PersonColumns.user(&row)
        }
    }

    func apiToken(_ id: TokenID) throws -> APIToken? {
        try rows("SELECT \(APITokenColumns.list) FROM api_token WHERE id = $1", id).first
            .map(APITokenColumns.token)
    }
}

/// How a user stands in the table `person` (`user` is a word of SQL).
enum PersonColumns {
    /// The columns, in the order in which they are written and read.
    static let list =
        "id, name, tenant_id, role, password_hash, must_change_password, created_at, disabled_at"

    /// Reads the columns of a row.
    static func user(_ row: inout SQLRowReader) throws -> User {
        User(
            id: try row.next(), name: try row.next(), tenant: try row.next(), role: try row.next(),
            passwordHash: try row.next(), mustChangePassword: try row.next(),
            createdAt: try row.next(),
            disabledAt: try row.next())
    }
}

/// How a token of the API stands in its table.
enum APITokenColumns {
    /// The columns, in the order in which they are written and read.
    static let list =
        "id, note, tenant_id, role, secret_hash, created_by, created_at, expires_at, revoked_at"

    /// The token of a row.
    static func token(_ row: SQLRow) throws -> APIToken {
        var row = row.reader
        return APIToken(
            id: try row.next(), note: try row.next(), tenant: try row.next(), role: try row.next(),
            secretHash: try row.next(), createdBy: try row.next(), createdAt: try row.next(),
            expiresAt: try row.next(), revokedAt: try row.next())
    }
}

/// How an enrolment token stands in its table.
enum EnrolmentTokenColumns {
    /// The columns, in the order in which they are written and read.
    static let list = """
        id, tenant_id, site_id, note, secret_hash, created_by, created_at, expires_at, maximum_uses,
        uses, revoked_at
        """

    /// The token of a row.
    static func token(_ row: SQLRow) throws -> EnrolmentToken {
        var row = row.reader
        return EnrolmentToken(
            id: try row.next(), tenant: try row.next(), site: try row.next(), note: try row.next(),
            secretHash: try row.next(), createdBy: try row.next(), createdAt: try row.next(),
            expiresAt: try row.next(), maximumUses: try row.next(), uses: try row.next(),
            revokedAt: try row.next())
    }
}

extension Role: SQLConvertible {}
