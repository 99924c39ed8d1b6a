public import Fleet

/// A secret that lets devices enrol into one tenant. Only the secret's SHA-256 is kept.
public struct EnrolmentToken: Hashable, Sendable {
    /// Its identifier.
    public let id: TokenID
    /// The tenant that devices enrol into.
    public let tenant: TenantID
    /// The site that they are put in; `nil` for none.
    public let site: SiteID?
    /// What it is for, in the maker's words.
    public let note: String
    /// The SHA-256 of the secret, in hexadecimal.
    public let secretHash: String
    /// Who made it.
    public let createdBy: String
    /// When it was made.
    public let createdAt: Timestamp
    /// When it stops being good.
    public let expiresAt: Timestamp
    /// How many devices may enrol with it.
    public let maximumUses: Int
    /// How many have.
    public var uses: Int
    /// When it was revoked.
    public var revokedAt: Timestamp?

    /// An enrolment token.
    public init(
        id: TokenID, tenant: TenantID, site: SiteID?, note: String, secretHash: String,
        createdBy: String,
        createdAt: Timestamp, expiresAt: Timestamp, maximumUses: Int, uses: Int = 0,
        revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.site = site
        self.note = note
        self.secretHash = secretHash
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.maximumUses = maximumUses
        self.uses = uses
        self.revokedAt = revokedAt
    }
}

/// A person who signs in.
public struct User: Hashable, Sendable {
    /// The identifier.
    public let id: UserID
    /// The name to sign in with, unique, in lower case.
    public let name: String
    /// The tenant whose things the person sees; `nil` for the provider's own people, who see all.
    public let tenant: TenantID?
    /// What the person may do.
    public var role: Role
    /// The password's hash: `scrypt$N$r$p$salt$hash`.
    public var passwordHash: String
    /// Whether the password was made by the program and should be changed.
    public var mustChangePassword: Bool
    /// When the user was made.
    public let createdAt: Timestamp
    /// When the user was disabled.
    public var disabledAt: Timestamp?

    /// A person who signs in.
    public init(
        id: UserID, name: String, tenant: TenantID?, role: Role, passwordHash: String,
        mustChangePassword: Bool, createdAt: Timestamp, disabledAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.tenant = tenant
        self.role = role
        self.passwordHash = passwordHash
        self.mustChangePassword = mustChangePassword
        self.createdAt = createdAt
        self.disabledAt = disabledAt
    }
}

/// A program's way in: a bearer token of the public API. Only the secret's SHA-256 is kept.
public struct APIToken: Hashable, Sendable {
    /// Its identifier.
    public let id: TokenID
    /// What it is for, in the maker's words.
    public let note: String
    /// The tenant whose things it sees; `nil` for all.
    public let tenant: TenantID?
    /// What it may do.
    public let role: Role
    /// The SHA-256 of the secret, in hexadecimal.
    public let secretHash: String
    /// Who made it.
    public let createdBy: String
    /// When it was made.
    public let createdAt: Timestamp
    /// When it stops being good.
    public let expiresAt: Timestamp
    /// When it was revoked.
    public var revokedAt: Timestamp?

    /// A token of the public API.
    public init(
        id: TokenID, note: String, tenant: TenantID?, role: Role, secretHash: String,
        createdBy: String,
        createdAt: Timestamp, expiresAt: Timestamp, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.note = note
        self.tenant = tenant
        self.role = role
        self.secretHash = secretHash
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}

/// A browser that has signed in. Only the SHA-256 of the cookie's secret is kept.
public struct Session: Hashable, Sendable {
    /// The SHA-256 of the cookie's secret, in hexadecimal.
    public let secretHash: String
    /// Who signed in.
    public let user: UserID
    /// When.
    public let createdAt: Timestamp
    /// When it ends at the latest.
    public let expiresAt: Timestamp

    /// A session.
    public init(secretHash: String, user: UserID, createdAt: Timestamp, expiresAt: Timestamp) {
        self.secretHash = secretHash
        self.user = user
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// Who is asking, and what they may see and do.
public struct Principal: Hashable, Sendable {
    /// How the audit log names them, such as `user:anna`.
    public let name: String
    /// Whose things they see.
    public let scope: Scope
    /// What they may do.
    public let permissions: Set<Permission>

    /// Somebody who asks.
    public init(name: String, scope: Scope, permissions: Set<Permission>) {
        self.name = name
        self.scope = scope
        self.permissions = permissions
    }
}
