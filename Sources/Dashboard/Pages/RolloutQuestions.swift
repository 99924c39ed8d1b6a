import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import Rollout
import ServerRecords

// What is asked before a rollout is stopped, or goes on.

/// The question before a deployment is halted.
func haltDeploymentPage(_ detail: DeploymentDetail, chrome: Chrome) -> HTML {
    let summary = detail.summary
    let deployment = summary.deployment
    let begun = summary.count(.running) + summary.count(.leased) + summary.count(.interrupted)
    return layout("Halt \(deployment.title)", section: .deployments, chrome: chrome) {
        pageTitle(
            "Halt: \(deployment.title)", crumb: (deployment.title, .deployment(deployment.id)))
        chrome.postForm(.deployment(deployment.id, "halt"), class: "sum") {
            ul(class: "list") {
                line(
                    .stop,
                    "\(Words.count(summary.count(.queued), "order")) not begun: taken back at once."
                )
                line(
                    .run,
                    "\(Words.count(begun, "endpoint is", "endpoints are")) at work. What is being installed is not cut off."
                )
                line(.pause, "Nobody else gets an order until a person resumes it.")
            }
            p {
                label {
                    "Why "
                    input(.type("text"), .name("reason"), .maxlength(400), .required())
                }
            }
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Halt the deployment" }
                a(class: "button quiet", .href(.deployment(deployment.id))) { "Let it go on" }
            }
        }
    }
}

private func line(_ icon: Icon, _ words: String) -> HTML {
    li {
        icon.drawn()
        span { words }
    }
}

/// The ways on for a halted deployment.
func resumeDeploymentPage(
    _ detail: DeploymentDetail, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let deployment = detail.summary.deployment
    return layout("Resume \(deployment.title)", section: .deployments, chrome: chrome) {
        pageTitle(
            "Resume: \(deployment.title)", crumb: (deployment.title, .deployment(deployment.id)))
        problem(refused)
        if let reason = detail.rollout?.reason {
            note(.warn, .pause) { reason }
        }
        resumeForm(deployment.id, .keep, chrome) {
            h2 { "As it stands" }
            p(class: "dim") {
                "For when what was wrong has been mended. It halts again at once while the reason holds."
            }
        }
        resumeForm(deployment.id, .retryFailed, chrome) {
            h2 { "With new tries" }
            p(class: "dim") {
                "\(Words.count(failed(detail), "endpoint that was", "endpoints that were")) given up get their order again. What was blocked stays blocked until it is unblocked."
            }
        }
        if let ring = detail.rollout?.frontier {
            resumeForm(deployment.id, .passGate, chrome) {
                h2 { "Answer for the gate of ring \(ring.name)" }
                p(class: "dim") {
                    "The gates of the rings that are open count as passed on your word, and \(Words.count(waiting(detail), "endpoint", "endpoints")) in later rings come next."
                }
                p {
                    label {
                        "Type the ring's name, \(ring.name), to go on "
                        input(
                            .type("text"), .name("ring"), .maxlength(63), .required(),
                            .autocomplete("off"))
                    }
                }
            }
        }
    }
}

private func failed(_ detail: DeploymentDetail) -> Int {
    (detail.rollout?.rings ?? []).reduce(0) { $0 + $1.failed }
}

private func waiting(_ detail: DeploymentDetail) -> Int {
    (detail.rollout?.rings ?? []).filter { $0.stage == .waiting }.reduce(0) { $0 + $1.members }
}

extension RolloutStanding {
    /// The last ring that is open.
    var frontier: RingStanding? { rings.last { $0.stage != .waiting } }
}

extension ResumeMode {
    fileprivate var verb: String {
        switch self {
        case .keep: "Resume as it stands"
        case .retryFailed: "Resume with new tries"
        case .passGate: "Pass the gate"
        }
    }
}

private func resumeForm(
    _ id: DeploymentID, _ mode: ResumeMode, _ chrome: Chrome, @HTMLBuilder content: () -> HTML
) -> HTML {
    chrome.postForm(.deployment(id, "resume"), class: "sum") {
        input(.type("hidden"), .name("mode"), .value(mode.rawValue))
        content()
        div(class: "acts") {
            if mode == .passGate {
                button(class: "danger", .type("submit")) { mode.verb }
            } else {
                button(.type("submit")) { mode.verb }
            }
        }
    }
}
