import Administration
import ControlPlane
import Duties
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import PolicyEditor
import ServerRecords

/// Policies: list, page, editor, plan, windows.
extension Dashboard {
    static let policyRoutes: [Route] = [
        page(
            Place.policies.path, .principal(.view), "The policies.", query: [tenantField]
        ) { visit in
            let tenant: TenantID? = try visit.call.queryIdentifier("tenant")
            let policies = try await visit.useCases.policies(by: visit.principal, tenant: tenant)
            return policiesPage(policies, tenant: tenant, chrome: visit.chrome)
        },
        page(
            Place.newPolicy.path, .principal(.changePolicies), "The editor with a new policy.",
            query: [tenantField, shapeField]
        ) { visit in
            let draft = PolicyDraft(
                tenant: try visit.call.queryIdentifier("tenant")
                    ?? (visit.chrome.tenants.count == 1 ? visit.chrome.tenants.first?.id : nil),
                yaml: policyStarter)
            return try await opened(PolicyEditing(draft: draft), visit)
        },
        action(
            Place.newPolicy.path, .principal(.changePolicies), "Checks or saves a new policy.",
            bodyLimit: policyBodyLimit
        ) { visit, form in try await edit(nil, visit, form) },
        page(
            Place.policyPlan.path, .principal(.view), "What the policies would do.",
            query: [tenantField]
        ) { visit in
            guard let tenant = try oneTenant(visit) else {
                return planPage(nil, tenant: nil, chrome: visit.chrome)
            }
            let plan = try await visit.useCases.planPolicies(for: tenant, by: visit.principal)
            let debt = try await visit.useCases.updateDebt(by: visit.principal, tenant: tenant)
            return planPage(plan, debt: debt, tenant: tenant, chrome: visit.chrome)
        },
        page(
            Place.windows.path, .principal(.view), "When the windows open next.",
            query: [tenantField]
        ) { visit in
            try await windows(of: try oneTenant(visit), visit)
        },
        action(
            Place.windows.path, .principal(.deploy), "Declares who is on duty."
        ) { visit, form in try await declareDuty(visit, form) },
        action(Place.endDuty.path, .principal(.deploy), "Ends a duty.") { visit, form in
            let tenant = form["tenant"].flatMap(TenantID.init)
            return try await dutyChanged(visit, tenant) {
                try await visit.useCases.endDuty(
                    form["name"] ?? "", of: tenant, by: visit.principal)
            }
        },
        page("/policies/{policy}", .principal(.view), "One policy.") { visit in
            policyPage(
                try await visit.useCases.policy(
                    try visit.call.identifier("policy"), by: visit.principal),
                chrome: visit.chrome)
        },
        page("/policies/{policy}/history", .principal(.view), "A policy's versions.") { visit in
            policyHistoryPage(
                try await visit.useCases.policyHistory(
                    try visit.call.identifier("policy"), by: visit.principal),
                chrome: visit.chrome)
        },
        page(
            "/policies/{policy}/edit", .principal(.changePolicies), "The editor with a policy.",
            query: [shapeField]
        ) { visit in
            let detail = try await ownPolicy(visit)
            let draft = PolicyDraft(policy: detail.summary.id, yaml: detail.yaml)
            return try await opened(
                PolicyEditing(stored: detail.summary, draft: draft), visit)
        },
        action(
            "/policies/{policy}/edit", .principal(.changePolicies), "Checks or saves a policy.",
            bodyLimit: policyBodyLimit
        ) { visit, form in
            let detail = try await ownPolicy(visit)
            return try await edit(detail.summary, visit, form)
        },
        page(
            "/policies/{policy}/switch", .principal(.changePolicies),
            "Asks before a policy is switched or deleted."
        ) { visit in
            policySwitchPage(try await ownPolicy(visit), chrome: visit.chrome)
        },
        action(
            "/policies/{policy}/switch", .principal(.changePolicies),
            "Switches or deletes a policy."
        ) { visit, form in try await switchPolicy(visit, form) },
    ]

    /// The largest form with a policy, in bytes: each byte of the longest text may be escaped as
    /// three.
    private static let policyBodyLimit = 1024 * 1024

    /// The tenant that is asked about, or the only one.
    static func oneTenant(_ visit: Visit) throws -> TenantID? {
        try visit.call.queryIdentifier("tenant")
            ?? (visit.chrome.tenants.count == 1 ? visit.chrome.tenants.first?.id : nil)
    }

    private static func switchPolicy(_ visit: Visit, _ form: FormFields) async throws -> Answer {
        let id: PolicyID = try visit.call.identifier("policy")
        let order = PolicyOrder(
            note: form["note"], confirm: form["confirm"] == "true",
            mayOverlap: form["overlap"] == "true" ? true : nil)
        do {
            switch form["change"] {
            case "delete":
                _ = try await visit.useCases.deletePolicy(id, order, by: visit.principal)
                return .redirect(to: .policies, .policyDeleted)
            case "enable", "disable":
                _ = try await visit.useCases.setPolicy(
                    id, enabled: form["change"] == "enable", order, by: visit.principal)
                return .redirect(to: .policy(id), .policySaved)
            default:
                throw Refusal(
                    .malformed, "E_MALFORMED", "The form does not say what is to be done.",
                    nextStep: "Use the buttons of the page.")
            }
        } catch let refusal as Refusal
            where ["E_POLICY_ACTS_NOW", "E_POLICY_CONFLICT"].contains(refusal.code)
        {
            let detail = try await visit.useCases.policy(id, by: visit.principal)
            let page = policySwitchPage(detail, refused: refusal, chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }
}

extension Dashboard {
    /// The policy that a page changes; people of a tenant change none of the provider's.
    private static func ownPolicy(_ visit: Visit) async throws -> PolicyDetail {
        let detail = try await visit.useCases.policy(
            try visit.call.identifier("policy"), by: visit.principal)
        guard !detail.summary.isInherited else { throw Refusal.notFound("policy") }
        return detail
    }
}
