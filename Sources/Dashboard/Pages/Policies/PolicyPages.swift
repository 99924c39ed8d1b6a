import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import ServerRecords

/// The policies.
func policiesPage(_ policies: [PolicySummary], tenant: TenantID?, chrome: Chrome) -> HTML {
    policyFrame(
        .policies,
        below: "What should happen to which endpoints, and when. Nearer levels come first.",
        tenant: tenant, chrome: chrome
    ) {
        if chrome.may(.changePolicies) {
            a(class: "button main", .href(Place.newPolicy.with("tenant", tenant?.text))) {
                Icon.plus.drawn()
                "Write a policy"
            }
        }
    } content: {
        tenantFilter(.policies, tenant, chrome)
        if policies.isEmpty {
            empty("No policy holds") {
                p {
                    "Until there is one, every update waits until a person approves it, and nothing is installed by itself."
                }
                p {
                    "A policy says which updates are approved, in which windows they are installed, in which rings, and when an endpoint may reboot. Before it is saved you see what it would do."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Policies",
                    [
                        Column("State"), Column("Name"), Column("Level"), Column("For"),
                        Column("Version", isNumber: true), Column("Saved"), Column("By"),
                    ], rows: policies.map { row($0, chrome) })
            }
        }
    }
}

private func row(_ policy: PolicySummary, _ chrome: Chrome) -> HTML {
    tr {
        td { policy.look.drawn() }
        th {
            a(.href(.policy(policy.id))) { policy.title }
            if policy.title != policy.name { span(class: "dim") { " \(policy.name)" } }
        }
        td { policy.level.rawValue }
        td { policy.whom }
        td(class: "num", .data(.label, "Version")) { String(policy.version) }
        td { chrome.time(policy.savedAt) }
        td(class: "cut") { policy.savedBy }
    }
}

extension PolicySummary {
    var look: StateLook {
        isEnabled
            ? StateLook(kind: .ok, icon: .ok, word: "On")
            : StateLook(kind: .idle, icon: .pause, word: "Off")
    }

    /// Whom it is for.
    var whom: String {
        switch level {
        case .provider: isInherited ? "Inherited from your provider" : "All tenants"
        case .tenant: tenantName ?? ""
        case .site, .group, .endpoint:
            [placeName, tenantName].compactMap(\.self).joined(separator: ", ")
        }
    }
}

/// One policy: what it says in sentences, whom it applies to, its text.
func policyPage(_ detail: PolicyDetail, refused: Refusal? = nil, chrome: Chrome) -> HTML {
    let summary = detail.summary
    return layout(summary.title, section: .policies, chrome: chrome) {
        pageTitle(summary.title, crumb: ("Policies", .policies)) {
            p(class: "dim") {
                "\(summary.name) · level \(summary.level.rawValue) · \(summary.whom) · version \(summary.version), saved "
                chrome.time(summary.savedAt)
                " by \(summary.savedBy)"
            }
        } actions: {
            if chrome.may(.changePolicies), !summary.isInherited {
                a(class: "button main", .href(.policy(summary.id, "edit"))) { "Change" }
                a(class: "button quiet", .href(.policy(summary.id, "switch"))) {
                    summary.isEnabled ? "Switch off or delete" : "Switch on or delete"
                }
            }
            if !summary.isInherited {
                a(class: "button quiet", .href(.policy(summary.id, "history"))) { "History" }
            }
        }
        problem(refused)
        if !summary.isEnabled {
            note(.warn, .pause) { strong { "It is switched off, and decides nothing." } }
        }
        remarkList(detail.remarks)
        members(detail)
        section(class: "part written", .ariaLabelledBy("written")) {
            div(class: "head") { h2(.id("written")) { "What it says" } }
            for part in detail.written { writtenPart(part) }
        }
        if !summary.isInherited {
            section(class: "part", .ariaLabelledBy("text")) {
                div(class: "head") { h2(.id("text")) { "Its text" } }
                pre(class: "log", .tabindex(0), .ariaLabel("The policy's text")) { detail.yaml }
            }
        }
    }
}

private func writtenPart(_ part: WrittenSection) -> HTML {
    HTML.pieces {
        h3 { part.heading }
        for paragraph in part.paragraphs { p { paragraph } }
        if !part.items.isEmpty {
            if part.isOrdered {
                ol(class: "plain") { for item in part.items { li { item } } }
            } else {
                ul(class: "plain") { for item in part.items { li { item } } }
            }
        }
    }
}

private func members(_ detail: PolicyDetail) -> HTML {
    section(class: "part", .ariaLabelledBy("members")) {
        div(class: "head") {
            h2(.id("members")) {
                "Applies to \(Words.count(detail.endpointCount, "endpoint"))"
            }
        }
        if detail.endpoints.isEmpty {
            note(.warn, .warn) {
                "No endpoint fits its condition now. Tags and roles are set on an endpoint's page."
            }
        } else {
            memberLinks(detail.endpoints)
            if detail.endpointCount > detail.endpoints.count {
                p(class: "dim") {
                    "and \(Words.count(detail.endpointCount - detail.endpoints.count)) more."
                }
            }
        }
        if !detail.unknown.isEmpty {
            note(.plain, .unknown) {
                strong {
                    "Of \(Words.count(detail.unknown.count, "endpoint")) it is not known, since a fact is missing. "
                }
                "There only what forbids counts."
                memberLinks(detail.unknown)
            }
        }
    }
}

/// The question before a policy is switched or deleted.
func policySwitchPage(
    _ detail: PolicyDetail, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let summary = detail.summary
    let wants = refused?.code == "E_POLICY_ACTS_NOW"
    return layout("Switch \(summary.title)", section: .policies, chrome: chrome) {
        pageTitle(
            "Switch \(summary.title)", crumb: (summary.title, .policy(summary.id)))
        problem(refused)
        chrome.postForm(.policy(summary.id, "switch"), class: "sum") {
            p {
                summary.isEnabled
                    ? "Switched off, it decides nothing; what it has approved waits for other policies or a person. Its text and history stay."
                    : "Switched on, it decides what \(Words.count(detail.endpointCount, "endpoint")) install, and when."
            }
            div(class: "field") {
                label(.forField("note")) { "Why, for the history and the audit log" }
                input(.type("text"), .id("note"), .name("note"), .maxlength(500))
            }
            if wants { confirmBox }
            if refused?.code == "E_POLICY_CONFLICT" { overlapBox }
            div(class: "acts") {
                button(
                    class: "main", .type("submit"), .name("change"),
                    .value(summary.isEnabled ? "disable" : "enable")
                ) { summary.isEnabled ? "Switch it off" : "Switch it on" }
                button(class: "danger", .type("submit"), .name("change"), .value("delete")) {
                    "Delete it"
                }
                a(class: "button quiet", .href(.policy(summary.id))) { "Leave it as it is" }
            }
        }
    }
}

/// Every version of a policy.
func policyHistoryPage(_ versions: [PolicyVersion], chrome: Chrome) -> HTML {
    let latest = versions.first?.summary
    return layout("History", section: .policies, chrome: chrome) {
        if let latest {
            pageTitle("History of \(latest.title)", crumb: (latest.title, .policy(latest.id)))
        }
        for version in versions {
            section(class: "part") {
                div(class: "head") {
                    h2 { "Version \(version.summary.version): \(version.summary.change.rawValue)" }
                    p(class: "dim") {
                        chrome.time(version.summary.savedAt)
                        " by \(version.summary.savedBy)"
                    }
                }
                if !version.summary.note.isEmpty { p { version.summary.note } }
                details {
                    summary { "Its text" }
                    pre(class: "log", .tabindex(0)) { version.yaml }
                }
            }
        }
    }
}
