package import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// What people ask for who may not decide it, and the form in which they ask.
package func requestsPage(
    _ requests: [RequestRecord], tenant: TenantID?, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    policyFrame(
        .requests,
        below: "What people ask others to approve. Nobody grants what they ask for themselves.",
        tenant: tenant, refused: refused, chrome: chrome
    ) {
        tenantFilter(.requests, tenant, chrome)
        if requests.isEmpty {
            empty("Nothing is asked for") {
                p {
                    "Who may not approve updates asks for them here, for a run where the updates are chosen, and for risks to be accepted under exceptions."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Requests",
                    [
                        Column("State"), Column("What, and why"), Column("Asked for"),
                        Column("Answer"),
                    ], rows: requests.map { row($0, chrome) })
            }
        }
        if chrome.may(.request) { newRequest(tenant, chrome) }
    }
}

extension RequestRecord {
    fileprivate func look(at now: Timestamp) -> StateLook {
        if isUnfinished(at: now) {
            return StateLook(kind: .warn, icon: .warn, word: "Came to nothing")
        }
        return switch state {
        case .waiting: StateLook(kind: .warn, icon: .queued, word: "Waits for an answer")
        case .granted: StateLook(kind: .ok, icon: .ok, word: "Granted")
        case .refused: StateLook(kind: .idle, icon: .stop, word: "Refused")
        case .withdrawn: StateLook(kind: .idle, icon: .stop, word: "Taken back")
        }
    }
}

private func row(_ request: RequestRecord, _ chrome: Chrome) -> HTML {
    tr {
        td { request.look(at: chrome.now).drawn() }
        td(class: "next") {
            div { request.sentence }
            div(class: "dim") { request.reason }
            if chrome.tenants.count > 1 {
                div(class: "dim") { chrome.tenantName(request.tenant) }
            }
        }
        td(.data(.label, "Asked for")) {
            "by \(person(request.requestedBy)) "
            chrome.time(request.requestedAt)
        }
        td(class: "why", .data(.label, "Answer")) {
            if let who = request.answeredBy {
                div {
                    "by \(person(who)) "
                    chrome.time(request.answeredAt, or: "")
                }
                request.answer.map { answer in div(class: "dim") { answer } }
                if let id = request.outcome.flatMap(DeploymentID.init) {
                    a(.href(.deployment(id))) { "The run" }
                }
            }
            if request.isUnfinished(at: chrome.now) {
                div { "The server stopped before it was carried out: answer it again." }
            }
            if request.state == .waiting || request.isUnfinished(at: chrome.now) {
                answers(request, chrome)
            }
        }
    }
}

private func answers(_ request: RequestRecord, _ chrome: Chrome) -> HTML? {
    let isOwn = request.requestedBy == ActorName.user(chrome.userName).text
    guard isOwn || chrome.may(.approve) else { return nil }
    return div(class: "acts") {
        if isOwn {
            chrome.postForm(.request(request.id, "withdraw")) {
                button(
                    class: "quiet", .type("submit"), .ariaLabel("Take back: \(request.sentence)")
                ) { "Take back" }
            }
        } else {
            chrome.postForm(.request(request.id, "grant"), class: "acts") {
                if request.run != nil {
                    label(class: "s") {
                        input(.type("checkbox"), .name("noWayBack"), .value("true"))
                        "Also what cannot be undone"
                    }
                }
                button(.type("submit"), .ariaLabel("Grant: \(request.sentence)")) { "Grant" }
            }
            chrome.postForm(.request(request.id, "refuse"), class: "acts") {
                input(
                    .type("text"), .name("reason"), .maxlength(500), .required(),
                    .placeholder("Why not"), .ariaLabel("Why not: \(request.sentence)"),
                    .autocomplete("off"))
                button(
                    class: "quiet", .type("submit"), .ariaLabel("Refuse: \(request.sentence)")
                ) { "Refuse" }
            }
        }
    }
}

private func newRequest(_ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    chrome.postForm(.requests, class: "sum part") {
        div(class: "head") { h2 { "Ask for updates to be approved" } }
        p(class: "small dim") {
            "Policies then install them in their windows. For a run of chosen versions, choose them on the page of "
            a(.href(.updates)) { "missing updates" }
            " or of an endpoint."
        }
        div(class: "row after") {
            div(class: "field") {
                label(.forField("request-package")) { "Package, or a pattern" }
                input(
                    .type("text"), .id("request-package"), .name("package"), .maxlength(128),
                    .required(), .autocomplete("off"))
            }
            div(class: "field") {
                label(.forField("request-tenant")) { "Tenant" }
                select(.id("request-tenant"), .name("tenant"), .required()) {
                    for each in chrome.tenants {
                        option(.value(each.id.text), .selected(tenant == each.id)) { each.name }
                    }
                }
            }
        }
        div(class: "field") {
            label(.forField("request-reason")) { "Why" }
            input(
                .type("text"), .id("request-reason"), .name("reason"), .maxlength(500),
                .required(), .autocomplete("off"))
        }
        button(.type("submit")) { "Ask for it" }
    }
}
