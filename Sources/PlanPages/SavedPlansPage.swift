package import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// The plans that are kept, and the form that keeps one more.
package func savedPlansPage(
    _ plans: [SavedPlanRecord], tenant: TenantID?, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    layout("Saved plans", section: .policies, chrome: chrome) {
        pageTitle("Saved plans", crumb: ("Plan", .policyPlan)) {
            p(class: "dim") {
                "What the policies would have done when somebody kept it, and what became of it. A saved plan never changes."
            }
        }
        problem(refused)
        tenantForm(tenant, chrome)
        if plans.isEmpty {
            empty("No saved plans") {
                p {
                    "Keep a plan before a change: afterwards it tells what went otherwise, and why."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Saved plans",
                    [
                        Column("Name"), Column("Ticket"), Column("Tenant"),
                        Column("Installations", isNumber: true), Column("Until"),
                        Column("Saved"), Column("By"),
                    ],
                    rows: plans.map { planRow($0, chrome) })
            }
        }
        if chrome.may(.request) { newPlan(tenant, chrome) }
    }
}

private func tenantForm(_ tenant: TenantID?, _ chrome: Chrome) -> HTML? {
    chrome.tenantChoice(tenant).map { choice in
        form(class: "filters", .method("get"), .action(.savedPlans), .data(.filter)) {
            choice
            button(class: "noscript", .type("submit")) { "Show" }
        }
    }
}

private func planRow(_ plan: SavedPlanRecord, _ chrome: Chrome) -> HTML {
    tr {
        th { a(.href(.savedPlan(plan.id))) { plan.name } }
        td { plan.ticket ?? "" }
        td { chrome.tenantName(plan.tenant) }
        td(class: "num") { Words.count(plan.installs) }
        td { chrome.time(plan.until) }
        td { chrome.time(plan.savedAt) }
        td { plan.savedBy }
    }
}

private func newPlan(_ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    chrome.postForm(.savedPlans, class: "sum part") {
        div(class: "head") { h2 { "Keep what the policies would do from now on" } }
        div(class: "row") {
            div(class: "field") {
                label(.forField("plan-name")) { "Name" }
                input(
                    .type("text"), .id("plan-name"), .name("name"), .maxlength(100), .required(),
                    .autocomplete("off"))
            }
            div(class: "field") {
                label(.forField("plan-ticket")) { "Ticket (may be empty)" }
                input(
                    .type("text"), .id("plan-ticket"), .name("ticket"), .maxlength(200),
                    .autocomplete("off"))
            }
            div(class: "field") {
                label(.forField("plan-deployment")) { "Only of a deployment (dep_…; may be empty)" }
                input(
                    .type("text"), .id("plan-deployment"), .name("deployment"), .maxlength(40),
                    .autocomplete("off"))
            }
            div(class: "field") {
                label(.forField("plan-tenant")) { "Tenant" }
                select(.id("plan-tenant"), .name("tenant")) {
                    for each in chrome.tenants {
                        option(.value(each.id.text), .selected(tenant == each.id)) { each.name }
                    }
                }
            }
        }
        button(.type("submit")) { "Save the plan" }
    }
}
