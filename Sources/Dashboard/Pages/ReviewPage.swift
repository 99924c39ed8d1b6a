import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Rollout
import ServerRecords

/// What an approval would do, before anything acts: how many endpoints, how many may reboot, what
/// is left out, what the way back is. Then one button: that approves it, or asks for it, by whoever
/// may not approve; `reason` is why, as it was typed.
func reviewPage(
    _ plan: DeploymentPlan, selection: DeploymentSelection, reason: String = "",
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let work = plan.endpointsWithWork
    let updates = plan.lines.reduce(0) { $0 + $1.updates.count }
    let noun = work == 1 ? "endpoint" : "endpoints"
    let mayApprove = chrome.may(.approve)
    return layout("Review", section: .deployments, chrome: chrome) {
        pageTitle("Review: \(plan.title)", crumb: crumb(selection)) {
            p(class: "dim") { "Nothing has been changed yet." }
        }
        problem(refused)
        chrome.postForm(mayApprove ? .deployments : .askForRun, class: "sum") {
            for endpoint in selection.endpoints { hidden("endpoint", endpoint.text) }
            for update in selection.updates {
                hidden(
                    "update",
                    update.candidate.map { MissingUpdateKey(name: update.name, candidate: $0).text }
                )
            }
            h2 {
                work == 0
                    ? "There is nothing to install"
                    : "\(Words.count(updates, "update")) on \(Words.count(work)) \(noun)"
            }
            effects(plan, isAsked: !mayApprove)
            if work > 0 {
                div(class: "row") {
                    titleField(plan.title)
                    if mayApprove { deadlineField(plan.deadlineSeconds) }
                }
                if mayApprove, plan.lacksWayBack { acceptance }
                if !mayApprove { reasonField(reason) }
            }
            div(class: "acts") {
                if work > 0 {
                    button(class: "main", .type("submit")) {
                        "\(mayApprove ? "Approve" : "Ask for it") for \(Words.count(work)) \(noun)"
                    }
                }
                a(class: "button quiet", .href(back(selection))) {
                    work == 0 ? "Back" : mayApprove ? "Do not approve" : "Do not ask"
                }
            }
        }
        section(class: "part", .ariaLabelledBy("lines")) {
            div(class: "head") { h2(.id("lines")) { "Endpoint by endpoint" } }
            div(class: "wrap") {
                dataTable(
                    "Endpoint by endpoint",
                    [
                        Column("Endpoint"), Column("Installs"), Column("Left out"),
                        Column("Download", isNumber: true), Column("Reboot"),
                    ], rows: plan.lines.prefix(shownLines).map(line))
            }
            if plan.lines.count > shownLines {
                p(class: "dim") {
                    "and \(Words.count(plan.lines.count - shownLines, "endpoint")) more."
                }
            }
        }
    }
}

/// The most endpoints that the review lists one by one; the sums hold for all.
private let shownLines = 200

private func crumb(_ selection: DeploymentSelection) -> (String, Place) {
    selection.endpoints.count == 1
        ? ("Back to the endpoint", back(selection)) : ("Missing updates", back(selection))
}

private func back(_ selection: DeploymentSelection) -> Place {
    guard let only = selection.endpoints.first, selection.endpoints.count == 1 else {
        return .updates
    }
    return .endpoint(only)
}

private func effects(_ plan: DeploymentPlan, isAsked: Bool) -> HTML {
    let reboots = plan.endpointsThatMayReboot
    let bytes = plan.lines.reduce(0) { $0 + $1.bytes }
    let leftOut = plan.lines.reduce(0) { $0 + $1.leftOut.count }
    return ul(class: "list") {
        li {
            Icon.queued.drawn()
            span(class: "grow") {
                isAsked
                    ? "Nothing begins before somebody else grants it. Exactly these versions are asked for: if they are not what is missing then, they are not installed."
                    : "It begins as soon as each endpoint is heard from, usually within seconds."
            }
        }
        li {
            Icon.restart.drawn()
            span(class: "grow") {
                reboots == 0
                    ? "No reboot is expected. Patchbay reboots nothing by itself."
                    : "\(Words.count(reboots, "endpoint")) may need a reboot afterwards. Patchbay reboots nothing by itself; until then the update is pending restart, not verified."
            }
        }
        li {
            Icon.download.drawn()
            span(class: "grow") {
                "About \(Words.size(bytes)) to download in all, from the sources that the endpoints already trust."
            }
        }
        li {
            Icon.warn.drawn()
            span(class: "grow") {
                plan.wayBack
                if isAsked, plan.lacksWayBack { " Whoever grants it is asked about that." }
            }
        }
        if leftOut > 0 {
            li {
                Icon.stop.drawn()
                span(class: "grow") {
                    "\(Words.count(leftOut, "chosen update is", "chosen updates are")) left out; the reasons stand below."
                }
            }
        }
    }
}

/// What cannot be undone is approved only by a person who says so.
private var acceptance: HTML {
    label(class: "s confirm") {
        input(.type("checkbox"), .name("acceptsNoWayBack"), .value("true"), .required())
        "Approve it although a part of it cannot be undone"
    }
}

private func reasonField(_ reason: String) -> HTML {
    div(class: "field") {
        label(.forField("reason")) { "Why it is needed" }
        input(
            .type("text"), .id("reason"), .name("reason"), .value(reason), .maxlength(500),
            .required(), .autocomplete("off"))
    }
}

private func titleField(_ words: String) -> HTML {
    div(class: "field") {
        label(.forField("title")) { "Name of the deployment" }
        input(.type("text"), .id("title"), .name("title"), .value(words), .maxlength(100))
    }
}

private func deadlineField(_ seconds: Int64) -> HTML {
    div(class: "field") {
        label(.forField("deadline")) { "Ends at the latest after" }
        select(.id("deadline"), .name("deadline")) {
            for (value, words) in [
                (3600, "1 hour"), (86_400, "1 day"), (3 * 86_400, "3 days"), (7 * 86_400, "7 days"),
                (30 * 86_400, "30 days"),
            ] as [(Int64, String)] {
                option(.value(String(value)), .selected(value == seconds)) { words }
            }
        }
    }
}

private func line(_ line: DeploymentPlan.Line) -> HTML {
    tr {
        th { a(.href(.endpoint(line.endpoint))) { line.endpointName } }
        td {
            if line.updates.isEmpty {
                span(class: "dim") { "Nothing" }
            } else {
                installs(line.updates)
            }
        }
        td(class: "why") {
            for left in line.leftOut {
                p {
                    strong { left.name }
                    ": \(left.reason)"
                }
            }
        }
        td(class: "num dim") { line.updates.isEmpty ? "" : Words.size(line.bytes) }
        td {
            line.mayNeedReboot
                ? StateLook(kind: .warn, icon: .restart, word: "May be needed").drawn() : .nothing
        }
    }
}

private func installs(_ updates: [LockedUpdate]) -> HTML {
    let rows = HTML.group(
        updates.prefix(shownUpdates).map { update in
            div {
                update.name
                " "
                span(class: "ver") { versions(update.from, update.to) }
            }
        })
    guard updates.count > shownUpdates else { return rows }
    return HTML.pieces {
        rows
        p(class: "dim") { "and \(updates.count - shownUpdates) more" }
    }
}

/// The most updates that stand in one line of the review.
private let shownUpdates = 40
