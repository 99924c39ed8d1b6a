import Administration
import ControlPlane
import Fleet
import HTMLTree
import PageParts
import Rollout
import ServerRecords

/// An endpoint's packages, now or at the instant that was asked for. Nothing `installed` means that
/// nothing was known then, which `refused` says.
func packagesPage(
    _ detail: EndpointDetail, installed: InstalledPackages?, search: String?, asked: Timestamp?,
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let all = installed?.packages ?? []
    let found =
        search.map { text in
            all.filter {
                $0.name.contains(text.lowercased()) || $0.source.contains(text.lowercased())
            }
        } ?? all
    return endpointFrame(detail, part: .packages, chrome: chrome) {
        problem(refused)
        form(
            class: "filters", .method("get"), .action(.endpoint(detail.item.id, "packages")),
            .role("search"), .data(.filter)
        ) {
            searchField(search, says: "Search packages")
            label(class: "s") {
                span(class: "dim") { "As it was at" }
                input(
                    .type("datetime-local"), .name("at"),
                    .value(asked.map(fieldText) ?? ""), Attribute("step", "1"))
                span(class: "dim") { "UTC" }
            }
            button(.type("submit")) { "Show" }
        }
        if let installed {
            p(class: "dim") {
                Words.count(found.count, "package")
                search == nil ? " installed" : " of \(Words.count(all.count)) match"
                asked == nil ? ", unchanged since " : " at that time, unchanged since "
                chrome.time(installed.since)
                "."
            }
            packageTable(found)
        }
    }
}

/// An instant as a browser's own field writes it, in whole seconds, rounded up so that a change at
/// this very second is shown.
private func fieldText(_ instant: Timestamp) -> String {
    let whole = instant.wholeSeconds
    let shown = whole == instant ? whole : whole.adding(seconds: 1)
    return String(shown.description.prefix(19))
}

/// The most packages of one page: more would pass 60 KB.
private let packageRows = 250

private func packageTable(_ packages: [Package]) -> HTML {
    HTML.pieces {
        div(class: "wrap part") {
            dataTable(
                "Packages",
                [
                    Column("Package"), Column("Version"), Column("Architecture"),
                    Column("Built from"),
                ],
                rows: packages.prefix(packageRows).map { package in
                    tr {
                        th { package.name }
                        td(class: "ver") { package.version }
                        td { package.architecture }
                        td(class: "dim") { origin(of: package) }
                    }
                })
        }
        if packages.count > packageRows {
            p(class: "dim") {
                "The first \(Words.count(packageRows)) of \(Words.count(packages.count)) are shown; search for the others."
            }
        }
    }
}

/// The source where it has another name, and the module.
private func origin(of package: Package) -> String {
    let source = package.source == package.name ? nil : package.source
    return [source, package.module.map { "module \($0)" }].compactMap(\.self)
        .joined(separator: ", ")
}

/// When an endpoint's software changed. Each line leads to what was installed then.
func historyPage(
    _ detail: EndpointDetail, history: [InventoryHistoryEntry], chrome: Chrome
) -> HTML {
    endpointFrame(detail, part: .history, chrome: chrome) {
        p(class: "dim") {
            "Each line is a change of what is installed, as a scan found it. Open one to see the packages of that time."
        }
        if history.isEmpty {
            empty("No history yet") { p { "It begins with the first scan." } }
        } else {
            div(class: "wrap part") {
                dataTable(
                    "History", [Column("From"), Column("Inventory"), Column("")],
                    rows: history.enumerated().map { index, entry in
                        tr {
                            th {
                                a(
                                    .href(
                                        Place.endpoint(detail.item.id, "packages")
                                            .with("at", entry.at.description))
                                ) { chrome.time(entry.at) }
                            }
                            td(class: "ver dim") { String(entry.digest.prefix(16)) }
                            td { index == 0 ? "As it is now" : "" }
                        }
                    })
            }
        }
    }
}

/// An endpoint's jobs.
func endpointJobsPage(_ detail: EndpointDetail, chrome: Chrome) -> HTML {
    endpointFrame(detail, part: .jobs, chrome: chrome) {
        if detail.jobs.isEmpty {
            empty("No jobs yet") {
                p {
                    "A job is this endpoint's part of a deployment. Choose missing updates and approve them to make one."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Jobs",
                    [
                        Column("State"), Column("Deployment"), Column("Where it stands"),
                        Column("Made"),
                    ],
                    rows: detail.jobs.map { summary in
                        tr {
                            td { summary.job.look.drawn() }
                            th { a(.href(.job(summary.job.id))) { summary.deploymentTitle } }
                            td(class: "why") { summary.job.sentence }
                            td { chrome.time(summary.job.createdAt) }
                        }
                    })
            }
        }
    }
}

/// The question before an endpoint is retired: its name is typed.
func retirePage(_ detail: EndpointDetail, refused: Refusal? = nil, chrome: Chrome) -> HTML {
    let item = detail.item
    let open = detail.jobs.count { !$0.job.state.isTerminal }
    return layout("Retire \(item.name)", section: .endpoints, chrome: chrome) {
        pageTitle("Retire \(item.name)", crumb: (item.name, .endpoint(item.id)))
        problem(refused)
        chrome.postForm(.endpoint(item.id, "retire"), class: "sum") {
            ul(class: "list") {
                li {
                    Icon.stop.drawn();
                    span { "Its agent is refused from now on; the endpoint itself is not changed." }
                }
                li {
                    Icon.deployment.drawn()
                    span {
                        open == 0
                            ? "It has no open jobs."
                            : "\(Words.count(open, "open job")) will be cancelled."
                    }
                }
                li {
                    Icon.audit.drawn(); span { "Its history, its jobs and the audit log stay." }
                }
                li {
                    Icon.enrolment.drawn();
                    span { "To manage it again, enrol it with a new token." }
                }
            }
            div(class: "field") {
                label(.forField("name")) { "Type the endpoint's name to confirm: \(item.name)" }
                input(.type("text"), .id("name"), .name("name"), .autocomplete("off"), .required())
            }
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Retire \(item.name)" }
                a(class: "button quiet", .href(.endpoint(item.id))) { "Keep it" }
            }
        }
    }
}
