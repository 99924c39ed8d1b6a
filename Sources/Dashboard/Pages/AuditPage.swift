import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords

/// How many entries one page of the audit log holds.
let auditRows = 100

/// The audit log, newest first, and whether it is as it was written.
func auditPage(
    _ entries: [AuditEntry], subject: String?, isFirst: Bool, verdict: AuditVerdict? = nil,
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let place = Place.audit.with("subject", subject)
    return layout("Audit", section: .audit, chrome: chrome) {
        pageTitle("Audit log") {
            p(class: "dim") {
                "Every change, in chains whose entries carry the hash of the one before: an edit shows."
            }
        } actions: {
            chrome.postButton("Verify the chains", .shield, to: .verifyAudit)
            a(class: "button", .href(.exportAudit)) {
                Icon.download.drawn()
                "Export"
            }
        }
        problem(refused)
        verdict.map(verdictNote)
        form(class: "filters", .method("get"), .action(.audit), .role("search"), .data(.filter)) {
            div(class: "find") {
                Icon.search.drawn()
                input(
                    .type("search"), .name("subject"), .value(subject ?? ""),
                    .placeholder("Identifier of what it is about"),
                    .ariaLabel("Identifier of what it is about"), .maxlength(64))
                kbd(.ariaHidden()) { "/" }
            }
            button(class: "noscript", .type("submit")) { "Filter" }
        }
        if let subject {
            div(class: "chips") { chip("About \(subject)", off: .audit) }
        }
        if entries.isEmpty {
            empty(subject == nil ? "No entries yet" : "No entry is about this") {
                p {
                    "Whatever changes something writes an entry, in the same transaction as the change itself."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Audit log",
                    [
                        Column("When"), Column("Who"), Column("What"), Column("In words"),
                        Column("About"),
                        Column("Number", isNumber: true),
                    ], rows: entries.map { row($0, chrome) })
            }
            div(class: "under") {
                p { Words.count(entries.count, "entry", "entries") + " shown" }
                nav(class: "pager", .ariaLabel("Pages")) {
                    if !isFirst { a(class: "button", .href(place)) { "Newest" } }
                    if entries.count == auditRows, let last = entries.last {
                        a(class: "button", .href(place.before(last))) {
                            "Older"
                            Icon.right.drawn()
                        }
                    }
                }
            }
        }
    }
}

extension Place {
    /// The page of the audit log that begins after an entry.
    fileprivate func before(_ entry: AuditEntry) -> Place {
        with("before", AuditCursor(at: entry.at, chain: entry.chain, sequence: entry.sequence).text)
    }
}

private func row(_ entry: AuditEntry, _ chrome: Chrome) -> HTML {
    tr {
        td { chrome.time(entry.at) }
        td {
            person(entry.actor)
            if let role = entry.role { div(class: "dim") { "as \(role.title.lowercased())" } }
        }
        td(class: "ver") { entry.action }
        td(class: "why") { entry.sentence }
        td(class: "ver") { subjectLink(entry.subject) }
        td(class: "num dim", .title("Chain \(entry.chain), hash \(entry.hash)")) {
            String(entry.sequence)
        }
    }
}

/// What an entry is about, as a link where it has a page.
private func subjectLink(_ subject: String) -> HTML {
    let short = subject.count > 12 ? "\(subject.prefix(4))…\(subject.suffix(6))" : subject
    let place: Place? =
        if let id = EndpointID(subject) { .endpoint(id) } else if let id = DeploymentID(subject) {
            .deployment(id)
        } else if let id = JobID(subject) { .job(id) } else { nil }
    guard let place else { return span(class: "dim", .title(subject)) { short } }
    return a(.href(place), .title(subject)) { short }
}

private func verdictNote(_ verdict: AuditVerdict) -> HTML {
    guard let broken = verdict.firstBroken else {
        return note(.ok, .shield) {
            strong { "Intact. " }
            "\(Words.count(Int(verdict.entries), "entry", "entries")) and the signed ends of their chains are as they were written. "
            span(class: "dim") { "Audit key: " }
            code { verdict.auditKeyFingerprint }
        }
    }
    return note(.bad, .bad) {
        strong { "Broken. " }
        "Entry \(broken.sequence) of the chain \(broken.chain) is not as it was written, is missing, or should not be there. "
        "Keep this database as it is, export the log, and compare it with your latest backup."
    }
}
