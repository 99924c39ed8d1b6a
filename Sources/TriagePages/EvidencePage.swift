import Fleet
package import Forensics
package import HTMLTree
package import PageParts
import ServerRecords
package import Triage

/// How many lines of each section the page of a whole bundle shows, of which it has fifteen.
private let overviewLines = 15
/// How many lines the page of one section shows: the document holds them all.
private let sectionLines = 1_000
/// How long a line may be, in characters: more would be scrolled past.
private let overviewLine = 160
private let sectionLine = 600

/// What one bundle holds: the beginning of each section, or one section at length.
package func evidencePage(
    _ detail: EvidenceDetail, section only: EvidenceSection.Name? = nil, chrome: Chrome
) -> HTML {
    let evidence = detail.evidence
    let title = "Evidence of \(detail.endpointName)"
    return layout(title, section: .vulnerabilities, chrome: chrome) {
        pageTitle(title, crumb: (detail.endpointName, .endpoint(evidence.endpoint, "evidence"))) {
            p(class: "dim") {
                "Taken "
                chrome.time(evidence.takenAt)
                " by the endpoint's clock, received "
                chrome.time(evidence.receivedAt)
            }
        } actions: {
            a(class: "button", .href(.evidenceDocument(evidence.id))) {
                Icon.download.drawn()
                span { "Download the document" }
            }
        }
        note(.plain, .shield) {
            "An endpoint that was broken into may send what it likes: this is what it says of itself. The download is noted in the audit log."
        }
        dl(class: "facts") {
            fact("Why") { evidence.reason.words }
            if !evidence.vulnerabilities.isEmpty {
                fact("Because of") { evidence.vulnerabilities.joined(separator: ", ") }
            }
            if let triage = evidence.triage {
                fact("Triage") { a(.href(.triage(triage))) { triage.text } }
            }
            if let job = evidence.job {
                fact("Before the job") { a(.href(.job(job))) { job.text } }
            }
            fact("SHA-256") { code { evidence.sha256 } }
            fact("Size") { Words.size(Int64(evidence.bytes)) }
            fact("Agent") { detail.agentVersion }
            fact("Boot") { detail.bootId }
        }
        if let only {
            p { a(.href(.evidence(evidence.id))) { "All sections" } }
            for each in detail.sections where each.name == only {
                sectionPart(each, of: evidence.id, lines: sectionLines, line: sectionLine)
            }
        } else {
            for each in detail.sections {
                sectionPart(each, of: evidence.id, lines: overviewLines, line: overviewLine)
            }
        }
    }
}

private func sectionPart(
    _ part: EvidenceSection, of id: EvidenceID, lines most: Int, line longest: Int
) -> HTML {
    let shown = part.lines.prefix(most).map { line in
        line.count > longest ? String(line.prefix(longest)) + "…" : line
    }
    let rest = part.lines.count - shown.count
    return section(class: "part", .ariaLabelledBy(part.name.rawValue)) {
        div(class: "head") {
            h2(.id(part.name.rawValue)) { part.name.title }
            p(class: "dim") {
                Words.count(part.lines.count, "line")
                part.isTruncated ? "; the endpoint had more" : ""
            }
        }
        if let failure = part.failure { note(.warn, .warn) { failure } }
        if shown.isEmpty {
            if part.failure == nil { p(class: "dim") { "Nothing was seen." } }
        } else {
            pre(class: "log", .tabindex(0), .ariaLabel(part.name.title)) {
                shown.joined(separator: "\n")
            }
        }
        if rest > 0 {
            p(class: "dim") {
                if most == sectionLines {
                    "\(Words.count(rest, "more line")): download the document."
                } else {
                    a(.href(Place.evidence(id).with("section", part.name.rawValue))) {
                        Words.count(rest, "more line")
                    }
                }
            }
        }
    }
}

extension EvidenceReason {
    /// It in words.
    var words: String {
        switch self {
        case .demanded: "A clock demands it"
        case .ordered: "Somebody asked for it"
        case .beforeInstall: "The policy wants it before installing"
        }
    }
}

extension EvidenceSection.Name {
    /// What a person calls it.
    var title: String {
        switch self {
        case .system: "System"
        case .processes: "Processes"
        case .executables: "Programs that run"
        case .deletedFiles: "Deleted files that are held open"
        case .connections: "Connections"
        case .listeners: "What accepts connections"
        case .network: "Network"
        case .sessions: "Who is or was signed in"
        case .kernelModules: "Kernel modules"
        case .mounts: "Mounts"
        case .scheduledTasks: "Scheduled tasks"
        case .accounts: "Accounts"
        case .recentFiles: "Files changed lately"
        case .packageIntegrity: "Files that differ from their packages"
        case .journal: "Journal"
        }
    }
}
