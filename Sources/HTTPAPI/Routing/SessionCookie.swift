/// The cookie that a browser's session hangs on.
///
/// The prefix `__Host-` binds it to this very origin (RFC 6265bis, section 4.1.3.2), `HttpOnly`
/// keeps it from scripts, `SameSite=Strict` from requests that other sites start, `Secure` from
/// plain HTTP.
public enum SessionCookie {
    /// The cookie's name.
    public static let name = "__Host-patchbay"
    /// The longest secret that is read, in characters: 32 bytes in base64url have 43.
    static let longestSecret = 128

    /// The value of `set-cookie` that begins a session of at most so many seconds.
    public static func begin(secret: String, maxAgeSeconds: Int64) -> String {
        "\(name)=\(secret); Path=/; Max-Age=\(maxAgeSeconds); Secure; HttpOnly; SameSite=Strict"
    }

    /// The value of `set-cookie` that ends the session.
    public static let end = "\(name)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"

    /// The secret that a `cookie` header carries; `nil` when it has none.
    public static func secret(in header: String?) -> String? {
        value(of: name, in: header).flatMap { value in
            !value.isEmpty && value.utf8.count <= longestSecret ? value : nil
        }
    }

    /// One cookie's value; `nil` when the header does not hold it.
    public static func value(of name: String, in header: String?) -> String? {
        for pair in (header ?? "").split(separator: ";") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, halves[0].drop(while: { $0 == " " }) == name else { continue }
            return String(halves[1])
        }
        return nil
    }
}
