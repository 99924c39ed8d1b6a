/// The headers that every answer carries, so that a browser keeps to the narrowest reading of it.
///
/// Strict-Transport-Security is not among them: it binds a whole name, and would cut off what else
/// a machine serves over plain HTTP on other ports. This server speaks no plain HTTP, and its
/// cookie never travels over it.
public enum SecurityHeaders {
    /// Pages load only from this server, run no inline script or style, cannot be framed, and send
    /// forms only here.
    public static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    private static let always = [
        ("content-security-policy", contentSecurityPolicy),
        ("x-content-type-options", "nosniff"),
        // Not no-referrer: with that, browsers send “origin: null” with forms, and the check of the
        // origin could not pass (Fetch, 3.2).
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ]

    /// Adds what is not there yet. Nothing is cached unless the route says so (assets do): most
    /// answers hold a tenant's data.
    static func add(to answer: inout Answer) {
        answer.headers.append(contentsOf: always)
        if !answer.headers.contains(where: { $0.name == "cache-control" }) {
            answer.headers.append(("cache-control", "no-store"))
        }
    }
}
