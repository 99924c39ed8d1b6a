import AccountPages
import Administration
import ControlPlane
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords
import Trust

/// Signing in and out, one's account and its theme.
extension Dashboard {
    static let signing: [Route] = [signInForm, signIn, signOut, account, password, theme]

    private static let open = RoutePermission.public(reason: "it is where people say who they are")

    private static let signInForm = Route(
        .get, Place.signIn.path, permission: open, audience: .browser,
        summary: "The form to sign in.",
        query: [
            QueryParameter("back", .string, "Where to go afterwards."),
            QueryParameter("notice", .string, "What has just been done."),
        ]
    ) { call in
        if call.session != nil { return .redirect(to: Place.back(call.query["back"])) }
        return .html(
            signInPage(
                back: call.query["back"], notice: call.query["notice"].flatMap(Notice.init),
                theme: Chrome.Theme(call)
            ).rendered())
    }

    private static let signIn = Route(
        .post, Place.signIn.path, permission: open, audience: .browser, summary: "Signs in.",
        bodyLimit: 16 * 1024
    ) { call in
        let form = try call.form()
        let name = form["name"] ?? ""
        do {
            let signedIn = try await call.useCases.signIn(
                name: name, password: form["password"] ?? "", peer: call.peer)
            let goal =
                signedIn.user.mustChangePassword ? Place.account.text : Place.back(form["back"])
            return .redirect(to: goal).with(
                "set-cookie",
                SessionCookie.begin(
                    secret: signedIn.sessionSecret.revealed,
                    maxAgeSeconds: UseCases.sessionLifetimeSeconds))
        } catch let refusal as Refusal {
            let page = signInPage(
                name: name, back: form["back"], refused: refusal, theme: Chrome.Theme(call))
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }

    private static let signOut = action(Place.signOut.path, .signedIn, "Signs out.") { visit, _ in
        if let session = visit.call.session {
            try await visit.useCases.signOut(secret: session.secret)
        }
        return .redirect(to: .signIn, .signedOut).with("set-cookie", SessionCookie.end)
    }

    private static let account = page(Place.account.path, .signedIn, "One's own account.") {
        visit in
        accountPage(
            role: "\(visit.user.role.title): \(visit.user.role.summary)",
            mustChange: visit.user.mustChangePassword,
            chrome: visit.chrome)
    }

    private static let password = action(
        Place.password.path, .signedIn, "Changes one's own password.", bodyLimit: 16 * 1024
    ) { visit, form in
        do {
            guard form["new"] == form["again"] else {
                throw Refusal(
                    .malformed, "E_PASSWORDS_DIFFER", "The two new passwords differ.",
                    nextStep: "Type the new password twice.")
            }
            try await visit.useCases.changePassword(
                session: visit.call.session?.secret ?? "", current: form["current"] ?? "",
                new: form["new"] ?? "", peer: visit.call.peer)
            return .redirect(to: .account, .passwordChanged)
        } catch let refusal as Refusal {
            let page = accountPage(
                role: "\(visit.user.role.title): \(visit.user.role.summary)",
                mustChange: visit.user.mustChangePassword,
                refused: refusal, chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }

    private static let theme = action(Place.theme.path, .signedIn, "Chooses light or dark.") {
        _, form in
        let theme = form["theme"].flatMap(Chrome.Theme.init(rawValue:)) ?? .auto
        return .redirect(to: Place.back(form["back"])).with("set-cookie", theme.cookie)
    }
}
