import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import Rollout
import ServerRecords

/// How many deployments one page holds.
let deploymentRows = 50

/// Deployments, newest first.
func deploymentsPage(
    _ deployments: [DeploymentSummary], tenant: TenantID?, isFirst: Bool, chrome: Chrome
) -> HTML {
    let place = Place.deployments.with("tenant", tenant?.text)
    return layout("Deployments", section: .deployments, chrome: chrome) {
        pageTitle("Deployments") {
            p(class: "dim") {
                "A deployment is a list of exact versions, approved for chosen endpoints. Each endpoint's part is a job."
            }
        } actions: {
            a(class: "button quiet", .href(.bundles)) { "Bundles" }
            if chrome.may(.deploy) {
                a(class: "button quiet", .href(.rollback)) { "Roll back an update" }
            }
            if chrome.may(.request) {
                a(class: "button main", .href(.updates)) { "Choose updates" }
            }
        }
        if let choice = chrome.tenantChoice(tenant) {
            form(class: "filters", .method("get"), .action(.deployments), .data(.filter)) {
                choice
                button(class: "noscript", .type("submit")) { "Show" }
            }
        }
        if deployments.isEmpty {
            empty(isFirst ? "No deployments yet" : "No more deployments") {
                p {
                    "Choose missing updates, choose endpoints, review what would happen, and approve."
                }
                if chrome.may(.request) {
                    p(class: "acts") {
                        a(class: "button main", .href(.updates)) { "Show missing updates" }
                    }
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Deployments",
                    [
                        Column("State"), Column("Deployment"), Column("Progress"),
                        Column("Jobs ended", isNumber: true), Column("Approved by"),
                        Column("Approved"),
                    ] + (chrome.tenants.count > 1 ? [Column("Tenant")] : []),
                    rows: deployments.map { row($0, chrome) })
            }
            div(class: "under") {
                p { Words.count(deployments.count, "deployment") + " shown" }
                nav(class: "pager", .ariaLabel("Pages")) {
                    if !isFirst { a(class: "button", .href(place)) { "First page" } }
                    if deployments.count == deploymentRows, let last = deployments.last {
                        a(class: "button", .href(place.with("before", last.deployment.id.text))) {
                            "Older"
                            Icon.right.drawn()
                        }
                    }
                }
            }
        }
    }
}

private func row(_ summary: DeploymentSummary, _ chrome: Chrome) -> HTML {
    let deployment = summary.deployment
    return tr {
        td { summary.look.drawn() }
        th { a(.href(.deployment(deployment.id))) { deployment.title } }
        td { bar(summary.parts, isThin: true) }
        td(class: "num", .data(.label, "Ended")) {
            "\(Words.count(summary.ended)) of \(Words.count(summary.total))"
        }
        td { person(deployment.approvedBy) }
        td { chrome.time(deployment.createdAt) }
        if chrome.tenants.count > 1 { td { chrome.tenantName(deployment.tenant) } }
    }
}
