import Administration
import ControlPlane
import Exclusions
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import ServerRecords

/// What people have said of updates.
func approvalsPage(
    _ items: [ApprovalItem], blocked: [BlockedVersion] = [], tenant: TenantID?,
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    policyFrame(
        .approvals,
        below: "What people have said of updates, newest first. It holds until it is taken back.",
        tenant: tenant, chrome: chrome
    ) {
        if chrome.may(.approve) {
            a(class: "button", .href(Place.decide.with("tenant", tenant?.text))) {
                Icon.plus.drawn()
                "Say something of updates"
            }
        }
    } content: {
        problem(refused)
        tenantFilter(.approvals, tenant, chrome)
        if !blocked.isEmpty { blockedVersions(blocked, chrome) }
        if items.isEmpty {
            empty("Nothing has been said") {
                p {
                    "Choose updates in the list of missing updates or on an endpoint's page to approve, decline, hold or defer them."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "What people have said",
                    [
                        Column("State"), Column("What"), Column("Vulnerabilities left open"),
                        Column("By"), Column("When"), Column(""),
                    ],
                    rows: items.map { row($0, chrome) })
            }
        }
    }
}

/// Versions that nobody gets, with the way to let them go out again.
private func blockedVersions(_ blocked: [BlockedVersion], _ chrome: Chrome) -> HTML {
    div(.id("blocked"), Attribute("class", "wrap part")) {
        dataTable(
            "Blocked versions: nobody gets them until a person unblocks them",
            [
                Column("Package"), Column("Version"), Column("Why"), Column("By"), Column("Since"),
                Column(""),
            ],
            rows: blocked.map { version in
                tr {
                    th { version.package }
                    td(class: "ver") { version.version }
                    td(class: "free") {
                        version.reason
                        if let deployment = version.deployment {
                            " "
                            a(.href(.deployment(deployment))) { "The deployment" }
                        }
                    }
                    td(class: "cut") { version.by }
                    td { chrome.time(version.at) }
                    td {
                        if chrome.may(.approve) {
                            chrome.postForm(.unblock) {
                                hidden("tenant", version.tenant.text)
                                hidden("manager", version.manager.rawValue)
                                hidden("package", version.package)
                                hidden("version", version.version)
                                button(
                                    class: "quiet", .type("submit"),
                                    .ariaLabel("Unblock \(version.package) \(version.version)")
                                ) { "Unblock" }
                            }
                        }
                    }
                }
            })
    }
}

private func row(_ item: ApprovalItem, _ chrome: Chrome) -> HTML {
    let record = item.record
    return tr {
        td { record.look.drawn() }
        th(class: "free") { item.sentence }
        td { item.leavesOpen?.short ?? "" }
        td(class: "cut") { record.word.person }
        td { chrome.time(record.word.at) }
        td {
            if chrome.may(.approve), record.endedAt == nil {
                chrome.postForm(.approval(record.id, "end")) {
                    button(
                        class: "quiet", .type("submit"),
                        .ariaLabel("Take back: \(item.sentence)")
                    ) { "Take back" }
                }
            }
        }
    }
}

extension ApprovalRecord {
    var look: StateLook {
        guard endedAt == nil else {
            return StateLook(kind: .idle, icon: .stop, word: "Taken back")
        }
        return switch word.verdict {
        case .approved: StateLook(kind: .ok, icon: .ok, word: "Approved")
        case .declined: StateLook(kind: .idle, icon: .stop, word: "Declined")
        case .hold: StateLook(kind: .idle, icon: .pause, word: "On hold")
        case .deferred: StateLook(kind: .idle, icon: .queued, word: "Deferred")
        }
    }
}

/// What somebody is about to say, and of what.
struct Deciding {
    /// The updates that were chosen; empty when a package is typed.
    var updates: [MissingUpdateKey] = []
    /// The endpoints that were chosen; empty for all.
    var endpoints: [EndpointID] = []
    /// The name of the only endpoint that was chosen.
    var endpointName: String?
    /// The tenant.
    var tenant: TenantID?
    /// The fields as they were sent.
    var reason = ""
    /// The package that was typed.
    var package = ""
    /// The versions of it that were typed.
    var version = ""
    /// What was chosen to be said.
    var verdict = ApprovalDraft.Verdict.approve.rawValue
    /// What would stay open by each of the words, where that was asked.
    var previews: [ExclusionPreview] = []
    /// Why it was not stored.
    var refused: Refusal?
}

/// What the form says when it asks what would stay open, and nothing is to be stored.
let previewAct = "preview"

/// Approve, decline, hold or defer chosen updates.
func decidePage(_ deciding: Deciding, chrome: Chrome) -> HTML {
    let words =
        deciding.updates.isEmpty
        ? "Say something of updates"
        : "Decide about \(Words.count(deciding.updates.count, "update"))"
    return layout(words, section: .policies, chrome: chrome) {
        pageTitle(words, crumb: ("Approvals", .approvals)) {
            p(class: "dim") {
                deciding.updates.map { "\($0.name) \($0.candidate)" }.joined(separator: ", ")
            }
        }
        problem(deciding.refused)
        chrome.postForm(.decide, class: "sum") {
            for update in deciding.updates { hidden("update", update.text) }
            for endpoint in deciding.endpoints { hidden("endpoint", endpoint.text) }
            if deciding.updates.isEmpty {
                packageField(deciding.package)
                versionField(deciding.version)
            }
            verdicts(mayBlock: !deciding.updates.isEmpty, chosen: deciding.verdict)
            scope(deciding, chrome)
            if !deciding.updates.isEmpty { reach() }
            div(class: "row") {
                div(class: "field") {
                    label(.forField("reason")) { "Why" }
                    input(
                        .type("text"), .id("reason"), .name("reason"), .maxlength(500),
                        .value(deciding.reason))
                    small { "Declining, holding and blocking need a reason." }
                }
                div(class: "field") {
                    label(.forField("until")) { "Until, when deferred (UTC)" }
                    input(.type("datetime-local"), .id("until"), .name("until"))
                }
            }
            for preview in deciding.previews {
                note(.plain, .ok) {
                    strong { preview.about }
                    ": \(preview.sentence)"
                }
            }
            div(class: "acts") {
                button(class: "main", .type("submit")) { "Store the decision" }
                button(
                    class: "quiet", .type("submit"), .name("do"), .value(previewAct)
                ) { "Show what it leaves open" }
                a(class: "button quiet", .href(.updates)) { "Leave it as it is" }
            }
        }
    }
}

private func packageField(_ typed: String) -> HTML {
    div(class: "field") {
        label(.forField("package")) { "Package" }
        input(
            .type("text"), .id("package"), .name("package"), .maxlength(128), .required(),
            .value(typed), .placeholder("openssl, or postgresql-*"))
        small { "A package's or source package's name; * and ? stand for anything." }
    }
}

private func versionField(_ typed: String) -> HTML {
    div(class: "field") {
        label(.forField("version")) { "Only versions" }
        input(
            .type("text"), .id("version"), .name("version"), .maxlength(128), .value(typed),
            .placeholder(">= 2.0, < 2.4"))
        small { "A version, or bounds with commas between; empty for any." }
    }
}

/// What the form says in place of a verdict to block the chosen versions.
let blockVerdict = "block"

private func verdicts(mayBlock: Bool, chosen: String) -> HTML {
    let verdicts = [
        (
            ApprovalDraft.Verdict.approve.rawValue,
            "Approve: install it, in its windows and rings"
        ),
        (ApprovalDraft.Verdict.decline.rawValue, "Decline: do not install it"),
        (ApprovalDraft.Verdict.hold.rawValue, "Hold: do not install it for now"),
        (ApprovalDraft.Verdict.defer.rawValue, "Defer: decide again at a time"),
    ]
    let block = [
        (
            blockVerdict,
            "Block this version: nobody of the tenant gets it until somebody unblocks it"
        )
    ]
    return fieldset {
        legend { "What" }
        for (value, words) in mayBlock ? verdicts + block : verdicts {
            label(class: "s") {
                input(
                    .type("radio"), .name("verdict"), .value(value),
                    .checked(value == chosen), .required())
                words
            }
        }
    }
}

private func reach() -> HTML {
    fieldset {
        legend { "Which versions" }
        for (value, words) in [
            ("this", "Only the versions that are missing now"),
            ("every", "These packages, whichever version is missing"),
        ] {
            label(class: "s") {
                input(
                    .type("radio"), .name("versions"), .value(value), .checked(value == "this"))
                words
            }
        }
    }
}

private func scope(_ deciding: Deciding, _ chrome: Chrome) -> HTML {
    let chosen = deciding.endpoints.count
    return HTML.pieces {
        if chosen > 0 {
            fieldset {
                legend { "Where" }
                label(class: "s") {
                    input(
                        .type("radio"), .name("where"), .value("endpoints"), .checked())
                    deciding.endpointName.map { "Only on \($0)" }
                        ?? "Only on the \(Words.count(chosen)) chosen endpoints"
                }
                label(class: "s") {
                    input(.type("radio"), .name("where"), .value("tenant"))
                    "On all endpoints of the tenant"
                }
            }
        }
        if let tenant = deciding.tenant {
            hidden("tenant", tenant.text)
        } else {
            div(class: "field") {
                label(.forField("tenant")) { "Tenant" }
                select(.id("tenant"), .name("tenant")) {
                    option(.value("")) { "All tenants" }
                    for tenant in chrome.tenants {
                        option(
                            .value(tenant.id.text), .selected(chrome.tenants.count == 1)
                        ) { tenant.name }
                    }
                }
            }
        }
    }
}
