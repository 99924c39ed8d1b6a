package import Fleet
package import HTMLTree
package import ServerRecords

/// The parts of the pages about policies.
package enum PolicyPart: CaseIterable {
    case policies, plan, windows, approvals, verdicts, requests, exceptions, groups, recipes

    var words: String {
        switch self {
        case .policies: "Policies"
        case .plan: "Plan"
        case .windows: "Windows"
        case .approvals: "Approvals"
        case .verdicts: "Verdicts"
        case .requests: "Requests"
        case .exceptions: "Exceptions"
        case .groups: "Groups"
        case .recipes: "Recipes"
        }
    }

    var place: Place {
        switch self {
        case .policies: .policies
        case .plan: .policyPlan
        case .windows: .windows
        case .approvals: .approvals
        case .verdicts: .verdicts
        case .requests: .requests
        case .exceptions: .exceptions
        case .groups: .groups
        case .recipes: .recipes
        }
    }
}

/// What all pages about policies have in common: the way to the other parts.
package func policyFrame(
    _ part: PolicyPart, below: String, tenant: TenantID? = nil, refused: Refusal? = nil,
    chrome: Chrome, @HTMLBuilder actions: () -> HTML = { .nothing },
    @HTMLBuilder content: () -> HTML
) -> HTML {
    layout(part.words, section: .policies, chrome: chrome) {
        pageTitle(part.words) {
            p(class: "dim") { below }
        } actions: {
            actions()
        }
        nav(class: "tabs", .ariaLabel("Parts of policies")) {
            for each in PolicyPart.allCases {
                a(
                    .href(each.place.with("tenant", tenant?.text)),
                    .ariaCurrent(each == part ? "page" : nil)
                ) { each.words }
            }
        }
        problem(refused)
        content()
    }
}

/// The choice of a tenant over a page that is about one.
package func tenantFilter(_ place: Place, _ tenant: TenantID?, _ chrome: Chrome) -> HTML? {
    chrome.tenantChoice(tenant).map { choice in
        form(class: "filters", .method("get"), .action(place), .data(.filter)) {
            choice
            button(class: "noscript", .type("submit")) { "Show" }
        }
    }
}
