import Emergencies
import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// Emergency runs, newest first.
package func emergenciesPage(_ runs: [EmergencyRun], chrome: Chrome) -> HTML {
    layout("Emergency runs", section: .vulnerabilities, chrome: chrome) {
        pageTitle("Emergency runs", crumb: ("Vulnerabilities", .vulnerabilities)) {
            p(class: "dim") {
                "Each is open until somebody has written its review. A run is started on the page of a vulnerability."
            }
        }
        if runs.isEmpty {
            empty("No emergency runs") {
                p { "What cannot wait for its rings to soak is started on a vulnerability's page." }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Emergency runs",
                    [
                        Column("State"), Column("Vulnerability"), Column("Started"),
                        Column("By"), Column("Endpoints", isNumber: true), Column("Outcome"),
                    ] + (chrome.tenants.count > 1 ? [Column("Tenant")] : []),
                    rows: runs.map { row($0, chrome) })
            }
        }
    }
}

private func row(_ run: EmergencyRun, _ chrome: Chrome) -> HTML {
    tr {
        td { run.state.look.drawn() }
        th { a(.href(.emergency(run.id))) { run.vulnerability } }
        td { chrome.time(run.startedAt) }
        td { person(run.startedBy) }
        td(class: "num", .data(.label, "Endpoints")) { Words.count(run.extent.endpoints) }
        td(class: "why") { run.outcome?.sentence ?? "" }
        if chrome.tenants.count > 1 { td { chrome.tenantName(run.tenant) } }
    }
}

/// One emergency run: how it stands, and its review.
package func emergencyPage(
    _ run: EmergencyRun, review: String = "", refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let title = "Emergency run for \(run.vulnerability)"
    return layout(title, section: .vulnerabilities, chrome: chrome) {
        pageTitle(title, crumb: ("Emergency runs", .emergencies)) { run.state.look.drawn() }
        problem(refused)
        dl(class: "facts") {
            fact("Vulnerability") {
                a(.href(.vulnerability(run.vulnerability))) { run.vulnerability }
            }
            fact("Started") {
                chrome.time(run.startedAt)
                " by \(person(run.startedBy))"
            }
            if let by = run.agreedBy {
                fact("Agreed to") {
                    chrome.time(run.agreedAt, or: "")
                    " by \(person(by))"
                }
            }
            fact("Why") { run.reason.isEmpty ? "no reason was given" : run.reason }
            fact("Endpoints") {
                "\(run.extent.endpoints), of which \(run.extent.mayReboot) may reboot; "
                    + "\(run.extent.leftOut) left out"
            }
            fact("Installs") { run.extent.updates.joined(separator: ", ") }
            if let ended = run.endedAt { fact("Over") { chrome.time(ended) } }
            if let outcome = run.outcome { fact("Outcome") { outcome.sentence } }
        }
        if !run.deployments.isEmpty {
            section(class: "part", .ariaLabelledBy("rollouts")) {
                div(class: "head") { h2(.id("rollouts")) { "Its rollouts" } }
                ul { run.deployments.map { id in li { a(.href(.deployment(id))) { id.text } } } }
            }
        }
        reviewPart(run, review, chrome)
    }
}

private func reviewPart(_ run: EmergencyRun, _ text: String, _ chrome: Chrome) -> HTML {
    switch run.state {
    case .awaitingSecondPerson:
        guard chrome.may(.approve) else { return .nothing }
        return chrome.postForm(.emergency(run.id, "agree"), class: "sum part") {
            div(class: "head") { h2 { "Agree to it, and start it" } }
            p(class: "dim") {
                "A rule asks for two people: somebody else than who asked for it. What is missing then is installed."
            }
            confirmation(run.vulnerability)
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Start the emergency run" }
            }
        }
    case .running:
        return note(.plain, .run) { "It goes on. Its review is written when it is over." }
    case .lapsed:
        return note(.plain, .stop) {
            "No second person agreed in time; nothing was installed by it."
        }
    case .awaitingReview:
        guard chrome.may(.approve) else {
            return note(.warn, .warn) { "It waits for its review." }
        }
        return chrome.postForm(.emergency(run.id, "review"), class: "sum part") {
            div(class: "head") { h2 { "Write the review, and close it" } }
            div(class: "field") {
                label(.forField("text")) {
                    "Why it could not wait, what happened, and what is to be done better"
                }
                textarea(.id("text"), .name("text"), .rows(8), .required()) { text }
            }
            div(class: "acts") { button(.type("submit")) { "Close the review" } }
        }
    case .closed:
        guard let review = run.review else { return .nothing }
        return section(class: "part", .ariaLabelledBy("review")) {
            div(class: "head") {
                h2(.id("review")) { "Review" }
                p(class: "dim") {
                    "By \(person(review.by)), "
                    chrome.time(review.at)
                }
            }
            p { review.text }
        }
    }
}

extension EmergencyRun.State {
    /// How it is shown.
    var look: StateLook {
        switch self {
        case .awaitingSecondPerson:
            StateLook(kind: .warn, icon: .warn, word: "Needs a second person")
        case .running: StateLook(kind: .run, icon: .run, word: "Running")
        case .awaitingReview: StateLook(kind: .warn, icon: .warn, word: "Waits for its review")
        case .closed: StateLook(kind: .ok, icon: .ok, word: "Reviewed")
        case .lapsed: StateLook(kind: .idle, icon: .stop, word: "Lapsed")
        }
    }
}
