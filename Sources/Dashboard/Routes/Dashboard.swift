import Administration
import ControlPlane
import HTMLTree
public import HTTPAPI
import PageParts
import ServerRecords

/// The pages for people, as routes of the server's table.
public enum Dashboard {
    /// Every route of the dashboard.
    public static let routes: [Route] =
        assets + signing + overviewRoutes + endpointRoutes + updateRoutes + policyRoutes
        + planRoutes
        + approvalRoutes + verdictRoutes + requestRoutes + exceptionRoutes + groupRoutes
        + recipeRoutes
        + deploymentRoutes + bundleRoutes + rollbackRoutes
        + findingRoutes + emergencyRoutes + triageRoutes + feedRoutes
        + enrolmentRoutes + directoryRoutes
        + auditRoutes

    /// The page for a refusal that no page has caught: who has not signed in is led to the form,
    /// and back afterwards.
    public static let refusalPage: Dispatcher.RefusalPage = { refusal, status, target in
        if refusal.kind == .unauthenticated {
            let back = target == "/" ? nil : target
            return .redirect(to: Place.signIn.with("back", back).text)
        }
        return .html(problemPage(refusal, chrome: nil, theme: .auto).rendered(), status: status)
    }

    /// A page. A refusal becomes a page too.
    static func page(
        _ path: String, _ permission: RoutePermission, _ summary: String,
        query: [QueryParameter] = [],
        make: @escaping @Sendable (Visit) async throws -> HTML
    ) -> Route {
        let notice = QueryParameter(
            "notice", .oneOf(Notice.allCases.map(\.rawValue)), "What has just been done.")
        return Route(
            .get, path, permission: permission, audience: .browser, summary: summary,
            query: query + [notice]
        ) { call in
            let visit = try await Visit(call)
            if visit.user.mustChangePassword, call.path != Place.account.path {
                return .redirect(to: Place.account)
            }
            do {
                return .html(try await make(visit).rendered())
            } catch let refusal as Refusal {
                return visit.page(for: refusal)
            }
        }
    }

    /// What a form does. A refusal that the form's own page does not show becomes a page.
    static func action(
        _ path: String, _ permission: RoutePermission, _ summary: String,
        bodyLimit: Int = Route.usualBodyLimit,
        act: @escaping @Sendable (Visit, FormFields) async throws -> Answer
    ) -> Route {
        Route(
            .post, path, permission: permission, audience: .browser, summary: summary,
            bodyLimit: bodyLimit
        ) { call in
            let visit = try await Visit(call)
            do {
                return try await act(visit, try call.form())
            } catch let refusal as Refusal {
                return visit.page(for: refusal)
            }
        }
    }

    /// The files that pages refer to: they never change under their address, so a browser keeps
    /// them for a year.
    private static let assets: [Route] = Asset.all.map { asset in
        Route(
            .get, asset.place.path, permission: .public(reason: "how pages look, nobody's data"),
            audience: .browser, summary: "A file that pages refer to."
        ) { _ in
            Answer(
                headers: [
                    ("content-type", asset.type),
                    ("cache-control", "public, max-age=31536000, immutable"),
                ], body: .bytes(asset.bytes))
        }
    }
}
