import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import RequestPages
import Requests
import ServerRecords

/// What people ask others to approve.
extension Dashboard {
    static let requestRoutes: [Route] = [
        page(
            Place.requests.path, .principal(.view), "What people ask others to approve.",
            query: [tenantField]
        ) { visit in try await requests(visit) },
        action(
            Place.requests.path, .principal(.request), "Asks for updates to be approved."
        ) { visit, form in
            try await onRequests(visit, .requested) {
                _ = try await visit.useCases.ask(
                    RequestDraft(
                        tenant: form["tenant"].flatMap(TenantID.init),
                        updates: RequestedUpdates(package: form["package"]),
                        reason: form["reason"] ?? ""), by: visit.principal)
            }
        },
        action(
            Place.askForRun.path, .principal(.request), "Asks for a run of chosen updates.",
            bodyLimit: selectionBodyLimit
        ) { visit, form in
            let run = try selection(form)
            let reason = form["reason"] ?? ""
            do {
                _ = try await visit.useCases.ask(
                    RequestDraft(run: run, reason: reason), by: visit.principal)
                return .redirect(to: .requests, .requested)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                let plan = try await visit.useCases.planDeployment(run, by: visit.principal)
                return .html(
                    reviewPage(
                        plan, selection: run, reason: reason, refused: refusal,
                        chrome: visit.chrome
                    ).rendered(), status: refusal.kind.httpStatus)
            }
        },
        action(
            "/requests/{request}/grant", .principal(.approve), "Grants what somebody asks for."
        ) { visit, form in
            try await onRequests(visit, .requestAnswered) {
                _ = try await visit.useCases.grantRequest(
                    try visit.call.identifier("request"),
                    RequestAnswer(acceptsNoWayBack: form["noWayBack"] == "true" ? true : nil),
                    by: visit.principal)
            }
        },
        action(
            "/requests/{request}/refuse", .principal(.approve), "Refuses what somebody asks for."
        ) { visit, form in
            try await onRequests(visit, .requestAnswered) {
                _ = try await visit.useCases.refuseRequest(
                    try visit.call.identifier("request"), RequestAnswer(reason: form["reason"]),
                    by: visit.principal)
            }
        },
        action(
            "/requests/{request}/withdraw", .principal(.request), "Takes back a request."
        ) { visit, _ in
            try await onRequests(visit, .requestAnswered) {
                _ = try await visit.useCases.withdrawRequest(
                    try visit.call.identifier("request"), by: visit.principal)
            }
        },
    ]

    /// The most rows of the list.
    private static let requestRows = 200

    private static func requests(
        _ visit: Visit, refused: Refusal? = nil
    ) async throws -> HTML {
        let tenant: TenantID? = refused == nil ? try visit.call.queryIdentifier("tenant") : nil
        let requests = try await visit.useCases.requests(
            by: visit.principal, tenant: tenant, limit: requestRows)
        return requestsPage(requests, tenant: tenant, refused: refused, chrome: visit.chrome)
    }

    private static func onRequests(
        _ visit: Visit, _ notice: Notice, _ act: () async throws -> Void
    ) async throws -> Answer {
        do {
            try await act()
            return .redirect(to: .requests, notice)
        } catch let refusal as Refusal where refusal.kind != .notFound {
            return .html(
                try await requests(visit, refused: refusal).rendered(),
                status: refusal.kind.httpStatus)
        }
    }
}
