import Administration
import Fleet
import HTMLTree
import PageParts
import Rollout
import ServerRecords

/// The question before an endpoint is asked to reboot.
func rebootPage(_ detail: EndpointDetail, refused: Refusal? = nil, chrome: Chrome) -> HTML {
    let item = detail.item
    let people = detail.posture?.endpoint.usersLoggedIn ?? []
    let atWork = detail.jobs.count { $0.job.state == .running }
    return layout("Reboot \(item.name)", section: .endpoints, chrome: chrome) {
        pageTitle("Reboot \(item.name)", crumb: (item.name, .endpoint(item.id)))
        problem(refused)
        chrome.postForm(.endpoint(item.id, "reboot"), class: "sum") {
            ul(class: "list") {
                line(
                    .restart,
                    "It is asked to reboot, by the rules of a reboot after an installation: where its own signed policy says never, it refuses."
                )
                line(
                    .person,
                    people.isEmpty
                        ? "Nobody was signed in there at the last scan. Who is now gets a warning first."
                        : "Signed in there at the last scan: \(people.joined(separator: ", ")). They get a warning first."
                )
                line(
                    .pause,
                    "Programs that must not be cut off are waited for, for a day at most.")
                line(
                    .run,
                    atWork == 0
                        ? "It has no job under way."
                        : "\(Words.count(atWork, "job is", "jobs are")) under way, and \(atWork == 1 ? "is" : "are") not cut off."
                )
                if let signals = detail.posture?.reboot, !signals.required {
                    line(.ok, "By its last scan nothing on it waits for a reboot.")
                }
            }
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Reboot \(item.name)" }
                a(class: "button quiet", .href(.endpoint(item.id))) { "Leave it running" }
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
