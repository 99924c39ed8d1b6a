package import Administration
import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// Enrolment: make a token, see which there are, revoke one.
package func enrolmentPage(
    _ tokens: [EnrolmentTokenSummary], sites: [Site], address: String, refused: Refusal? = nil,
    chrome: Chrome
) -> HTML {
    layout("Enrolment", section: .enrolment, chrome: chrome) {
        pageTitle("Enrolment") {
            p(class: "dim") {
                "A token lets endpoints into one tenant. It carries this server's fingerprint, so that the first connection is already authenticated."
            }
        }
        problem(refused)
        newToken(sites, address, chrome)
        section(class: "part", .ariaLabelledBy("tokens")) {
            div(class: "head") { h2(.id("tokens")) { "Tokens" } }
            if tokens.isEmpty {
                p(class: "dim") { "There is no token yet." }
            } else {
                div(class: "wrap") {
                    dataTable(
                        "Tokens",
                        [
                            Column("State"), Column("Note"), Column("Tenant"),
                            Column("Used", isNumber: true),
                            Column("Made by"), Column("Made"), Column("Expires"), Column(""),
                        ], rows: tokens.map { tokenRow($0, chrome) })
                }
            }
        }
    }
}

private func newToken(_ sites: [Site], _ address: String, _ chrome: Chrome) -> HTML {
    chrome.postForm(.enrolment, class: "sum") {
        div(class: "head") { h2 { "Make a token" } }
        div(class: "row") {
            div(class: "field") {
                label(.forField("tenant")) { "Tenant" }
                select(.id("tenant"), .name("tenant"), .required()) {
                    for tenant in chrome.tenants { option(.value(tenant.id.text)) { tenant.name } }
                }
            }
            if !sites.isEmpty {
                div(class: "field") {
                    label(.forField("site")) { "Site" }
                    select(.id("site"), .name("site")) {
                        option(.value("")) { "None" }
                        for site in sites {
                            option(.value(site.id.text)) {
                                chrome.tenants.count > 1
                                    ? "\(chrome.tenantName(site.tenant)) / \(site.name)" : site.name
                            }
                        }
                    }
                }
            }
            div(class: "field") {
                label(.forField("uses")) { "Endpoints that may use it" }
                input(
                    .type("number"), .id("uses"), .name("uses"), .value("1"), .min(1),
                    .max(100_000),
                    .required())
            }
            div(class: "field") {
                label(.forField("lifetime")) { "Expires after" }
                select(.id("lifetime"), .name("lifetime")) {
                    for (value, words) in [
                        (3600, "1 hour"), (86_400, "1 day"), (7 * 86_400, "7 days"),
                        (30 * 86_400, "30 days"),
                    ] {
                        option(.value(String(value)), .selected(value == 86_400)) { words }
                    }
                }
            }
        }
        div(class: "row") {
            div(class: "field") {
                label(.forField("note")) { "What it is for" }
                input(
                    .type("text"), .id("note"), .name("note"), .maxlength(200),
                    .placeholder("Web servers in Berlin"))
            }
            div(class: "field") {
                label(.forField("address")) { "Where endpoints reach this server" }
                input(
                    .type("text"), .id("address"), .name("address"), .value(address),
                    .maxlength(255),
                    .required())
            }
        }
        button(class: "main", .type("submit")) { "Make the token" }
    }
}

private func tokenRow(_ token: EnrolmentTokenSummary, _ chrome: Chrome) -> HTML {
    tr {
        td { token.state.look.drawn() }
        th { token.note.isEmpty ? "Without a note" : token.note }
        td { chrome.tenantName(token.tenant) }
        td(class: "num", .data(.label, "Used")) {
            "\(Words.count(token.uses)) of \(Words.count(token.maximumUses))"
        }
        td { person(token.createdBy) }
        td { chrome.time(token.createdAt) }
        td(.data(.label, "Expires")) { chrome.time(token.expiresAt) }
        td {
            token.state == .active
                ? a(.href(.revoke(token.id)), .ariaLabel("Revoke \(token.note)")) { "Revoke" }
                : .nothing
        }
    }
}

/// A new token, shown this once, with the commands that use it.
package func newTokenPage(_ new: NewEnrolmentToken, chrome: Chrome) -> HTML {
    let token = new.token
    return layout("New token", section: .enrolment, chrome: chrome) {
        pageTitle("Enrol endpoints", crumb: ("Enrolment", .enrolment)) {
            p(class: "dim") {
                "Into \(chrome.tenantName(token.tenant)), \(Words.count(token.maximumUses, "endpoint")) at most, until "
                chrome.time(token.expiresAt)
            }
        }
        note(.warn, .warn) {
            strong { "The token is shown this once. " }
            "Copy it now; the server keeps only its hash."
        }
        div(class: "sum") {
            h2 { "On the endpoint, as root" }
            ol(class: "steps") {
                li {
                    "Write the token to a file that only root can read. Paste it after the command, then press Ctrl-D: so it stands in no process list and no shell history."
                    command("install -m 600 /dev/stdin /etc/patchbay.token", id: "command-file")
                    command(new.text, id: "token")
                }
                li {
                    "Enrol, and start the agent. Its first scan is here within a minute."
                    command(
                        "patchbay-agent enrol --token-file /etc/patchbay.token && systemctl enable --now patchbay-agent",
                        id: "command-enrol")
                }
            }
            p(class: "dim") {
                "Should it not come: "
                code { "patchbay-agent doctor" }
                " names the step that fails."
            }
        }
        a(class: "button", .href(.endpoints)) { "Show endpoints" }
    }
}

/// The question before a token is revoked.
package func revokePage(_ token: EnrolmentTokenSummary, chrome: Chrome) -> HTML {
    layout("Revoke a token", section: .enrolment, chrome: chrome) {
        pageTitle(
            "Revoke: \(token.note.isEmpty ? "token without a note" : token.note)",
            crumb: ("Enrolment", .enrolment))
        chrome.postForm(.revoke(token.id), class: "sum") {
            ul(class: "list") {
                li {
                    Icon.stop.drawn()
                    span {
                        "No further endpoint can enrol with it. It has been used \(Words.count(token.uses)) of \(Words.count(token.maximumUses)) times."
                    }
                }
                li {
                    Icon.endpoint.drawn();
                    span { "Endpoints that have enrolled with it stay enrolled." }
                }
            }
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Revoke the token" }
                a(class: "button quiet", .href(.enrolment)) { "Keep it" }
            }
        }
    }
}

extension EnrolmentTokenSummary.State {
    fileprivate var look: StateLook {
        switch self {
        case .active: StateLook(kind: .ok, icon: .ok, word: "Active")
        case .expired: StateLook(kind: .idle, icon: .queued, word: "Expired")
        case .revoked: StateLook(kind: .idle, icon: .stop, word: "Revoked")
        case .usedUp: StateLook(kind: .idle, icon: .ok, word: "Used up")
        }
    }
}
