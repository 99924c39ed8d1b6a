import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords

/// How many findings there have been each day: a picture, and the same as a table.
func exposurePage(_ report: ExposureReport, tenant: TenantID?, chrome: Chrome) -> HTML {
    layout("Exposure over time", section: .vulnerabilities, chrome: chrome) {
        pageTitle(
            tenant.map { "Exposure of \(chrome.tenantName($0))" } ?? "Exposure over time",
            crumb: ("Vulnerabilities", .vulnerabilities)
        ) {
            p(class: "dim") {
                "A finding is an endpoint with a vulnerability. Today's figures are those of this moment."
            }
        } actions: {
            form(class: "filters", .method("get"), .action(.exposure), .data(.filter)) {
                chrome.tenantChoice(tenant)
                choice(
                    "days", says: "How far back",
                    [("", "Last 90 days"), ("30", "Last 30 days"), ("365", "Last year")],
                    chosen: report.days == UseCases.usualExposureDays ? nil : "\(report.days)")
                button(class: "noscript", .type("submit")) { "Show" }
            }
        }
        if !report.isComplete {
            note(.plain, .run) {
                "The server is still reading the fleet: today's figures are not all yet."
            }
        }
        if report.items.count < 2 {
            empty("There is one day so far") {
                p { "The figures are noted each day; the picture begins tomorrow." }
            }
        } else {
            stackedColumns(columns(report.items), of: "Findings by severity")
        }
        table(report.items, tenant, chrome)
        exportLinks(
            Place.export("exposure").with("days", "\(report.days)")
                .with("tenant", tenant?.text))
    }
}

/// The layers of the picture, the worst at the bottom.
private func columns(_ days: [ExposureDay]) -> [StackedColumn] {
    days.map { day in
        let figures = day.figures
        return StackedColumn(
            name: day.day,
            parts: [
                BarPart(count: figures.critical, fill: .bad, words: "critical"),
                BarPart(count: figures.important, fill: .warn, words: "important"),
                BarPart(count: figures.moderate, fill: .run, words: "moderate"),
                BarPart(count: figures.low, fill: .idle, words: "low"),
                BarPart(count: figures.unrated, fill: .hatch, words: "not rated"),
            ])
    }
}

/// The most days that the table shows; the file holds all.
private let tableRows = 60

private func table(_ days: [ExposureDay], _ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    HTML.pieces {
        div(class: "wrap tight") {
            dataTable(
                "Findings each day",
                [Column("Day")] + figureNames.map { Column($0, isNumber: true) },
                rows: days.suffix(tableRows).reversed().map(row))
        }
        if days.count > tableRows {
            p(class: "dim") {
                "The latest \(tableRows) of \(Words.count(days.count)) days are shown; the file has all."
            }
        }
    }
}

/// What the figures of a day are, in the order in which they are shown.
private let figureNames = [
    "Findings", "Critical", "Important", "Moderate", "Low", "Not rated", "Known exploited",
    "Overdue", "Endpoints with findings", "Endpoints",
]

private func row(_ day: ExposureDay) -> HTML {
    let figures = day.figures
    let numbers = [
        figures.total, figures.critical, figures.important, figures.moderate, figures.low,
        figures.unrated, figures.kev, figures.overdue, figures.affected, figures.endpoints,
    ]
    return tr {
        th { timeTag(.datetime(day.takenAt.wholeSeconds)) { day.day } }
        for (name, number) in zip(figureNames, numbers) {
            td(class: "num", .data(.label, name)) { Words.count(number) }
        }
    }
}
