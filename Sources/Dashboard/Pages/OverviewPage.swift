import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import Rollout
import ServerRecords

/// The home page: what is at risk, what needs a person, what runs, what failed. Nothing else stands
/// there.
func overviewPage(_ overview: Overview, tenant: TenantID?, chrome: Chrome) -> HTML {
    layout("Overview", section: .overview, chrome: chrome) {
        pageTitle(tenant.map(chrome.tenantName) ?? "Overview") {
            p(class: "dim") {
                "As of "
                timeTag(.datetime(chrome.now.wholeSeconds)) { Words.absolute(chrome.now) }
            }
        } actions: {
            if let choice = chrome.tenantChoice(tenant) {
                form(class: "filters", .method("get"), .action(.overview), .data(.filter)) {
                    choice
                    button(class: "noscript", .type("submit")) { "Show" }
                }
            }
        }
        if overview.counts.total == 0 {
            firstSteps(chrome)
        } else {
            div(class: "four") {
                atRisk(overview, tenant)
                needsMe(overview, tenant, chrome)
                runsNext(overview, tenant, chrome)
                failedLately(overview, chrome)
            }
        }
    }
}

/// The list of endpoints, within the tenant that the page is about.
private func list(_ tenant: TenantID?) -> Place {
    Place.endpoints.with("tenant", tenant?.text)
}

private func atRisk(_ overview: Overview, _ tenant: TenantID?) -> HTML {
    let counts = overview.counts
    let known = counts.compliant + counts.nonCompliant
    return section(.ariaLabelledBy("at-risk")) {
        header {
            h2(.id("at-risk")) { "What is at risk" }
            a(.href(list(tenant))) { Words.count(counts.total, "endpoint") }
        }
        p(class: "figure") {
            span(class: "big") { Words.percent(counts.compliant, of: counts.total) }
            span { "compliant" }
            span(class: "dim") {
                "Coverage \(Words.percent(known, of: counts.total)): "
                "\(Words.count(known)) of \(Words.count(counts.total)) could be judged"
            }
        }
        bar(counts.parts)
        p(class: "key") {
            complianceLink(counts.compliant, .compliant, tenant)
            complianceLink(counts.nonCompliant, .nonCompliant, tenant)
            complianceLink(counts.unknown, .unknown, tenant)
        }
        beingJudged(counts.beingJudged)
        missingMost(overview.missing, tenant)
    }
}

/// What came a moment ago counts as unknown, and is no trouble: it says so.
private func beingJudged(_ number: Int) -> HTML? {
    guard number > 0 else { return nil }
    return p(class: "small dim") {
        number == 1
            ? "1 report is still being judged; its endpoint counts as unknown until then."
            : "\(Words.count(number)) reports are still being judged; their endpoints count as unknown until then."
    }
}

private func complianceLink(_ number: Int, _ compliance: Compliance, _ tenant: TenantID?) -> HTML {
    a(class: "s", .href(list(tenant).with("compliance", compliance.rawValue))) {
        swatch(compliance.fill)
        "\(Words.count(number)) \(compliance.look.word.lowercased())"
    }
}

extension Compliance {
    fileprivate var fill: BarPart.Fill {
        switch self {
        case .compliant: .ok
        case .nonCompliant: .bad
        case .unknown: .hatch
        }
    }
}

private func missingMost(_ missing: [MissingUpdateCount], _ tenant: TenantID?) -> HTML? {
    guard !missing.isEmpty else { return nil }
    return HTML.pieces {
        dataTable(
            "Missing on most endpoints",
            [
                Column("Missing most"), Column("Version"), Column("For"),
                Column("Endpoints", isNumber: true),
            ],
            rows: missing.prefix(8).map { update in
                tr {
                    th { a(.href(.missing(update, tenant))) { update.name } }
                    td(class: "ver") { update.candidate }
                    td { classTags(update.classes) }
                    td(class: "num") {
                        a(.href(.missing(update, tenant))) { Words.count(update.endpoints) }
                    }
                }
            })
        p(class: "after") {
            a(.href(Place.updates.with("tenant", tenant?.text))) { "All missing updates" }
        }
    }
}

extension MissingUpdateCount {
    /// What tells it from other updates.
    var key: MissingUpdateKey { MissingUpdateKey(name: name, candidate: candidate) }
}

extension Place {
    /// The list of the endpoints that miss an update.
    static func missing(_ update: MissingUpdateCount, _ tenant: TenantID?) -> Place {
        Place.endpoints.with("tenant", tenant?.text)
            .with("missing", update.key.text)
    }
}

private func needsMe(_ overview: Overview, _ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    section(.ariaLabelledBy("needs-me")) {
        header { h2(.id("needs-me")) { "What needs me" } }
        if overview.needs.isEmpty {
            p(class: "dim") { "Nothing waits for you." }
        } else {
            ul(class: "list") {
                for need in overview.needs {
                    li {
                        needIcon(need.kind)
                        span(class: "grow") { a(.href(place(of: need, tenant))) { need.sentence } }
                        Icon.right.drawn()
                    }
                }
            }
        }
    }
}

private func needIcon(_ kind: Overview.Need.Kind) -> HTML {
    let (icon, classes): (Icon, StaticString) =
        switch kind {
        case .approveSecurity: (.shield, "s bad")
        case .decide: (.policy, "s warn")
        case .stuck: (.stop, "s bad")
        case .exceptions: (.pause, "s warn")
        case .reboot: (.restart, "s warn")
        case .sources: (.warn, "s warn")
        case .alerts: (.warn, "s bad")
        case .feeds: (.download, "s warn")
        case .enrol: (.plus, "s run")
        }
    return span(class: classes) { icon.drawn() }
}

private func place(of need: Overview.Need, _ tenant: TenantID?) -> Place {
    switch need.kind {
    case .approveSecurity: list(tenant).with("compliance", Compliance.nonCompliant.rawValue)
    case .decide: Place.updates.with("tenant", tenant?.text).with("reason", "decide")
    case .stuck: Place.updates.with("tenant", tenant?.text).with("reason", "stuck")
    case .exceptions: Place.exceptions.with("tenant", tenant?.text)
    case .reboot: list(tenant).with("reboot", "true")
    case .sources: list(tenant).with("sources", "true")
    case .alerts: .alerts
    case .feeds: .feeds
    case .enrol: .enrolment
    }
}

private func runsNext(_ overview: Overview, _ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    section(.ariaLabelledBy("runs-next")) {
        header {
            h2(.id("runs-next")) { "What runs next" }
            a(.href(Place.deployments.with("tenant", tenant?.text))) { "All deployments" }
        }
        upcoming(overview.upcoming, tenant, chrome)
        if overview.running.isEmpty, overview.upcoming.isEmpty {
            p(class: "dim") { "Nothing runs, and nothing is queued." }
        } else if !overview.running.isEmpty {
            ul(class: "list") {
                for summary in overview.running {
                    li {
                        div(class: "grow") {
                            div(class: "split") {
                                a(.href(.deployment(summary.deployment.id))) {
                                    summary.deployment.title
                                }
                                span(class: "dim nowrap") {
                                    "\(Words.count(summary.ended)) of \(Words.count(summary.total)) ended"
                                }
                            }
                            bar(summary.parts, isThin: true)
                            p(class: "small dim") {
                                summary.look.word
                                ", approved "
                                chrome.time(summary.deployment.createdAt)
                                ", ends at the latest "
                                chrome.time(summary.deployment.deadline)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What policies do next.
private func upcoming(
    _ next: [FleetStanding.Next], _ tenant: TenantID?, _ chrome: Chrome
) -> HTML? {
    guard !next.isEmpty else { return nil }
    return ul(class: "list") {
        for each in next.prefix(4) {
            li {
                span(class: "s idle") { Icon.queued.drawn() }
                span(class: "grow") {
                    a(.href(Place.policyPlan.with("tenant", tenant?.text))) {
                        Words.count(each.updates, "installation")
                    }
                    " on \(Words.count(each.endpoints, "endpoint"))"
                    each.policy.map { " by \($0)" } ?? ""
                    " "
                    chrome.time(each.at)
                }
            }
        }
    }
}

private func failedLately(_ overview: Overview, _ chrome: Chrome) -> HTML {
    section(.ariaLabelledBy("failed")) {
        header { h2(.id("failed")) { "What failed" } }
        if overview.failed.isEmpty {
            p(class: "dim") { "No job has failed." }
        } else {
            ul(class: "list") {
                for summary in overview.failed.prefix(6) {
                    li {
                        span(class: "s bad") { summary.job.state.look.icon.drawn() }
                        div(class: "grow") {
                            div(class: "split") {
                                a(.href(.job(summary.job.id))) { summary.endpointName }
                                span(class: "dim small") {
                                    chrome.time(summary.job.finishedAt ?? summary.job.createdAt)
                                }
                            }
                            p(class: "small dim") { summary.job.sentence }
                        }
                    }
                }
            }
        }
    }
}

/// What stands on the home page of an empty installation.
func firstSteps(_ chrome: Chrome) -> HTML {
    empty("No endpoint is enrolled yet") {
        p {
            "An endpoint is a machine with Patchbay's agent. It reaches out to this server by itself; nothing needs to be opened on it."
        }
        ol(class: "steps") {
            li { "Make an enrolment token. It is shown once, and expires by itself." }
            li {
                "On the endpoint, put the token in a file that only root can read, and enrol:"
                command("patchbay-agent enrol --token-file /etc/patchbay.token", id: "first-enrol")
            }
            li {
                "Start the agent. Its first scan is here within a minute."
                command("systemctl enable --now patchbay-agent", id: "first-start")
            }
        }
        if chrome.may(.enrol) {
            div(class: "acts") {
                a(class: "button main", .href(.enrolment)) {
                    Icon.plus.drawn()
                    "Make an enrolment token"
                }
            }
        }
    }
}
