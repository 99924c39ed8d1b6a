import Crypto

/// What a form must send along to change something in a session: it is computed from the session's
/// secret, which no other site can read, so nothing need be stored for it.
public enum CSRFToken {
    /// The token of a session, base64url.
    public static func make(for session: Secret) -> String {
        let key = SymmetricKey(data: session.revealedBytes)
        let code = HMAC<SHA256>.authenticationCode(for: Array("csrf".utf8), using: key)
        return Base64.encode(Array(code), .url)
    }

    /// Whether the token is the session's.
    public static func isValid(_ token: String, for session: Secret) -> Bool {
        constantTimeEquals(token, make(for: session))
    }
}
