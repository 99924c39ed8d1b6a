import Administration
import Fleet
import HTMLTree
import PageParts
import Policy

/// The way back from due dates: when each ring must start, who goes earlier, who will be late.
func planDeadlines(_ plan: PlannedFleet, _ chrome: Chrome) -> HTML? {
    guard !plan.deadlines.isEmpty else { return nil }
    let names = Dictionary(
        plan.installs.map { ($0.endpoint, $0.endpointName) }
            + plan.waiting.map { ($0.endpoint, $0.endpointName) },
        uniquingKeysWith: { first, _ in first })
    return section(class: "part", .ariaLabelledBy("deadlines")) {
        div(class: "head") { h2(.id("deadlines")) { "Back from due dates" } }
        for deadline in plan.deadlines {
            h3 {
                "\(deadline.policy), \(deadline.lane.rawValue): due "
                chrome.time(deadline.dueAt)
            }
            ringTable(deadline, chrome)
            let notes = deadline.notes(names)
            if !notes.isEmpty {
                note(.warn, .warn) {
                    ul(class: "plain") { for each in notes.prefix(mostNotes) { li { each } } }
                }
            }
        }
    }
}

/// The most sentences about single endpoints for each lane; the plan as JSON has all.
private let mostNotes = 20

private func ringTable(_ deadline: PlannedDeadline, _ chrome: Chrome) -> HTML {
    div(class: "wrap") {
        dataTable(
            "Rings of \(deadline.policy), \(deadline.lane.rawValue)",
            [
                Column("Ring"), Column("Endpoints", isNumber: true), Column("From"),
                Column("Done"), Column("Must start by"), Column("Watched for"),
            ],
            rows: deadline.rings.map { ring in
                tr {
                    th { ring.name }
                    td(class: "num") { Words.count(ring.endpoints) }
                    td { chrome.time(ring.startsAt) }
                    td { chrome.time(ring.endsAt) }
                    td { ring.latestStart.map(chrome.time) }
                    td { Words.duration(ring.soakSeconds) }
                }
            })
    }
}

extension PlannedDeadline {
    /// Who goes earlier, and who will be late.
    fileprivate func notes(_ names: [String: String]) -> [String] {
        func name(_ key: String) -> String { names[key] ?? key }
        return misses.map { "\(name($0.endpoint)) misses the date: it \($0.reason.words)." }
            + moves.map { "\(name($0.endpoint)) goes with ring \($0.to) instead of \($0.from)." }
    }
}
