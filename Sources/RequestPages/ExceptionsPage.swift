package import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// A risk that somebody is about to ask for, as it was typed.
package struct TypedException: Sendable {
    private let fields: [String: String]
    /// What would stay open by it; `nil` unless that was asked.
    package var preview: String?

    /// What was typed, by the names of fields; nothing yet unless given.
    package init(_ fields: [String: String] = [:]) {
        self.fields = fields
    }

    fileprivate subscript(_ name: String) -> String { fields[name] ?? "" }
}

/// Risks that are accepted, were, or are asked to be.
package func exceptionsPage(
    _ records: [ExceptionRecord], open: [ExceptionID: OpenRisks] = [:], tenant: TenantID?,
    typed: TypedException = TypedException(), refused: Refusal? = nil, chrome: Chrome
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
                        Column("State"), Column("Name"), Column("About"),
                        Column("Vulnerabilities left open"), Column("Owner"),
                        Column("Why, and what protects meanwhile"), Column("Until"), Column(""),
                    ], rows: records.map { row($0, open[$0.id], chrome) })
            }
        }
        if chrome.may(.request) { newException(tenant, typed, chrome) }
    }
}

private func row(_ record: ExceptionRecord, _ open: OpenRisks?, _ chrome: Chrome) -> HTML {
    tr {
        td { record.look(at: chrome.now).drawn() }
        th { record.name }
        td {
            let versions = record.versions.map { " in versions \($0)" } ?? ""
            ([record.package.map { $0.pattern + versions }].compactMap(\.self)
                + record.vulnerabilities).joined(separator: ", ")
        }
        td { open?.short ?? "" }
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

private func newException(
    _ tenant: TenantID?, _ typed: TypedException, _ chrome: Chrome
) -> HTML {
    chrome.postForm(.exceptions, class: "sum part") {
        div(class: "head") { h2 { "Ask for a risk to be accepted" } }
        div(class: "row") {
            textInput("name", "Name", typed, limit: 128)
            textInput("owner", "Who answers for it", typed, limit: 128)
        }
        div(class: "row") {
            textInput("package", "Package, or a pattern", typed, limit: 128, isRequired: false)
            textInput(
                "version", "Versions, such as < 2.4", typed, limit: 500, isRequired: false)
            textInput(
                "vulnerabilities", "Vulnerabilities, by CVE number", typed, limit: 500,
                isRequired: false)
        }
        textInput("reason", "Why the updates are not installed", typed, limit: 500)
        textInput("control", "What protects the endpoints meanwhile", typed, limit: 500)
        div(class: "row") {
            textInput(
                "endpoints", "Only endpoints that fit this condition", typed, limit: 500,
                isRequired: false)
            div(class: "field") {
                label(.forField("exception-until")) { "Until (UTC, a year at most)" }
                input(
                    .type("datetime-local"), .id("exception-until"), .name("until"),
                    .value(typed["until"]), .required())
            }
            div(class: "field") {
                label(.forField("exception-tenant")) { "Tenant" }
                select(.id("exception-tenant"), .name("tenant")) {
                    option(.value("")) { "All tenants" }
                    for each in chrome.tenants {
                        option(
                            .value(each.id.text),
                            .selected(
                                [tenant?.text, typed["tenant"]].contains(each.id.text)
                                    || chrome.tenants.count == 1)
                        ) { each.name }
                    }
                }
            }
        }
        if let preview = typed.preview { note(.plain, .ok) { preview } }
        div(class: "acts") {
            button(.type("submit")) { "Ask for it" }
            // What is missing yet is no matter then.
            button(
                class: "quiet", .type("submit"), .name("do"), .value("preview"),
                .formnovalidate()
            ) { "Show what it leaves open" }
        }
    }
}

private func textInput(
    _ name: String, _ words: String, _ typed: TypedException, limit: Int,
    isRequired: Bool = true
) -> HTML {
    div(class: "field") {
        label(.forField("exception-\(name)")) { words }
        HTML.element(
            input,
            [
                .type("text"), .id("exception-\(name)"), .name(name), .maxlength(limit),
                .autocomplete("off"), .value(typed[name]),
            ] + (isRequired ? [.required()] : []), [])
    }
}
