import Administration
import AgentProtocol
import ControlPlane
import Foundation
import HTTPTypes
import ServerRecords
import Trust

/// Finds out who calls, and whether they may.
struct Authentication: Sendable {
    let useCases: UseCases

    /// The form field that carries the session's anti-forgery token.
    static let csrfField = "csrf"
    /// The header that carries it where there is no form.
    static let csrfHeader = "patchbay-csrf"

    /// Nobody has said who they are.
    static let missing = Refusal(
        .unauthenticated, "E_UNAUTHENTICATED", "It is not known who asks.",
        nextStep: "Send a token in the header “authorization: Bearer …”, or sign in.")

    /// The caller of a route, once the route's permission has been checked.
    func caller(of route: Route, headers: HTTPFields) async throws -> Call.Caller {
        switch route.permission {
        case .public: return try await person(headers).map(Call.Caller.person) ?? .anybody
        case .agent:
            guard let token = bearer(headers) else { throw Self.missing }
            return .agent(try useCases.authenticateAgent(bearer: token))
        case .signedIn: return try await known(headers, on: route)
        case .principal(let permission):
            let caller = try await known(headers, on: route)
            let principal =
                switch caller {
                case .program(let principal): principal
                case .person(let session): try Self.principal(of: session, on: route)
                case .anybody, .agent: throw Self.missing
                }
            try principal.require(permission)
            return caller
        }
    }

    /// What a person who has signed in may do on a route. With a one-time password that is nothing
    /// but choosing an own one, to which the pages lead.
    private static func principal(
        of session: SignedInSession, on route: Route
    ) throws -> Principal {
        guard session.user.mustChangePassword, route.audience != .browser else {
            return session.principal
        }
        throw Refusal(
            .forbidden, "E_PASSWORD_ONE_TIME", "The password is a one-time password.",
            nextStep: "Sign in to the dashboard and choose your own.")
    }

    /// Refuses a change that another site may have started in a browser: a request with a cookie
    /// must carry the session's token; one without any (signing in) must at least come from this
    /// origin.
    func checkOrigin(of call: Call) throws {
        guard call.route.method != .get else { return }
        if call.session == nil, call.route.audience != .browser { return }
        if let site = call.headers.value(of: "sec-fetch-site") {
            // The browser itself says where the request was started; no page can say it for it.
            guard site == "same-origin" || site == "none" else { throw Self.forged }
        } else if let origin = call.headers.value(of: "origin") {
            guard origin == "https://\(call.authority)" else { throw Self.forged }
        }
        guard let session = call.session else { return }
        let shown = try call.headers.value(of: Self.csrfHeader) ?? formToken(of: call) ?? ""
        guard constantTimeEquals(Array(shown.utf8), Array(session.csrfToken.utf8)) else {
            throw Self.forged
        }
    }

    private static let forged = Refusal(
        .forbidden, "E_CSRF",
        "The request does not come from a page of this server, or the page is too old.",
        nextStep: "Load the page again and repeat what you did.")

    private func formToken(of call: Call) throws -> String? {
        let type = call.headers.value(of: "content-type") ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else { return nil }
        return try call.form()[Self.csrfField]
    }

    private func known(_ headers: HTTPFields, on route: Route) async throws -> Call.Caller {
        if let token = bearer(headers) ?? (route.isFeed ? password(headers) : nil) {
            return .program(try await useCases.authenticateAPI(bearer: token))
        }
        guard let session = try await person(headers) else { throw Self.missing }
        return .person(session)
    }

    private func person(_ headers: HTTPFields) async throws -> SignedInSession? {
        guard let secret = SessionCookie.secret(in: headers.value(of: "cookie")),
            let found = try await useCases.authenticateSession(secret: secret)
        else { return nil }
        return SignedInSession(
            principal: found.principal, user: found.user, csrfToken: found.csrfToken, secret: secret
        )
    }

    /// The longest bearer token that is looked at, in bytes.
    private static let longestBearer = 2048

    /// The password of Basic authentication (RFC 7617); the user's name says nothing.
    private func password(_ headers: HTTPFields) -> String? {
        guard let value = headers.value(of: "authorization"),
            value.utf8.count <= Self.longestBearer, value.prefix(6).lowercased() == "basic ",
            let bytes = Data(base64Encoded: String(value.dropFirst(6))),
            let text = String(bytes: bytes, encoding: .utf8),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        return String(text[text.index(after: colon)...])
    }

    private func bearer(_ headers: HTTPFields) -> String? {
        guard let value = headers.value(of: "authorization"), value.utf8.count <= Self.longestBearer
        else { return nil }
        let scheme = value.prefix(7)
        guard scheme.lowercased() == "bearer " else { return nil }
        return String(value.dropFirst(7))
    }
}
