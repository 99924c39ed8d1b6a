package import Administration
import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// The people who can sign in. `made` is a user made just now, whose one-time password is shown
/// this once.
package func usersPage(
    _ users: [UserSummary], made: NewUser? = nil, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    layout("Users", section: .users, chrome: chrome) {
        pageTitle("Users") {
            p(class: "dim") {
                "People who sign in. A new administrator of the whole server is made on its own machine only."
            }
        } actions: {
            a(class: "button quiet", .href(.roles)) { "What each role may do" }
        }
        problem(refused)
        if let made, let password = made.oneTimePassword {
            note(.warn, .person) {
                strong { "The password of \(made.user.name) is shown this once." }
                " It must be changed at the first sign-in."
                command(password, id: "password")
            }
        }
        div(class: "wrap") {
            dataTable(
                "Users",
                [
                    Column("State"), Column("Name"), Column("Role"), Column("Sees"), Column("Made"),
                    Column(""),
                ], rows: users.map { row($0, chrome) })
        }
        newUser(chrome)
    }
}

private func row(_ user: UserSummary, _ chrome: Chrome) -> HTML {
    tr {
        td {
            user.disabledAt == nil
                ? StateLook(kind: .ok, icon: .ok, word: "Active").drawn()
                : StateLook(kind: .idle, icon: .stop, word: "Disabled").drawn()
        }
        th { user.name }
        td { user.role.title }
        td { user.tenant.map(chrome.tenantName) ?? "All tenants" }
        td { chrome.time(user.createdAt) }
        td {
            if user.name != chrome.userName, user.disabledAt == nil {
                a(.href(.disable(user.id)), .ariaLabel("Disable \(user.name)")) { "Disable" }
            }
        }
    }
}

private func newUser(_ chrome: Chrome) -> HTML {
    chrome.postForm(.users, class: "sum part") {
        div(class: "head") { h2 { "Add a user" } }
        div(class: "row") {
            div(class: "field") {
                label(.forField("user-name")) { "Name" }
                input(
                    .type("text"), .id("user-name"), .name("name"), .maxlength(64), .required(),
                    .autocomplete("off"))
            }
            div(class: "field") {
                label(.forField("user-role")) { "Role" }
                select(.id("user-role"), .name("role")) {
                    for role in Role.allCases.reversed() {
                        option(.value(role.rawValue)) { "\(role.title): \(role.summary)" }
                    }
                }
            }
            div(class: "field") {
                label(.forField("user-tenant")) { "Sees" }
                select(.id("user-tenant"), .name("tenant")) {
                    option(.value("")) { "All tenants" }
                    for tenant in chrome.tenants { option(.value(tenant.id.text)) { tenant.name } }
                }
            }
        }
        button(.type("submit")) { "Add the user" }
    }
}

/// The question before a user is disabled.
package func disableUserPage(_ user: UserSummary, chrome: Chrome) -> HTML {
    layout("Disable \(user.name)", section: .users, chrome: chrome) {
        pageTitle("Disable \(user.name)", crumb: ("Users", .users))
        chrome.postForm(.disable(user.id), class: "sum") {
            ul(class: "list") {
                li {
                    Icon.stop.drawn()
                    span { "\(user.name) is signed out everywhere and cannot sign in again." }
                }
                li {
                    Icon.enrolment.drawn()
                    span { "API tokens that \(user.name) has made are revoked." }
                }
                li {
                    Icon.audit.drawn()
                    span { "What \(user.name) has done stays in the audit log." }
                }
            }
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Disable \(user.name)" }
                a(class: "button quiet", .href(.users)) { "Keep the user" }
            }
        }
    }
}
