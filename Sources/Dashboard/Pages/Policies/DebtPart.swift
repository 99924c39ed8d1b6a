import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import ServerRecords

/// The most endpoints of the list of those that have fallen behind.
private let debtRows = 100

/// Endpoints that have fallen behind, with the batches in which they catch up.
func debtPart(_ debt: [IndebtedEndpoint], _ chrome: Chrome) -> HTML {
    guard !debt.isEmpty else { return .nothing }
    return section(class: "part", .ariaLabelledBy("debt")) {
        div(class: "head") { h2(.id("debt")) { "Who has fallen behind" } }
        p(class: "dim") {
            "They miss more updates than one batch holds, or a fix that has been out for more than \(Words.count(UseCases.usualDebtDays)) days. What is approved comes in batches, security first; the end is foreseen from windows and usual times, at the earliest."
        }
        div(class: "wrap") {
            dataTable(
                "Who has fallen behind",
                [
                    Column("Endpoint"), Column("Misses", isNumber: true),
                    Column("Approved", isNumber: true), Column("Batches", isNumber: true),
                    Column("Oldest fix"), Column("Next batch"), Column("Done"),
                ], rows: debt.prefix(debtRows).map { row($0, chrome) })
        }
        if debt.count > debtRows {
            p(class: "dim") {
                "The first \(Words.count(debtRows)) of \(Words.count(debt.count)) are shown."
            }
        }
    }
}

private func row(_ endpoint: IndebtedEndpoint, _ chrome: Chrome) -> HTML {
    tr {
        th { a(.href(.endpoint(endpoint.endpoint))) { endpoint.name } }
        td(class: "num") { Words.count(endpoint.owed) }
        td(class: "num") { Words.count(endpoint.approved) }
        td(class: "num") { Words.count(endpoint.batches.count) }
        td { chrome.time(endpoint.oldestAt, or: "not known") }
        td { chrome.time(endpoint.batches.first?.startsAt, or: "not foreseen") }
        td { chrome.time(endpoint.doneAt, or: "not foreseen") }
    }
}
