import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import HTTPTypes
import PageParts
import ServerRecords

/// A person's request for a page, with what every page needs to know.
struct Visit: Sendable {
    let call: Call
    let principal: Principal
    let user: User
    let chrome: Chrome

    /// - Throws: `Refusal` when nobody has signed in.
    init(_ call: Call) async throws {
        guard let session = call.session else {
            throw Refusal(
                .unauthenticated, "E_UNAUTHENTICATED", "Pages are for people who have signed in.",
                nextStep: "Sign in; programs use the routes under /api.")
        }
        self.call = call
        principal = session.principal
        user = session.user
        chrome = Chrome(
            userName: session.user.name, permissions: session.principal.permissions,
            tenants: try await call.useCases.tenants(by: session.principal),
            csrfToken: session.csrfToken, theme: Chrome.Theme(call),
            now: call.useCases.effects.now(), path: call.address,
            notice: call.query["notice"].flatMap(Notice.init))
    }

    var useCases: UseCases { call.useCases }

    /// The page of a refusal, with everything around it.
    func page(for refusal: Refusal) -> Answer {
        .html(
            problemPage(refusal, chrome: chrome, theme: chrome.theme).rendered(),
            status: refusal.kind.httpStatus)
    }
}

extension Call {
    /// The path with the query, but for what is shown once.
    var address: String {
        let kept = query.fields.filter { $0.name != "notice" && !$0.value.isEmpty }
        guard !kept.isEmpty else { return path }
        return path + "?"
            + kept.map { "\(Place.encoded($0.name))=\(Place.encoded($0.value))" }.joined(
                separator: "&")
    }
}

extension Chrome.Theme {
    /// The theme that the browser asks for.
    init(_ call: Call) {
        let text = SessionCookie.value(of: "theme", in: call.headers[.cookie])
        self = text.flatMap(Chrome.Theme.init(rawValue:)) ?? .auto
    }

    /// How long the choice is kept, in seconds: a year.
    private static let lifetimeSeconds = 31_536_000

    /// The value of `set-cookie` that keeps the choice. The page's script writes the same one, so
    /// it is not `HttpOnly`; it holds no secret.
    var cookie: String {
        "theme=\(rawValue); Path=/; Max-Age=\(Self.lifetimeSeconds); Secure; SameSite=Strict"
    }
}

extension Place {
    /// Where a form goes afterwards, if the text is a place of this site; else the overview.
    static func back(_ text: String?) -> String {
        guard let text, text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= 2048,
            !text.hasPrefix("//"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return Place.overview.text }
        return text
    }
}

extension Answer {
    /// "See there", with a sentence about what has been done.
    static func redirect(to place: Place, _ notice: Notice? = nil) -> Answer {
        .redirect(to: place.with("notice", notice?.rawValue).text)
    }
}
