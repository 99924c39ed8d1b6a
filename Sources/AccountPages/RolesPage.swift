package import HTMLTree
package import PageParts
package import ServerRecords

extension Permission {
    /// What it allows, as a clause.
    var words: String {
        switch self {
        case .view: "Look"
        case .request: "Ask for updates, runs and accepted risks"
        case .approve: "Say yes or no to updates, runs and risks"
        case .deploy: "Lead runs, reboot, declare duties, answer alerts"
        case .changePolicies: "Write and switch policies"
        case .manageEndpoints: "Describe, group, move and retire endpoints"
        case .enrol: "Enrol endpoints"
        case .administer: "Make tenants, sites, users and tokens"
        case .readAudit: "Read the audit log"
        }
    }
}

extension LifecycleStep {
    /// Its name at the beginning of a row.
    var title: String { String(rawValue.prefix(1)).uppercased() + String(rawValue.dropFirst()) }
}

/// Who may do what, and which role answers for which step; `own` is the role of whoever looks.
package func rolesPage(own: Role, chrome: Chrome) -> HTML {
    layout("Roles", section: .account, chrome: chrome) {
        pageTitle("Roles") {
            p(class: "dim") {
                "You are signed in as \(own.title.lowercased()): \(own.summary). What a role does not name is denied."
            }
        }
        section(class: "part", .ariaLabelledBy("steps")) {
            div(class: "head") { h2(.id("steps")) { "Who answers for which step" } }
            div(class: "wrap") {
                dataTable(
                    "Steps", [Column("Step"), Column("Owner"), Column("What the owner does")],
                    rows: LifecycleStep.allCases.map { step in
                        tr {
                            th { step.title }
                            td {
                                step.owner.title
                                if step.owner == own { span(class: "dim") { " (you)" } }
                            }
                            td(class: "why") { step.summary }
                        }
                    })
            }
        }
        section(class: "part", .ariaLabelledBy("rights")) {
            div(class: "head") { h2(.id("rights")) { "What each role may do" } }
            div(class: "wrap") {
                dataTable(
                    "Rights", [Column("Right")] + Role.allCases.map { Column($0.title) },
                    rows: Permission.allCases.map { permission in
                        tr {
                            th { permission.words }
                            for role in Role.allCases {
                                // On a small screen only those who may are listed.
                                if role.permissions.contains(permission) {
                                    td(.data(.label, role.title)) { "Yes" }
                                } else {
                                    td(class: "no") { "–" }
                                }
                            }
                        }
                    })
            }
        }
    }
}
