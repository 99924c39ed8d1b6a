import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import RollbackPages
import Rollout
import ServerRecords

/// One deployment, with its jobs as they go.
func deploymentPage(_ detail: DeploymentDetail, refused: Refusal? = nil, chrome: Chrome) -> HTML {
    let deployment = detail.summary.deployment
    let isOpen = deployment.finishedAt == nil
    return layout(
        deployment.title, section: .deployments, chrome: chrome,
        refreshSeconds: isOpen ? refreshSeconds : nil
    ) {
        pageTitle(deployment.title, crumb: ("Deployments", .deployments)) {
            p(class: "dim") {
                "\(detail.tenantName) · approved by \(person(deployment.approvedBy)) "
                chrome.time(deployment.createdAt)
            }
        } actions: {
            if chrome.may(.deploy) {
                actions(detail, chrome)
                rollbackButton(deployment.id, detail.jobs.map(\.job))
            }
        }
        problem(refused)
        if isOpen {
            div(
                .data(.live, Place.events(of: deployment.id).text),
                .data(.fragment, Place.deployment(deployment.id, "live").text)
            ) { deploymentFragment(detail, chrome: chrome) }
        } else {
            deploymentFragment(detail, chrome: chrome)
        }
    }
}

/// How often a browser without scripts loads the page of something that runs again, in seconds.
let refreshSeconds = 5

private func actions(_ detail: DeploymentDetail, _ chrome: Chrome) -> HTML {
    let id = detail.summary.deployment.id
    let hasRings = detail.rollout != nil
    return HTML.pieces {
        switch detail.summary.deployment.state {
        case .running:
            if hasRings {
                a(class: "button", .href(.deployment(id, "halt"))) {
                    Icon.pause.drawn()
                    span { "Halt" }
                }
            } else {
                chrome.postButton("Halt", .pause, to: .deployment(id, "halt"))
            }
            a(class: "button quiet", .href(.deployment(id, "cancel"))) { "Cancel the deployment" }
        case .halted:
            if hasRings {
                a(class: "button", .href(.deployment(id, "resume"))) {
                    Icon.run.drawn()
                    span { "Resume" }
                }
            } else {
                chrome.postButton("Resume", .run, to: .deployment(id, "resume"))
            }
            a(class: "button quiet", .href(.deployment(id, "cancel"))) { "Cancel the deployment" }
        case .cancelled, .finished: HTML.nothing
        }
    }
}

/// The part of a deployment's page that moves. Each piece that may change has an identifier of its
/// own.
func deploymentFragment(_ detail: DeploymentDetail, chrome: Chrome) -> HTML {
    HTML.pieces {
        standing(detail.summary, chrome)
        rolloutPart(detail, chrome: chrome)
        div(.id("jobs"), Attribute("class", "wrap part")) {
            dataTable(
                "Jobs",
                [
                    Column("State"), Column("Endpoint"), Column("Where it stands"),
                    Column("Updates", isNumber: true),
                    Column("Since"),
                ], rows: detail.jobs.prefix(jobRows).map { jobRow($0, chrome) })
        }
        if detail.jobs.count > jobRows {
            p(class: "dim") {
                "\(Words.count(jobRows)) of \(Words.count(detail.jobs.count)) jobs are shown: those that need a look, then those under way."
            }
        }
    }
}

/// The most jobs of one page.
private let jobRows = 150

private func standing(_ summary: DeploymentSummary, _ chrome: Chrome) -> HTML {
    let deployment = summary.deployment
    let hasEnded = deployment.finishedAt != nil
    let attributes: [Attribute] =
        [.id("standing")] + (hasEnded ? [Attribute("data-ended", "1")] : [])
    return .element(
        section, attributes,
        [
            HTML.pieces {
                p(class: "figure") {
                    summary.look.drawn()
                    span(class: "dim") {
                        "\(Words.count(summary.ended)) of \(Words.count(summary.total, "job")) ended"
                    }
                    span(class: "dim") {
                        if let finishedAt = deployment.finishedAt {
                            "· finished "
                            chrome.time(finishedAt)
                        } else {
                            "· ends at the latest "
                            chrome.time(deployment.deadline)
                        }
                    }
                }
                bar(summary.parts)
                p(class: "key") {
                    for part in summary.parts where part.count > 0 {
                        span(class: "s") {
                            swatch(part.fill)
                            "\(Words.count(part.count)) \(part.words)"
                        }
                    }
                }
            }
        ])
}

private func jobRow(_ summary: JobSummary, _ chrome: Chrome) -> HTML {
    let job = summary.job
    return tr(.id(job.id.text)) {
        td { job.look.drawn() }
        th { a(.href(.job(job.id))) { summary.endpointName } }
        td(class: "why") {
            job.sentence
            if let percent = job.progress?.percent, !job.state.isTerminal { " \(percent)%" }
            if let grant = summary.grant { p(class: "dim") { grant.sentence } }
        }
        td(class: "num", .data(.label, "Updates")) { Words.count(job.updates.count) }
        td { chrome.time(job.finishedAt ?? job.progress?.at ?? job.startedAt ?? job.createdAt) }
    }
}

/// The question before a deployment is called off.
func cancelDeploymentPage(_ detail: DeploymentDetail, chrome: Chrome) -> HTML {
    let summary = detail.summary
    let deployment = summary.deployment
    let begun = summary.count(.running) + summary.count(.leased) + summary.count(.interrupted)
    return layout("Cancel \(deployment.title)", section: .deployments, chrome: chrome) {
        pageTitle(
            "Cancel: \(deployment.title)", crumb: (deployment.title, .deployment(deployment.id)))
        chrome.postForm(.deployment(deployment.id, "cancel"), class: "sum") {
            ul(class: "list") {
                li {
                    Icon.stop.drawn()
                    span {
                        "\(Words.count(summary.count(.queued), "job has", "jobs have")) not begun and will be called off."
                    }
                }
                li {
                    Icon.run.drawn()
                    span {
                        "\(Words.count(begun, "job is", "jobs are")) under way. What is being installed is not cut off."
                    }
                }
                li {
                    Icon.warn.drawn();
                    span {
                        "What is installed already stays. A cancelled deployment cannot be resumed."
                    }
                }
            }
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Cancel the deployment" }
                a(class: "button quiet", .href(.deployment(deployment.id))) { "Let it go on" }
            }
        }
    }
}
