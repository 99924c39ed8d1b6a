package import Bundles
import Fleet
package import HTMLTree
package import PageParts
import Rollout
package import ServerRecords

/// The most lines and endpoints of one table of the page.
private let mostShown = 200

/// One bundle: what is in it, what was said of it, where it went, and who has it.
package func bundlePage(
    _ report: BundleReport, lines: [BundleLine], policies: [String], refused: Refusal? = nil,
    chrome: Chrome
) -> HTML {
    let bundle = report.bundle
    return layout(bundle.title, section: .deployments, chrome: chrome) {
        pageTitle(bundle.title, crumb: ("Bundles", .bundles)) {
            p(class: "dim") { "Updates \(bundle.query.words)." }
        } actions: {
            a(class: "button quiet", .href(.export("bundles", of: bundle.id.text))) {
                Icon.download.drawn()
                "Who has it, as CSV"
            }
        }
        problem(refused)
        facts(bundle, chrome)
        progress(report)
        if bundle.rolledBackAt == nil { acts(bundle, policies, chrome) }
        if !report.steps.isEmpty { steps(report) }
        endpoints(report)
        content(lines)
    }
}

private func facts(_ bundle: PatchBundle, _ chrome: Chrome) -> HTML {
    dl(class: "facts") {
        fact("State") { bundle.look.drawn() }
        fact("Holds") {
            "\(Words.count(bundle.content.lines, "version")) of "
                + "\(Words.count(bundle.content.packages, "package"))"
        }
        fact("Closes") {
            Words.count(bundle.content.vulnerabilities, "vulnerability", "vulnerabilities")
        }
        fact("Made") {
            "by \(person(bundle.madeBy)) "
            chrome.time(bundle.madeAt)
        }
        fact("Approvers") { "\(bundle.standingApprovals.count) of \(bundle.approvers)" }
        if !bundle.note.isEmpty { fact("Note") { bundle.note } }
        for word in bundle.words where word.isOver != true {
            fact(word.isApproval ? "Approved" : "Declined") {
                "by \(person(word.by)) "
                chrome.time(word.at)
                if !word.reason.isEmpty { div(class: "dim") { word.reason } }
            }
        }
    }
}

private func progress(_ report: BundleReport) -> HTML {
    let figures = report.figures
    return section(class: "part", .ariaLabelledBy("progress")) {
        div(class: "head") {
            h2(.id("progress")) { "Who has it" }
            p(class: "dim") { Words.count(figures.endpoints, "endpoint") }
        }
        bar([
            BarPart(count: figures.all, fill: .ok, words: "have all of it"),
            BarPart(count: figures.part, fill: .warn, words: "have a part"),
            BarPart(count: figures.none, fill: .idle, words: "have none"),
            BarPart(count: figures.unknown, fill: .hatch, words: "not known"),
        ])
        p { report.sentence }
    }
}

// MARK: - What can be done

private func acts(_ bundle: PatchBundle, _ policies: [String], _ chrome: Chrome) -> HTML {
    HTML.pieces {
        if chrome.may(.approve) {
            if bundle.state != .approved { approval(bundle, chrome) }
            if bundle.state != .declined { refusal(bundle, chrome) }
            if bundle.state == .approved, bundle.pausedAt == nil {
                promotion(bundle, policies, chrome)
            }
        }
        if chrome.may(.deploy) {
            div(class: "acts") {
                if bundle.pausedAt == nil {
                    chrome.postButton("Pause", .pause, to: .bundle(bundle.id, "pause"))
                } else {
                    chrome.postButton("Resume", .run, to: .bundle(bundle.id, "resume"))
                }
                if !bundle.promotions.isEmpty {
                    chrome.postForm(.bundle(bundle.id, "rollback"), class: "acts") {
                        label(class: "s") {
                            input(
                                .type("checkbox"), .name("confirm"), .value("true"), .required())
                            "Take it back everywhere, and block its versions"
                        }
                        button(class: "danger", .type("submit")) { "Roll back" }
                    }
                }
            }
        }
    }
}

private func approval(_ bundle: PatchBundle, _ chrome: Chrome) -> HTML {
    chrome.postForm(.bundle(bundle.id, "approve"), class: "acts") {
        label(class: "s") {
            input(.type("checkbox"), .name("policies"), .value("true"))
            "Policies hear it too, and bring it through their own rings"
        }
        button(class: "main", .type("submit")) { "Approve the bundle" }
    }
}

private func refusal(_ bundle: PatchBundle, _ chrome: Chrome) -> HTML {
    chrome.postForm(.bundle(bundle.id, "decline"), class: "acts") {
        input(
            .type("text"), .name("reason"), .maxlength(400), .required(),
            .placeholder("Why not"), .ariaLabel("Why not"), .autocomplete("off"))
        button(class: "quiet", .type("submit")) { "Decline the bundle" }
    }
}

private func promotion(_ bundle: PatchBundle, _ policies: [String], _ chrome: Chrome) -> HTML {
    chrome.postForm(.bundle(bundle.id, "promotions"), class: "sum part") {
        div(class: "head") { h2 { "Bring it to the next place" } }
        div(class: "row") {
            div(class: "field") {
                label(.forField("promote-policy")) { "By the windows of the policy" }
                select(.id("promote-policy"), .name("policy"), .required()) {
                    for name in policies { option(.value(name)) { name } }
                }
            }
            for (name, words) in [
                ("ring", "Only its ring (all of them, one after the other, unless named)"),
                ("group", "Only the group"),
            ] {
                div(class: "field") {
                    label(.forField("promote-\(name)")) { words }
                    input(
                        .type("text"), .id("promote-\(name)"), .name(name), .maxlength(63),
                        .autocomplete("off"), .spellcheck("false"))
                }
            }
        }
        label(class: "s") {
            input(.type("checkbox"), .name("noWayBack"), .value("true"))
            "Also what cannot be undone"
        }
        button(class: "main", .type("submit")) { "Bring it there" }
    }
}

// MARK: - How it went

extension Deployment.State {
    fileprivate var look: StateLook {
        switch self {
        case .running: StateLook(kind: .run, icon: .run, word: "Running", isSpinning: true)
        case .halted: StateLook(kind: .warn, icon: .pause, word: "Halted")
        case .cancelled: StateLook(kind: .idle, icon: .stop, word: "Cancelled")
        case .finished: StateLook(kind: .ok, icon: .ok, word: "Finished")
        }
    }
}

private func steps(_ report: BundleReport) -> HTML {
    section(class: "part", .ariaLabelledBy("steps")) {
        div(class: "head") { h2(.id("steps")) { "Where it went" } }
        div(class: "wrap") {
            dataTable(
                "Where it went",
                [
                    Column("State"), Column("Place"), Column("Endpoints", isNumber: true),
                    Column("Verified", isNumber: true), Column("Failed", isNumber: true),
                    Column("Under way", isNumber: true), Column("Taken back"),
                ],
                rows: report.steps.map { step in
                    let promotion = report.bundle.promotions.first {
                        $0.deployment == step.deployment
                    }
                    return tr {
                        td { step.state.look.drawn() }
                        th { a(.href(.deployment(step.deployment))) { step.place } }
                        for (words, count) in [
                            ("Endpoints", step.endpoints), ("Verified", step.verified),
                            ("Failed", step.failed), ("Under way", step.underWay),
                        ] {
                            td(class: "num", .data(.label, words)) { Words.count(count) }
                        }
                        td(class: "why", .data(.label, "Taken back")) {
                            if let made = promotion?.takenBackBy {
                                a(.href(.deployment(made))) { "The rollback" }
                            } else if let why = promotion?.stays {
                                why
                            }
                        }
                    }
                })
        }
    }
}

private func endpoints(_ report: BundleReport) -> HTML? {
    guard !report.rows.isEmpty else { return nil }
    let more = report.figures.endpoints - min(report.rows.count, mostShown)
    return section(class: "part", .ariaLabelledBy("endpoints")) {
        div(class: "head") { h2(.id("endpoints")) { "Endpoints" } }
        div(class: "wrap") {
            dataTable(
                "Endpoints",
                [
                    Column("Endpoint"), Column("Has"), Column("Packages", isNumber: true),
                    Column("Order"),
                ],
                rows: report.rows.prefix(mostShown).map { row in
                    tr {
                        th { a(.href(.endpoint(row.endpoint))) { row.name } }
                        td(.data(.label, "Has")) { row.holding.look.drawn() }
                        td(class: "num", .data(.label, "Packages")) { "\(row.has) of \(row.of)" }
                        td(.data(.label, "Order")) {
                            if let id = row.deployment {
                                a(.href(.deployment(id))) { row.outcome.words }
                            } else {
                                row.outcome.words
                            }
                        }
                    }
                })
        }
        if more > 0 { p(class: "dim") { "and \(Words.count(more)) more" } }
    }
}

extension BundleReport.Holding {
    fileprivate var look: StateLook {
        switch self {
        case .all: StateLook(kind: .ok, icon: .ok, word: "All of it")
        case .part: StateLook(kind: .warn, icon: .warn, word: "A part")
        case .none: StateLook(kind: .idle, icon: .queued, word: "None")
        case .unknown: StateLook(kind: .unknown, icon: .unknown, word: "Unknown")
        }
    }
}

extension BundleReport.Outcome {
    fileprivate var words: String {
        switch self {
        case .verified: "verified"
        case .failed: "failed"
        case .underWay: "under way"
        case .gone: "has it no more"
        case .notBegun: "none"
        }
    }
}

private func content(_ lines: [BundleLine]) -> HTML {
    section(class: "part", .ariaLabelledBy("content")) {
        div(class: "head") {
            h2(.id("content")) { "What is in it" }
            p(class: "dim") { "It never changes." }
        }
        div(class: "wrap") {
            dataTable(
                "What is in it",
                [
                    Column("Package"), Column("Version"), Column("For"), Column("Severity"),
                    Column("Closes"), Column("From"),
                ],
                rows: lines.prefix(mostShown).map { line in
                    tr {
                        th { line.package }
                        td(class: "ver", .data(.label, "Version")) { line.version }
                        td(.data(.label, "For")) { classTags(line.classes) }
                        td(.data(.label, "Severity")) { line.severity.rawValue }
                        td(class: "why", .data(.label, "Closes")) {
                            for name in line.vulnerabilities.prefix(namedVulnerabilities) {
                                a(.href(.vulnerability(name))) { name }
                                " "
                            }
                            if line.vulnerabilities.count > namedVulnerabilities {
                                let more = line.vulnerabilities.count - namedVulnerabilities
                                "and \(Words.count(more)) more"
                            }
                        }
                        td(class: "dim", .data(.label, "From")) { line.origin }
                    }
                })
        }
        if lines.count > mostShown {
            p(class: "dim") { "and \(Words.count(lines.count - mostShown)) more" }
        }
    }
}

/// How many vulnerabilities of a line are named.
private let namedVulnerabilities = 5
