import Crypto
public import Fleet

/// What a bearer of a short-lived access token may claim to be. Nothing is stored for it: the
/// server's key vouches for the content.
public enum AccessToken: Hashable, Sendable {
    /// An enrolled endpoint of a tenant.
    case agent(endpoint: EndpointID, tenant: TenantID, expiresAt: Timestamp)
    /// Somebody who can read the server's home folder on its own machine.
    case localAdministrator(expiresAt: Timestamp)

    /// What every access token begins with, so that secret scanners and people know one when they
    /// see it.
    public static let prefix = "pba_"
    /// How long an agent's token is good, in seconds: a retired endpoint is out after this time at
    /// the latest wherever no database is asked, and each renewal costs the server two signatures'
    /// worth of work.
    public static let agentLifetimeSeconds: Int64 = 15 * 60
    /// How long a local administrator's token is good, in seconds: one command's time.
    public static let localAdministratorLifetimeSeconds: Int64 = 5 * 60

    /// When it stops being good.
    public var expiresAt: Timestamp {
        switch self {
        case .agent(_, _, let expiresAt), .localAdministrator(let expiresAt): expiresAt
        }
    }
}

/// The server's key for access tokens (HMAC-SHA256, RFC 2104).
public struct AccessTokenKey: Sendable {
    /// How many bytes the key has.
    public static let byteCount = 32

    /// The HMAC with the key already taken in: a copy of it saves half of the work on each
    /// check-in.
    private let prepared: HMAC<SHA256>

    /// The key of these 32 bytes.
    init(bytes: [UInt8]) {
        prepared = HMAC<SHA256>(key: SymmetricKey(data: bytes))
    }

    private func code(over bytes: ArraySlice<UInt8>) -> [UInt8] {
        var copy = prepared
        copy.update(data: bytes)
        return Array(copy.finalize())
    }

    /// The token's text: prefix, kind, expiry in milliseconds as 12 hexadecimal digits, then for an
    /// agent the 26 characters of the endpoint's and of the tenant's identifier, then the code over
    /// all of it in base64url. All ASCII, all of fixed length.
    public func text(of token: AccessToken) -> String {
        var bytes = Array(AccessToken.prefix.utf8)
        switch token {
        case .agent(let endpoint, let tenant, let expiresAt):
            bytes.append(Layout.agentKind)
            bytes += Layout.expiry(expiresAt)
            bytes += endpoint.text.utf8.suffix(Layout.identifierLength)
            bytes += tenant.text.utf8.suffix(Layout.identifierLength)
        case .localAdministrator(let expiresAt):
            bytes.append(Layout.localAdministratorKind)
            bytes += Layout.expiry(expiresAt)
        }
        bytes += Base64.encodedBytes(code(over: bytes[...]), .url)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a token and checks that it was made with this key and is still good.
    ///
    /// - Throws: `TrustError` `E_ACCESS_TOKEN` or `E_ACCESS_TOKEN_EXPIRED`.
    public func token(
        from text: some StringProtocol, at now: Timestamp
    ) throws(TrustError) -> AccessToken {
        let bytes = Array(text.utf8.prefix(Layout.agentLength + 1))
        let tail = bytes.count - Layout.codeLength
        guard bytes.count == Layout.agentLength || bytes.count == Layout.localAdministratorLength,
            bytes.starts(with: AccessToken.prefix.utf8),
            let given = Base64.decode(utf8: bytes[tail...], .url),
            constantTimeEquals(given, code(over: bytes[..<tail])),
            let token = Layout.content(bytes[..<tail])
        else { throw .invalidAccessToken }
        guard now < token.expiresAt else { throw .expiredAccessToken }
        return token
    }

    /// Where things stand in a token's text.
    private enum Layout {
        static let agentKind = UInt8(ascii: "a")
        static let localAdministratorKind = UInt8(ascii: "l")
        static let kindPlace = AccessToken.prefix.utf8.count
        static let expiryPlace = kindPlace + 1
        /// 48 bits of milliseconds reach to the year 10889.
        static let expiryLength = 12
        static let endpointPlace = expiryPlace + expiryLength
        static let identifierLength = 26
        static let tenantPlace = endpointPlace + identifierLength
        static let codeLength = 43
        static let localAdministratorLength = endpointPlace + codeLength
        static let agentLength = tenantPlace + identifierLength + codeLength
        private static let digits = Array("0123456789abcdef".utf8)

        static func expiry(_ instant: Timestamp) -> [UInt8] {
            let value = min(max(instant.milliseconds, 0), 1 << 48 - 1)
            return (0..<expiryLength).map { digits[Int(value >> Int64(44 - 4 * $0) & 15)] }
        }

        static func content(_ bytes: ArraySlice<UInt8>) -> AccessToken? {
            var milliseconds: Int64 = 0
            for digit in bytes[expiryPlace..<endpointPlace] {
                let isDecimal = digit <= UInt8(ascii: "9")
                milliseconds = milliseconds << 4 | Int64(isDecimal ? digit & 15 : digit & 15 + 9)
            }
            let expiresAt = Timestamp(milliseconds: milliseconds)
            switch bytes[kindPlace] {
            case localAdministratorKind where bytes.count == endpointPlace:
                return .localAdministrator(expiresAt: expiresAt)
            case agentKind where bytes.count == tenantPlace + identifierLength:
                guard
                    let endpoint: EndpointID = identifier(bytes[endpointPlace..<tenantPlace]),
                    let tenant: TenantID = identifier(bytes[tenantPlace...])
                else { return nil }
                return .agent(endpoint: endpoint, tenant: tenant, expiresAt: expiresAt)
            default: return nil
            }
        }

        private static func identifier<Kind>(_ bytes: ArraySlice<UInt8>) -> Identifier<Kind>? {
            Identifier(Kind.prefix + "_" + String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension TrustError {
    fileprivate static let invalidAccessToken = TrustError(
        "E_ACCESS_TOKEN", "The access token is not one of this server.",
        nextStep: "Get a new access token from this server.")
    fileprivate static let expiredAccessToken = TrustError(
        "E_ACCESS_TOKEN_EXPIRED", "The access token has expired.",
        nextStep: "Get a new access token; if that does not help, compare the clocks.")
}
