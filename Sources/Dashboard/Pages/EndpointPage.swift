import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import Rollout
import ServerRecords
import TriagePages
import VerdictPages

/// The parts of an endpoint's page.
enum EndpointPart: String, CaseIterable {
    case updates, vulnerabilities, packages, history, jobs, evidence
}

/// One endpoint: how it stands, and each missing update with its one reason.
///
/// `asked` is what somebody wants to have said of it, and has to confirm.
func endpointPage(
    _ detail: EndpointDetail, asked: TraitEditing? = nil, sites: [Site] = [],
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    endpointFrame(detail, part: .updates, chrome: chrome) {
        problem(refused)
        if let asked { traitForm(detail.item.id, asked, sites, chrome) }
        verdictNote(detail, chrome)
        if let posture = detail.posture {
            facts(detail, posture, chrome)
            standing(detail, isAsked: asked != nil, sites, chrome)
            missingUpdates(detail, chrome)
            restarts(posture)
            sources(posture, chrome)
            unparsed(posture)
        } else {
            empty("Not scanned yet") {
                p {
                    "The first scan comes within a minute of the agent's start. Should it not, run this on the endpoint:"
                }
                command("patchbay-agent doctor", id: "doctor")
            }
        }
    }
}

/// What all parts of an endpoint's page have in common: its name, what can be done, and the way to
/// the other parts.
func endpointFrame(
    _ detail: EndpointDetail, part: EndpointPart, chrome: Chrome, @HTMLBuilder content: () -> HTML
) -> HTML {
    let item = detail.item
    return layout(item.name, section: .endpoints, chrome: chrome) {
        pageTitle(item.name, crumb: ("Endpoints", .endpoints)) {
            p(class: "dim") {
                [item.tenantName, item.siteName ?? "", item.osName].filter { !$0.isEmpty }
                    .joined(separator: " · ")
                " · seen "
                chrome.time(item.lastSeenAt, or: "never")
                " · scanned "
                chrome.time(item.scannedAt, or: "never")
            }
        } actions: {
            if chrome.may(.manageEndpoints), item.retiredAt == nil {
                chrome.postButton("Scan now", .restart, to: .endpoint(item.id, "scan"))
                a(class: "button quiet", .href(.endpoint(item.id, "retire"))) { "Retire" }
            }
            if chrome.may(.deploy), item.retiredAt == nil {
                a(class: "button quiet", .href(.endpoint(item.id, "reboot"))) { "Reboot" }
                if !detail.jobs.isEmpty {
                    a(class: "button quiet", .href(Place.rollback.with("endpoint", item.id.text))) {
                        "Roll back"
                    }
                }
            }
        }
        nav(class: "tabs", .ariaLabel("Parts of this endpoint")) {
            tab("Missing updates", detail.decisions.count, .endpoint(item.id), part == .updates)
            tab(
                "Vulnerabilities", nil, .endpoint(item.id, "vulnerabilities"),
                part == .vulnerabilities)
            tab(
                "Packages", item.standing.packages, .endpoint(item.id, "packages"),
                part == .packages)
            tab("History", nil, .endpoint(item.id, "history"), part == .history)
            tab("Jobs", detail.jobs.count, .endpoint(item.id, "jobs"), part == .jobs)
            tab("Evidence", nil, .endpoint(item.id, "evidence"), part == .evidence)
        }
        heldNote(detail.heldBy)
        content()
    }
}

private func tab(_ words: String, _ count: Int?, _ place: Place, _ isCurrent: Bool) -> HTML {
    a(.href(place), .ariaCurrent(isCurrent ? "page" : nil)) {
        words
        if let count { span(class: "n") { " \(Words.count(count))" } }
    }
}

private func verdictNote(_ detail: EndpointDetail, _ chrome: Chrome) -> HTML {
    let verdict = detail.item.verdict
    // Not an alert: it is what the page is about, and stands there from the start.
    let classes =
        switch verdict.compliance {
        case .compliant: "note ok"
        case .nonCompliant: "note bad"
        case .unknown: "note"
        }
    let words = div {
        strong { verdict.compliance.look.word }
        ". "
        verdict.sentence
        if let requested = detail.scanRequestedAt {
            span(class: "dim") {
                " A scan was asked for "
                chrome.time(requested)
                " and has not come yet."
            }
        }
    }
    return HTML.pieces {
        if let retiredAt = detail.item.retiredAt {
            note(.plain, .stop) {
                strong { "Retired " }
                chrome.time(retiredAt)
                ". Its agent is refused; what is shown is how it last stood."
            }
        }
        HTML.element(
            div, [Attribute("class", classes), .id("verdict"), .data(.poll, poll(detail))],
            [verdict.compliance.look.icon.drawn(), words])
    }
}

/// The time of the last scan while another is asked for: the page's script loads the page again
/// when it changes.
private func poll(_ detail: EndpointDetail) -> String {
    guard detail.scanRequestedAt != nil else { return "" }
    return String(detail.item.scannedAt?.milliseconds ?? 0)
}

private func facts(_ detail: EndpointDetail, _ posture: Posture, _ chrome: Chrome) -> HTML {
    let endpoint = posture.endpoint
    let hardware = endpoint.hardware
    let machine = [
        hardware.processorCount > 0 ? Words.count(hardware.processorCount, "processor") : "",
        hardware.memoryBytes > 0 ? "\(Words.size(hardware.memoryBytes)) memory" : "",
        hardware.model ?? "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    return dl(class: "facts") {
        fact("Kernel") { endpoint.kernel }
        fact("Architecture") { endpoint.architecture }
        fact("Runs in") {
            endpoint.virtualization.kind == "none"
                ? "Hardware"
                : endpoint.virtualization.kind
                    + (endpoint.virtualization.isContainer ? " (container)" : "")
        }
        if !machine.isEmpty { fact("Machine") { machine } }
        if let identity = endpoint.identity { known(identity) }
        fact("Time zone") { endpoint.timeZone }
        if !endpoint.power.onMains {
            fact("Power") {
                "On battery" + (endpoint.power.batteryPercent.map { ", \($0)%" } ?? "")
            }
        }
        for disk in endpoint.disks {
            fact("Free on \(disk.mountPoint)") {
                "\(Words.size(disk.freeBytes)) of \(Words.size(disk.totalBytes))"
            }
        }
        if !endpoint.usersLoggedIn.isEmpty {
            fact("Signed in there") { endpoint.usersLoggedIn.joined(separator: ", ") }
        }
        if let backup = endpoint.backup {
            fact("Last backup") {
                if let last = backup.lastAt {
                    chrome.time(last)
                    backup.toldBy.map { " (\($0))" } ?? ""
                } else {
                    backup.problem ?? "not known"
                }
                if backup.isTooOld == true {
                    " "
                    span(class: "tag") { "Too old for its policy" }
                }
            }
        }
        if let proxy = endpoint.downloads?.proxy {
            fact("Downloads through") {
                proxy + (endpoint.downloads?.toldBy.map { " (\($0))" } ?? "")
            }
        }
        fact("Agent") { detail.agentVersion.isEmpty ? "unknown" : detail.agentVersion }
        fact("Enrolled") { chrome.time(detail.enrolledAt) }
    }
}

/// What others know the machine by.
private func known(_ identity: MachineIdentity) -> HTML {
    HTML.pieces {
        if let name = identity.fullName { fact("Full name") { name } }
        if !identity.addresses.isEmpty {
            fact("Addresses") { identity.addresses.joined(separator: ", ") }
        }
        if let serial = identity.serialNumber { fact("Serial number") { serial } }
    }
}

/// What people say of it, and the policies that hold for it.
private func standing(
    _ detail: EndpointDetail, isAsked: Bool, _ sites: [Site], _ chrome: Chrome
) -> HTML {
    let traits = detail.traits
    return section(class: "part", .ariaLabelledBy("standing")) {
        div(class: "head") { h2(.id("standing")) { "Policies, and what people say of it" } }
        dl(class: "facts") {
            fact("Policies") {
                if detail.layers.isEmpty {
                    "None: every update waits for a person"
                } else {
                    detail.layers.map { layer in
                        "\(layer.name) (\(layer.level.rawValue)\(layer.isCertain ? "" : ", not known whether it applies"))"
                    }.joined(separator: ", ")
                }
            }
            fact("Site") { detail.item.siteName ?? "None" }
            fact("Role") { traits.role.isEmpty ? "None" : traits.role }
            fact("Tags") { traits.tags.isEmpty ? "None" : traits.tags.joined(separator: ", ") }
            fact("Criticality") { traits.criticality?.rawValue ?? "Not known" }
            fact("Reachable from the internet") {
                traits.isExposed.map { $0 ? "Yes" : "No" } ?? "Not known"
            }
        }
        if !detail.problems.isEmpty {
            note(.warn, .warn) {
                ul(class: "plain") { for each in detail.problems { li { each } } }
            }
        }
        // Where it waits for a confirmation, the form stands above.
        if !isAsked, chrome.may(.manageEndpoints), detail.item.retiredAt == nil {
            details {
                summary { "Change what is said of it" }
                traitForm(
                    detail.item.id,
                    TraitEditing(
                        traits, site: sites.first { $0.name == detail.item.siteName }?.id),
                    sites, chrome)
            }
        }
    }
}

private func missingUpdates(_ detail: EndpointDetail, _ chrome: Chrome) -> HTML {
    section(class: "part", .ariaLabelledBy("missing")) {
        div(class: "head") {
            h2(.id("missing")) { "Missing updates" }
            if !detail.decisions.isEmpty {
                let security = detail.decisions.count { $0.update.classes.contains(.security) }
                p(class: "dim") {
                    "\(Words.count(detail.decisions.count)) missing, \(Words.count(security)) for security"
                }
            }
        }
        if detail.decisions.isEmpty {
            p(class: "dim") { "The last scan shows nothing missing." }
        } else if chrome.may(.request), detail.item.retiredAt == nil {
            chrome.postForm(.review) {
                input(.type("hidden"), .name("endpoint"), .value(detail.item.id.text))
                decisions(of: detail, canChoose: true, chrome)
                if detail.decisions.contains(where: \.isChoosable) {
                    div(class: "grip") {
                        button(
                            class: "main", .type("submit"),
                            .data(.submit, "Review 1 update|Review # updates")
                        ) { span { "Review the chosen updates" } }
                        if chrome.may(.approve) {
                            button(.type("submit"), .formaction(.decideChosen)) {
                                "Approve, decline, hold or defer"
                            }
                        }
                        span(class: "dim") {
                            chrome.may(.approve)
                                ? "Nothing is changed before the next page."
                                : "You ask for them on the next page; somebody else grants it."
                        }
                    }
                }
            }
        } else {
            decisions(of: detail, canChoose: false, chrome)
        }
    }
}

private func decisions(
    of detail: EndpointDetail, canChoose: Bool, _ chrome: Chrome
) -> HTML {
    div(class: "wrap") {
        dataTable(
            "Missing updates",
            [
                Column("State"), Column("Update"), Column("Installed → missing"), Column("For"),
                Column("Why, and what happens next"), Column("Size", isNumber: true),
            ],
            first: canChoose ? pickHeading : nil,
            rows: detail.decisions.map { decision in
                decisionRow(
                    decision, (detail.risks ?? []).first { $0.isAbout(decision.update) },
                    canChoose: canChoose, chrome)
            })
    }
}

/// What an update closes on this endpoint, and how urgent that is.
private func closedWords(_ risk: UpdateRisk) -> HTML {
    let more = risk.vulnerabilities.count - changelogNames
    return div(.title(risk.sentence)) {
        "Risk \(risk.risk): closes "
        for (place, name) in risk.vulnerabilities.prefix(changelogNames).enumerated() {
            place > 0 ? ", " : ""
            a(.href(.vulnerability(name))) { name }
        }
        more > 0 ? " and \(more) more." : "."
    }
}

/// How many vulnerabilities stand in an update's row.
private let changelogNames = 6

/// What the update mends by its package's own changelog: what no feed says.
private func changelogWords(_ update: Update) -> HTML? {
    guard let names = update.changelogVulnerabilities, !names.isEmpty else { return nil }
    let more = names.count - changelogNames
    return span(class: "dim", .title(names.joined(separator: ", "))) {
        " By its changelog it mends \(names.prefix(changelogNames).joined(separator: ", "))"
        more > 0 ? " and \(more) more." : "."
    }
}

private func decisionRow(
    _ decision: Decision, _ risk: UpdateRisk?, canChoose: Bool, _ chrome: Chrome
) -> HTML {
    let update = decision.update
    return tr {
        if canChoose {
            pick(
                "update", MissingUpdateKey(name: update.name, candidate: update.candidate).text,
                says: "Choose \(update.name)",
                isPossible: decision.isChoosable)
        }
        td { decision.look.drawn() }
        th(.title("From \(update.origin)")) { update.name }
        td(class: "ver") { versions(update.installed, update.candidate) }
        td { classTags(update.classes) }
        td(class: "why") {
            span(.title("\(decision.reasonCode.rawValue): decided by \(decision.rule)")) {
                decision.sentence
            }
            if let next = decision.nextAt {
                " "
                span(class: "nowrap") {
                    decision.reasonCode.isUnderWay ? "At the latest " : "Next "
                    chrome.time(next)
                    "."
                }
            }
            if let due = decision.dueAt {
                " "
                span(class: decision.isLate || due < chrome.now ? "nowrap late" : "nowrap") {
                    "Due "
                    chrome.time(due)
                    "."
                }
            }
            if !decision.sentence.contains(decision.rule) {
                " "
                span(class: "dim") { "By \(decision.rule)." }
            }
            decision.verdictsPlace.map { place in
                HTML.pieces {
                    " "
                    a(.href(place), .ariaLabel("Verdicts on \(update.name)")) { "Verdicts" }
                }
            }
            " "
            code(class: "dim") { decision.reasonCode.rawValue }
            changelogWords(update)
            risk.map(closedWords)
        }
        td(class: "num dim") { update.bytes.map(Words.size) ?? "" }
    }
}

private func restarts(_ posture: Posture) -> HTML? {
    guard posture.reboot.required || !posture.restarts.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("restarts")) {
        div(class: "head") { h2(.id("restarts")) { "Reboot and restarts" } }
        if posture.reboot.required {
            note(.warn, .restart) {
                strong { "A reboot is needed before what is installed is in force." }
                ul(class: "plain") { for signal in posture.reboot.signals { li { words(signal) } } }
            }
        }
        if !posture.restarts.isEmpty {
            div(class: "wrap") {
                dataTable(
                    "Processes that run replaced code",
                    [
                        Column("Process"), Column("Process id", isNumber: true), Column("Unit"),
                        Column("Still uses"),
                    ],
                    rows: posture.restarts.map { need in
                        tr {
                            th { need.process }
                            td(class: "num", .data(.label, "Process id")) {
                                need.pid == 0 ? "" : String(need.pid)
                            }
                            td { need.unit ?? "" }
                            td(class: "why", .title(need.files.joined(separator: "\n"))) {
                                need.files.first ?? "needrestart names it"
                                if need.files.count > 1 { " and \(need.files.count - 1) more" }
                            }
                        }
                    })
            }
        }
    }
}

private func words(_ signal: RebootSignal) -> String {
    switch signal.kind {
    case .rebootRequiredFile: "Packages have asked for it: \(signal.detail)"
    case .newerKernelInstalled: "A newer kernel is installed: \(signal.detail)"
    case .initUsesReplacedFiles: "The first process runs replaced code: \(signal.detail)"
    case .coreFilesReplaced: "Core parts were updated since the start: \(signal.detail)"
    }
}

private func sources(_ posture: Posture, _ chrome: Chrome) -> HTML {
    section(class: "part", .ariaLabelledBy("sources")) {
        div(class: "head") { h2(.id("sources")) { "Package sources" } }
        if posture.sources.isEmpty {
            note(.warn, .warn) {
                "The endpoint has no package source, so nothing can be found missing."
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Package sources",
                    [Column("State"), Column("Source"), Column("Refreshed"), Column("Said")],
                    rows: posture.sources.map { source in
                        tr {
                            td { source.state.look.drawn() }
                            th { source.name }
                            td { chrome.time(source.refreshedAt, or: "never") }
                            td(class: "why") { source.error ?? "" }
                        }
                    })
            }
        }
    }
}

private func unparsed(_ posture: Posture) -> HTML? {
    guard !posture.unparsed.isEmpty else { return nil }
    return section(class: "part", .ariaLabelledBy("unparsed")) {
        div(class: "head") { h2(.id("unparsed")) { "Lines that could not be read" } }
        note(.warn, .warn) {
            "The package tools printed \(Words.count(posture.unparsed.count, "line")) that this version does not understand. "
            "What they mean is not in the counts."
        }
        pre(class: "log", .tabindex(0)) { posture.unparsed.joined(separator: "\n") }
    }
}
