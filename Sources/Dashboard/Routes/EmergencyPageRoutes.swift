import ControlPlane
import Emergencies
import EmergencyPages
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords

/// Emergency runs: what one would do, how one stands, its review.
extension Dashboard {
    static let emergencyRoutes: [Route] = [
        page(
            "/vulnerabilities/{vulnerability}/emergency", .principal(.approve),
            "What an emergency run would do.", query: [tenantField]
        ) { visit in
            let wish = EmergencyWish(
                vulnerability: visit.call.vulnerability,
                tenant: try visit.call.queryIdentifier("tenant"))
            return emergencyPlanPage(
                try await visit.useCases.planEmergency(wish, by: visit.principal),
                chrome: visit.chrome)
        },
        action(
            "/vulnerabilities/{vulnerability}/emergency", .principal(.deploy),
            "Starts an emergency run."
        ) { visit, form in
            let wish = EmergencyWish(
                vulnerability: visit.call.vulnerability,
                tenant: form["tenant"].flatMap(TenantID.init), reason: form["reason"],
                confirm: form["confirm"], acceptsNoWayBack: form["noWayBack"] == "true")
            do {
                let run = try await visit.useCases.startEmergency(wish, by: visit.principal)
                return .redirect(to: .emergency(run.id), .emergencyStarted)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                let plan = try await visit.useCases.planEmergency(wish, by: visit.principal)
                let editing = EmergencyEditing(
                    reason: wish.reason ?? "", acceptsNoWayBack: wish.acceptsNoWayBack == true,
                    refused: refusal)
                return .html(
                    emergencyPlanPage(plan, editing: editing, chrome: visit.chrome).rendered(),
                    status: refusal.kind.httpStatus)
            }
        },
        page(Place.emergencies.path, .principal(.view), "Emergency runs, newest first.") { visit in
            emergenciesPage(
                try await visit.useCases.emergencies(
                    by: visit.principal, limit: UseCases.largestEmergencyPage),
                chrome: visit.chrome)
        },
        page("/emergencies/{emergency}", .principal(.view), "One emergency run.") { visit in
            emergencyPage(
                try await visit.useCases.emergency(
                    try visit.call.identifier("emergency"), by: visit.principal),
                chrome: visit.chrome)
        },
        action("/emergencies/{emergency}/agree", .principal(.approve), "Agrees to a run.") {
            visit, form in
            try await changed(visit, .emergencyStarted) {
                _ = try await visit.useCases.agreeToEmergency(
                    $0, confirming: form["confirm"], by: visit.principal)
            }
        },
        action("/emergencies/{emergency}/review", .principal(.approve), "Closes a review.") {
            visit, form in
            try await changed(visit, .reviewed, review: form["text"] ?? "") {
                _ = try await visit.useCases.reviewEmergency(
                    $0, form["text"] ?? "", by: visit.principal)
            }
        },
    ]

    /// Does something with a run; a refusal is shown over what was typed.
    private static func changed(
        _ visit: Visit, _ notice: Notice, review: String = "",
        _ change: (EmergencyID) async throws -> Void
    ) async throws -> Answer {
        let id: EmergencyID = try visit.call.identifier("emergency")
        do {
            try await change(id)
            return .redirect(to: .emergency(id), notice)
        } catch let refusal as Refusal where refusal.kind != .notFound {
            let run = try await visit.useCases.emergency(id, by: visit.principal)
            return .html(
                emergencyPage(run, review: review, refused: refusal, chrome: visit.chrome)
                    .rendered(), status: refusal.kind.httpStatus)
        }
    }
}
