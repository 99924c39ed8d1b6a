import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import Rollout
import ServerRecords

extension WayBack {
    /// How an update can be undone, in words.
    var words: String {
        switch self {
        case .packageDowngrade: "It can be rolled back."
        case .noWay: "There is no way back."
        }
    }
}

extension DeploymentDetail {
    /// What of it is installed and was no way back itself.
    fileprivate var installed: [UpdateOutcome] {
        jobs.flatMap { $0.job.result?.outcomes ?? [] }.filter {
            $0.isInstalled && !$0.update.isRollback
        }
    }
}

/// Leads to the question; nothing where nothing can be taken back.
func rollbackButton(_ detail: DeploymentDetail) -> HTML {
    guard detail.installed.contains(where: { $0.wayBack == .packageDowngrade }) else {
        return .nothing
    }
    return a(class: "button quiet", .href(.deployment(detail.summary.deployment.id, "rollback"))) {
        "Roll back"
    }
}

/// The question before what a deployment installed is taken back.
func rollbackPage(_ detail: DeploymentDetail, chrome: Chrome) -> HTML {
    let deployment = detail.summary.deployment
    let back = detail.installed.filter { $0.wayBack == .packageDowngrade }
    let names = Set(back.map { "\($0.update.name) \($0.update.to)" }).sorted()
    let lost = Set(detail.installed.filter { $0.wayBack != .packageDowngrade }.map(\.update.name))
    return layout("Roll back \(deployment.title)", section: .deployments, chrome: chrome) {
        pageTitle(
            "Roll back: \(deployment.title)", crumb: (deployment.title, .deployment(deployment.id)))
        chrome.postForm(.deployment(deployment.id, "rollback"), class: "sum") {
            ul(class: "list") {
                item(.run, "Each endpoint installs exactly the versions that it had before.")
                item(
                    .ok,
                    "It is verified when a fresh scan shows them, and the probes of the installation pass."
                )
                item(
                    .stop,
                    "\(listed(names)): blocked for the tenant until a person unblocks it.")
                if !lost.isEmpty {
                    item(.warn, "There is no way back for \(listed(lost.sorted())): that stays.")
                }
                if deployment.finishedAt == nil {
                    item(.pause, "The deployment still goes on, and is halted first.")
                }
            }
            if let rings = detail.rollout?.rings, rings.count > 1 {
                div(class: "field") {
                    label(.forField("ring")) { "Where" }
                    select(.id("ring"), .name("ring")) {
                        option(.value("")) { "In all rings" }
                        for ring in rings {
                            option(.value(ring.name)) { "In the ring \(ring.name) only" }
                        }
                    }
                }
            }
            div(class: "acts") {
                if !back.isEmpty {
                    button(class: "danger", .type("submit")) {
                        "Roll back \(Words.count(back.count, "update"))"
                    }
                }
                a(class: "button quiet", .href(.deployment(deployment.id))) { "Leave it installed" }
            }
        }
    }
}

private func item(_ icon: Icon, _ words: String) -> HTML {
    li {
        icon.drawn()
        span(class: "grow") { words }
    }
}

/// The most names of one sentence.
private let shownNames = 8

private func listed(_ names: [String]) -> String {
    let shown = names.prefix(shownNames).joined(separator: ", ")
    return names.count > shownNames ? "\(shown) and \(names.count - shownNames) more" : shown
}
