import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import Policy
import Rollout
import ServerRecords

// A deployment's way through rings, as a part of its page.

/// The rings with their gates, what is waited for, and what has happened.
func rolloutPart(_ detail: DeploymentDetail, chrome: Chrome) -> HTML {
    guard let rollout = detail.rollout else { return .nothing }
    return HTML.pieces {
        rolloutStanding(rollout, chrome)
        ringTable(rollout, of: detail.summary.deployment.id, chrome)
        ringMembers(rollout)
        timeline(detail.timeline ?? [], chrome)
    }
}

private func rolloutStanding(_ rollout: RolloutStanding, _ chrome: Chrome) -> HTML {
    section(.id("rollout"), Attribute("class", "part")) {
        p(class: "dim") {
            "Through the rings of \(rollout.policy), version \(Words.count(rollout.policyVersion)), "
            "\(rollout.lane.rawValue) lane. \(moved(rollout.lines))"
            if let dueAt = rollout.dueAt {
                " Due "
                chrome.time(dueAt)
                "."
            }
        }
        if let words = rollout.policyNote { note(.warn, .policy) { words } }
        if let reason = rollout.reason {
            if rollout.state == .cancelled {
                note(.warn, .stop) {
                    strong { "Called off. " }
                    reason
                }
            } else {
                note(.bad, .pause) {
                    strong { "Halted. " }
                    reason
                }
            }
        }
        for warning in rollout.warnings where rollout.state != .completed {
            note(.warn, .warn) { warning }
        }
        if rollout.state == .running, !rollout.waits.isEmpty {
            ul(class: "list") {
                for wait in rollout.waits {
                    li {
                        Icon.queued.drawn()
                        span(class: "grow") { wait }
                    }
                }
            }
        }
    }
}

/// What moves: a few names, and how many more.
private func moved(_ lines: [WaveLine]) -> String {
    let names = Set(lines.map { "\($0.key.name) \($0.version)" }).sorted()
    let shown = names.prefix(linesShown).joined(separator: ", ")
    let rest = names.count - linesShown
    return rest > 0 ? "\(shown) and \(Words.count(rest)) more." : "\(shown)."
}

/// How many packages a deployment's page names before it counts the rest.
private let linesShown = 4

private func ringTable(
    _ rollout: RolloutStanding, of deployment: DeploymentID, _ chrome: Chrome
) -> HTML {
    div(.id("rings"), Attribute("class", "wrap part")) {
        dataTable(
            "Rings",
            [
                Column("Ring"), Column("Stage"), Column("Progress"), Column("Gate"),
                Column("Watched"), Column("Begins"),
            ], rows: rollout.rings.map { ringRow($0, of: rollout, deployment, chrome) })
    }
}

private func ringRow(
    _ ring: RolloutStanding.RingStanding, of rollout: RolloutStanding,
    _ deployment: DeploymentID, _ chrome: Chrome
) -> HTML {
    tr {
        th {
            ring.name
            if chrome.may(.deploy), ring.verified + ring.failed > 0 {
                let place = Place.deployment(deployment, "rollback").with("ring", ring.name)
                div { a(class: "small", .href(place)) { "Roll back this ring" } }
            }
        }
        td { ring.look(in: rollout.state).drawn() }
        td(class: "free") {
            bar(ring.parts, isThin: true)
            span(class: "dim") {
                "\(Words.count(ring.verified)) of \(Words.count(ring.members)) verified"
                if ring.failed > 0 { ", \(Words.count(ring.failed)) failed" }
                if ring.offline > 0 { ", \(Words.count(ring.offline)) silent" }
            }
        }
        td(class: "why") {
            if ring.isOverridden {
                "a person answers for it"
            } else {
                ring.gate ?? "none: it is the last"
            }
        }
        td {
            if let passedAt = ring.passedAt {
                "passed "
                chrome.time(passedAt)
            } else if let until = ring.soakUntil {
                "until "
                chrome.time(until)
            } else if ring.soakSeconds > 0 {
                span(class: "dim") { "for \(RolloutSentences.duration(ring.soakSeconds))" }
            } else {
                span(class: "dim") { "not watched" }
            }
        }
        td { began(ring, of: rollout, chrome) }
    }
}

/// When a ring has begun, or what is foreseen of it.
private func began(
    _ ring: RolloutStanding.RingStanding, of rollout: RolloutStanding, _ chrome: Chrome
) -> HTML {
    HTML.pieces {
        if ring.openedAt == nil, let expectedAt = ring.expectedAt, rollout.state == .running {
            "at the earliest "
            chrome.time(expectedAt)
        } else {
            chrome.time(ring.openedAt, or: "not yet")
        }
        if rollout.state == .running, ring.stage != .passed {
            if let opens = ring.windowOpensAt, opens > chrome.now || ring.openedAt != nil {
                p(class: "dim") {
                    if opens <= chrome.now {
                        "a window is open"
                    } else {
                        "the next window opens "
                        chrome.time(opens)
                    }
                }
            }
            if let end = ring.expectedEnd, ring.stage != .soaking {
                p(class: "dim") {
                    "done at the earliest "
                    chrome.time(end)
                }
            }
        }
    }
}

private func ringMembers(_ rollout: RolloutStanding) -> HTML {
    section(class: "part") {
        for ring in rollout.rings where !ring.endpoints.isEmpty {
            details {
                summary { "Endpoints of ring \(ring.name)" }
                ul(class: "list") {
                    for member in ring.endpoints {
                        li {
                            span(class: "grow") {
                                a(.href(.endpoint(member.endpoint))) { member.name }
                                " "
                                span(class: "dim") { member.sentence }
                            }
                        }
                    }
                }
                if ring.members > ring.endpoints.count {
                    p(class: "dim") {
                        "The first \(Words.count(ring.endpoints.count)) of \(Words.count(ring.members)) are shown."
                    }
                }
            }
        }
    }
}

private func timeline(_ entries: [AuditEntry], _ chrome: Chrome) -> HTML {
    section(.id("timeline"), Attribute("class", "part")) {
        h2 { "What has happened" }
        ul(class: "list") {
            for entry in entries.reversed() {
                li {
                    entry.rolloutIcon.drawn()
                    span(class: "grow") { entry.sentence }
                    span(class: "dim") {
                        "\(person(entry.actor)) "
                        chrome.time(entry.at)
                    }
                }
            }
        }
    }
}

extension AuditEntry {
    /// The picture that goes with a line of a rollout's timeline.
    fileprivate var rolloutIcon: Icon {
        switch action {
        case "rollout.gatePassed", "rollout.completed", "deployment.finished": .ok
        case "rollout.ringOpened", "deployment.running": .run
        case "rollout.soaking", "rollout.soakShortened": .queued
        case "deployment.halted": .pause
        case "deployment.cancelled", "rollout.denied": .stop
        case "version.blocked", "rollout.gaveUp": .bad
        case "rollout.warning", "rollout.soakInterrupted": .warn
        default: .policy
        }
    }
}

extension RolloutStanding.RingStanding {
    /// Where the ring stands, as it looks.
    func look(in state: RolloutStanding.State) -> StateLook {
        switch stage {
        case .passed: StateLook(kind: .ok, icon: .ok, word: "Passed")
        case .waiting: StateLook(kind: .idle, icon: .queued, word: "Waits")
        case .cancelled: StateLook(kind: .idle, icon: .stop, word: "Called off")
        case .soaking where state == .running:
            StateLook(kind: .run, icon: .queued, word: "Watched")
        case .open where state == .running:
            StateLook(kind: .run, icon: .run, word: "Open", isSpinning: working > 0)
        case .soaking, .open:
            state == .halted
                ? StateLook(kind: .warn, icon: .pause, word: "Halted")
                : StateLook(kind: .idle, icon: .stop, word: "Ended")
        }
    }

    /// How its endpoints stand.
    var parts: [BarPart] {
        [
            BarPart(count: verified, fill: .ok, words: "verified"),
            BarPart(count: failed, fill: .bad, words: "failed"),
            BarPart(count: working, fill: .run, words: "with an order"),
            BarPart(count: offline, fill: .hatch, words: "silent"),
            BarPart(count: max(waiting - offline, 0), fill: .idle, words: "waiting"),
        ]
    }
}
