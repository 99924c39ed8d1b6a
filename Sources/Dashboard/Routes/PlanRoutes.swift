import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import PlanPages
import SavedPlans
import ServerRecords

/// Saved plans: the list, and what became of one.
extension Dashboard {
    static let planRoutes: [Route] = [
        page(
            Place.savedPlans.path, .principal(.view), "The saved plans.", query: [tenantField]
        ) { visit in try await savedPlans(visit) },
        action(Place.savedPlans.path, .principal(.request), "Saves a plan.") { visit, form in
            do {
                let named = form["deployment"] ?? ""
                let deployment = DeploymentID(named)
                guard named.isEmpty || deployment != nil else {
                    throw Refusal.notFound("deployment")
                }
                let plan = try await visit.useCases.savePlan(
                    PlanDraft(
                        tenant: deployment == nil ? form["tenant"].flatMap(TenantID.init) : nil,
                        name: form["name"] ?? "", ticket: form["ticket"], deployment: deployment),
                    by: visit.principal)
                return .redirect(to: .savedPlan(plan.id), .planSaved)
            } catch let refusal as Refusal {
                return .html(
                    try await savedPlans(visit, refused: refusal).rendered(),
                    status: refusal.kind.httpStatus)
            }
        },
        page("/plans/{plan}", .principal(.view), "A saved plan and what became of it.") { visit in
            let id: PlanID = try visit.call.identifier("plan")
            let saved = try await visit.useCases.savedPlan(id, by: visit.principal)
            let compared = try await visit.useCases.comparePlan(id, by: visit.principal)
            return comparedPlanPage(compared, document: saved.document, chrome: visit.chrome)
        },
    ]

    private static func savedPlans(_ visit: Visit, refused: Refusal? = nil) async throws -> HTML {
        let tenant: TenantID? = refused == nil ? try visit.call.queryIdentifier("tenant") : nil
        let plans = try await visit.useCases.savedPlans(by: visit.principal, tenant: tenant)
        return savedPlansPage(plans, tenant: tenant, refused: refused, chrome: visit.chrome)
    }
}
