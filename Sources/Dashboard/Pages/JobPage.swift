import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import Policy
import RollbackPages
import Rollout
import ServerRecords

/// One endpoint's part of a deployment: what became of each update, and the log of the run.
func jobPage(
    _ detail: JobDetail, log: JobLogPage, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let job = detail.summary.job
    return layout(
        "\(detail.summary.endpointName): \(detail.summary.deploymentTitle)", section: .deployments,
        chrome: chrome, refreshSeconds: job.state.isTerminal ? nil : refreshSeconds
    ) {
        pageTitle(
            detail.summary.endpointName,
            crumb: (detail.summary.deploymentTitle, .deployment(job.deployment))
        ) {
            p(class: "dim") {
                "Job of "
                a(.href(.endpoint(job.endpoint))) { detail.summary.endpointName }
                " · made "
                chrome.time(job.createdAt)
            }
        } actions: {
            if chrome.may(.deploy), !job.state.isTerminal, !job.cancelRequested {
                chrome.postButton("Cancel the job", .stop, to: .job(job.id, "cancel"))
            }
        }
        problem(refused)
        if job.state.isTerminal {
            jobFragment(detail, log: log, chrome: chrome)
        } else {
            div(
                .data(.live, Place.events(of: job.deployment).text),
                .data(.fragment, Place.job(job.id, "live").text)
            ) { jobFragment(detail, log: log, chrome: chrome) }
        }
    }
}

/// The part of a job's page that moves.
func jobFragment(_ detail: JobDetail, log: JobLogPage, chrome: Chrome) -> HTML {
    let job = detail.summary.job
    return HTML.pieces {
        jobStanding(job, chrome)
        section(class: "part", .id("updates"), .ariaLabelledBy("updates-title")) {
            div(class: "head") { h2(.id("updates-title")) { "Updates" } }
            div(class: "wrap") { outcomes(job, chrome) }
            if let notes = job.result?.notes, !notes.isEmpty {
                note(.plain, .warn) {
                    strong { "Worth knowing" }
                    ul(class: "plain") { for each in notes { li { each } } }
                }
            }
        }
        health(job)
        section(class: "part", .id("log"), .ariaLabelledBy("log-title")) {
            div(class: "head") {
                h2(.id("log-title")) { "Log" }
                p(class: "dim") { log.isComplete ? "Complete" : "Grows while the job runs" }
            }
            if log.text.isEmpty {
                p(class: "dim") { "The package manager has written nothing yet." }
            } else {
                pre(class: "log", .tabindex(0), .ariaLabel("Log of the run")) { tail(of: log.text) }
            }
        }
        history(detail, chrome)
    }
}

/// How much of a log one page shows, in characters; the API has the whole.
private let shownLog = 40_000

private func tail(of text: String) -> String {
    guard text.utf8.count > shownLog else { return text }
    return "… the beginning is left out here; the API has the whole log\n"
        + String(text.suffix(shownLog))
}

private func jobStanding(_ job: Job, _ chrome: Chrome) -> HTML {
    let attributes: [Attribute] =
        [.id("standing"), Attribute("class", "sum")]
        + (job.state.isTerminal ? [Attribute("data-ended", "1")] : [])
    let failure = job.result?.outcomes.compactMap(\.failure).first ?? job.result?.failure
    return .element(
        section, attributes,
        [
            HTML.pieces {
                p(class: "figure") {
                    job.look.drawn()
                    span(class: "dim") {
                        if let finishedAt = job.finishedAt {
                            "ended "
                            chrome.time(finishedAt)
                        } else {
                            "ends at the latest "
                            chrome.time(job.deadline)
                        }
                    }
                }
                p { job.sentence }
                if let progress = job.progress, !job.state.isTerminal {
                    p(class: "dim") {
                        progress.phase.words
                        if let percent = progress.percent { ", \(percent)%" }
                        " · "
                        chrome.time(progress.at)
                    }
                    if let percent = progress.percent {
                        bar(
                            [
                                BarPart(count: percent, fill: .run, words: "percent done"),
                                BarPart(count: 100 - percent, fill: .idle, words: "percent to go"),
                            ], isThin: true)
                    }
                }
                if let failure {
                    p {
                        strong { "What to do: " }
                        failure.nextStep
                    }
                }
            }
        ])
}

extension JobProgress.Phase {
    /// The step in words.
    var words: String {
        switch self {
        case .preflight: "Checks before it begins"
        case .waitingForWindow: "Waits for its window"
        case .waitingForLock: "Waits for another program"
        case .repairing: "Mends the package database"
        case .downloading: "Downloads"
        case .installing: "Installs"
        case .verifying: "Scans, to see what is really there"
        case .probing: "Asks the endpoint's probes"
        case .waitingForReboot: "Waits for the reboot"
        case .rebooting: "Reboots"
        }
    }
}

private func outcomes(_ job: Job, _ chrome: Chrome) -> HTML {
    let results = job.result?.outcomes ?? []
    return dataTable(
        "Updates",
        [
            Column("State"), Column("Update"), Column("From → to"), Column("Found afterwards"),
            Column("What happened"),
        ],
        rows: job.updates.map { update in
            let outcome = results.first { $0.update == update }
            return tr {
                td {
                    (outcome?.state.look ?? StateLook(kind: .idle, icon: .queued, word: "Open"))
                        .drawn()
                }
                th { update.name }
                td(class: "ver") { versions(update.from, update.to) }
                td(class: "ver") { outcome.map { $0.versionAfter ?? "not installed" } ?? "" }
                td(class: "why") {
                    outcome?.sentence ?? ""
                    if let way = outcome?.wayBack, outcome?.isInstalled == true {
                        span(class: "dim") { " \(way.words)" }
                    }
                    if let outcome { rollbackLink(outcome, of: job.tenant, chrome) }
                    if let failure = outcome?.failure {
                        code(class: "dim") { " \(failure.rawValue)" }
                    }
                }
            }
        })
}

/// What the probes showed, and what follows the installation; nothing where nothing was said of it.
private func health(_ job: Job) -> HTML {
    let probes = job.result?.probes ?? []
    guard !probes.isEmpty || job.aftercare != nil else { return HTML.pieces {} }
    return section(class: "part", .id("health"), .ariaLabelledBy("health-title")) {
        div(class: "head") {
            h2(.id("health-title")) { "Reboot and health" }
            if let care = job.aftercare { p(class: "dim") { care.words } }
        }
        if !probes.isEmpty {
            div(class: "wrap") {
                dataTable(
                    "Probes", [Column("State"), Column("Probe"), Column("What it showed")],
                    rows: probes.map { probe in
                        tr {
                            td {
                                probe.look.drawn()
                            }
                            th { probe.probe }
                            td(class: "why") { probe.sentence }
                        }
                    })
            }
        }
        if job.result?.wasHealthy == false {
            p(class: "dim") { "Some probes failed before the updates already." }
        }
    }
}

extension ProbeResult {
    /// How it is drawn.
    fileprivate var look: StateLook {
        if isUnknown == true {
            return StateLook(kind: .unknown, icon: .unknown, word: "Not known")
        }
        return isPassed
            ? StateLook(kind: .ok, icon: .ok, word: "Passes")
            : StateLook(kind: .bad, icon: .bad, word: "Fails")
    }
}

extension Aftercare {
    /// The rule of the reboot in words.
    fileprivate var words: String {
        switch reboot {
        case .never: "The endpoint is not rebooted"
        case .ifNeeded: "The endpoint reboots when it needs to"
        case .prompt: "The endpoint reboots when somebody at it agrees"
        }
    }
}

private func history(_ detail: JobDetail, _ chrome: Chrome) -> HTML {
    section(class: "part", .id("history"), .ariaLabelledBy("history-title")) {
        div(class: "head") { h2(.id("history-title")) { "History" } }
        if detail.history.isEmpty { p(class: "dim") { "Nothing has happened yet." } }
        ul(class: "list") {
            for entry in detail.history {
                li {
                    span(class: "grow") { entry.sentence }
                    span(class: "dim small") {
                        person(entry.actor)
                        " · "
                        chrome.time(entry.at)
                    }
                }
            }
        }
    }
}
