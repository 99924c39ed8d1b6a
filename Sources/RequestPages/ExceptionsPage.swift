package import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// Risks that are accepted, were, or are asked to be.
package func exceptionsPage(
    _ records: [ExceptionRecord], tenant: TenantID?, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    policyFrame(
        .exceptions,
        below:
            "Risks that somebody accepts until a date. Nobody accepts one alone, and each ends by itself.",
        tenant: tenant, refused: refused, chrome: chrome
    ) {
        tenantFilter(.exceptions, tenant, chrome)
        if records.isEmpty {
            empty("No risk is accepted") {
                p {
                    "An exception keeps updates from being installed until a date, with a reason, an owner and what protects the endpoints meanwhile."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Exceptions",
                    [
                        Column("State"), Column("Name"), Column("About"), Column("Owner"),
                        Column("Why, and what protects meanwhile"), Column("Until"), Column(""),
                    ], rows: records.map { row($0, chrome) })
            }
        }
        if chrome.may(.request) { newException(tenant, chrome) }
    }
}

private func row(_ record: ExceptionRecord, _ chrome: Chrome) -> HTML {
    tr {
        td { record.look(at: chrome.now).drawn() }
        th { record.name }
        td {
            let versions = record.versions.map { " in versions \($0)" } ?? ""
            ([record.package.map { $0.pattern + versions }].compactMap(\.self)
                + record.vulnerabilities).joined(separator: ", ")
        }
        td { record.owner }
        td(class: "why") {
            div { record.reason }
            div(class: "dim") { "Meanwhile: \(record.compensatingControl)" }
            div(class: "dim") {
                "Asked for by \(record.requestedBy)"
                record.approvedBy.map { ", accepted by \($0)" } ?? ""
            }
        }
        td { chrome.time(record.expiresAt) }
        td {
            if chrome.may(.approve), record.state != .ended {
                div(class: "acts") {
                    if record.state == .requested {
                        chrome.postForm(.exception(record.id, "approve")) {
                            button(
                                .type("submit"), .ariaLabel("Accept the risk \(record.name)")
                            ) { "Accept the risk" }
                        }
                    }
                    chrome.postForm(.exception(record.id, "end")) {
                        button(
                            class: "quiet", .type("submit"), .ariaLabel("End \(record.name)")
                        ) { record.state == .requested ? "Turn down" : "End" }
                    }
                }
            }
        }
    }
}

extension ExceptionRecord {
    func look(at now: Timestamp) -> StateLook {
        switch state {
        case .requested: StateLook(kind: .warn, icon: .warn, word: "Needs a second person")
        case .ended: StateLook(kind: .idle, icon: .stop, word: "Ended")
        case .approved:
            if now >= expiresAt {
                StateLook(kind: .bad, icon: .queued, word: "Expired")
            } else if now < startsAt {
                StateLook(kind: .idle, icon: .queued, word: "Begins later")
            } else {
                StateLook(kind: .idle, icon: .pause, word: "Risk accepted")
            }
        }
    }
}

private func newException(_ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    chrome.postForm(.exceptions, class: "sum part") {
        div(class: "head") { h2 { "Ask for a risk to be accepted" } }
        div(class: "row") {
            textInput("name", "Name", limit: 128)
            textInput("owner", "Who answers for it", limit: 128)
        }
        div(class: "row") {
            textInput("package", "Package, or a pattern", limit: 128, isRequired: false)
            textInput("version", "Versions, such as < 2.4", limit: 500, isRequired: false)
            textInput(
                "vulnerabilities", "Vulnerabilities, by CVE number", limit: 500,
                isRequired: false)
        }
        textInput("reason", "Why the updates are not installed", limit: 500)
        textInput("control", "What protects the endpoints meanwhile", limit: 500)
        div(class: "row") {
            textInput(
                "endpoints", "Only endpoints that fit this condition", limit: 500,
                isRequired: false)
            div(class: "field") {
                label(.forField("exception-until")) { "Until (UTC, a year at most)" }
                input(
                    .type("datetime-local"), .id("exception-until"), .name("until"),
                    .required())
            }
            div(class: "field") {
                label(.forField("exception-tenant")) { "Tenant" }
                select(.id("exception-tenant"), .name("tenant")) {
                    option(.value("")) { "All tenants" }
                    for each in chrome.tenants {
                        option(
                            .value(each.id.text),
                            .selected(tenant == each.id || chrome.tenants.count == 1)
                        ) { each.name }
                    }
                }
            }
        }
        button(.type("submit")) { "Ask for it" }
    }
}

private func textInput(
    _ name: String, _ words: String, limit: Int, isRequired: Bool = true
) -> HTML {
    div(class: "field") {
        label(.forField("exception-\(name)")) { words }
        HTML.element(
            input,
            [
                .type("text"), .id("exception-\(name)"), .name(name), .maxlength(limit),
                .autocomplete("off"),
            ] + (isRequired ? [.required()] : []), [])
    }
}
