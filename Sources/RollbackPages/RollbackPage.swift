package import Fleet
package import HTMLTree
package import PageParts
package import Rollbacks
import Rollout
package import ServerRecords

/// A rollback that somebody is about to order: what is meant, and what it would do.
package struct RollbackQuestion: Sendable {
    /// The deployment that is taken back.
    package struct Source: Sendable {
        /// Its identifier.
        package var id: DeploymentID
        /// Its name.
        package var title: String
        /// The names of its rings; empty where it does not move through rings.
        package var rings: [String]

        /// A deployment.
        package init(id: DeploymentID, title: String, rings: [String]) {
            self.id = id
            self.title = title
            self.rings = rings
        }
    }

    /// What is meant.
    package var selection: RollbackSelection
    /// The deployment; `nil` where endpoints or updates are meant, whichever deployments brought
    /// them.
    package var source: Source?
    /// What it would do; `nil` while nothing is meant yet, or it was refused.
    package var preview: RollbackPreview?
    /// Why it was not ordered, or cannot be.
    package var refused: Refusal?

    /// A question.
    package init(
        _ selection: RollbackSelection, of source: Source? = nil,
        preview: RollbackPreview? = nil, refused: Refusal? = nil
    ) {
        self.selection = selection
        self.source = source
        self.preview = preview
        self.refused = refused
    }

    /// Where the page is, and its form goes.
    var place: Place { source.map { .deployment($0.id, "rollback") } ?? .rollback }

    /// What is meant, for the page's title.
    var subject: String {
        if let source {
            return source.title + (selection.ring.map { ", ring \($0)" } ?? "")
        }
        let updates = (selection.updates ?? []).map { $0.replacing("=", by: " ") }
        let names = Set(
            (preview?.parts ?? []).map(\.name) + (preview?.lost ?? []).map(\.name))
        guard let endpoints = selection.endpoints, !endpoints.isEmpty else {
            return listed(updates)
        }
        let on =
            endpoints.count == 1
            ? names.first ?? endpoints[0].text : Words.count(endpoints.count, "endpoint")
        return updates.isEmpty ? on : "\(listed(updates)) on \(on)"
    }

    /// The page that it belongs to.
    var crumb: (String, Place) {
        if let source { return (source.title, .deployment(source.id)) }
        if let endpoint = selection.endpoints?.first, selection.endpoints?.count == 1 {
            return ("Endpoint", .endpoint(endpoint))
        }
        return ("Deployments", .deployments)
    }
}

extension String {
    fileprivate func replacing(_ old: Character, by new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}

/// The most rows of one table of the page.
private let mostShown = 200
/// The most names of one sentence or cell.
private let shownNames = 8

/// What would be taken back, by which way, and what cannot; then the question.
package func rollbackPage(_ question: RollbackQuestion, chrome: Chrome) -> HTML {
    let subject = question.subject
    let words = subject.isEmpty ? "Roll back an update" : "Roll back: \(subject)"
    return layout(words, section: .deployments, chrome: chrome) {
        pageTitle(words, crumb: question.crumb) {
            p(class: "dim") {
                "Nothing is changed before you have seen what goes back and confirmed it."
            }
        }
        problem(question.refused)
        if let preview = question.preview {
            choices(question, preview)
            if preview.parts.isEmpty {
                empty("Nothing of it can be taken back") {
                    p {
                        preview.lost.isEmpty
                            ? "No endpoint has reported that it installed something of it, or it is back already."
                            : "Below stands why."
                    }
                }
            } else {
                goesBack(preview)
            }
            if !preview.lost.isEmpty { stays(preview.lost) }
            if !preview.parts.isEmpty { confirmation(question, preview, chrome) }
        } else if question.source == nil {
            whichUpdate(question, chrome)
        }
    }
}

// MARK: - What is meant

/// The ring and the way, as far as there is a choice.
private func choices(_ question: RollbackQuestion, _ preview: RollbackPreview) -> HTML {
    let rings = question.source?.rings ?? []
    let way = question.selection.way ?? .packages
    let hasWays = preview.offersSnapshot || way == .snapshot
    guard rings.count > 1 || hasWays else { return .nothing }
    return form(class: "filters", .method("get"), .action(question.place), .data(.filter)) {
        if rings.count > 1 {
            choice(
                "ring", says: "Where",
                [("", "In all rings")] + rings.map { ($0, "In the ring \($0) only") },
                chosen: question.selection.ring)
        }
        if hasWays {
            choice(
                "way", says: "By which way",
                [
                    (RollbackWay.packages.rawValue, "By packages"),
                    (RollbackWay.snapshot.rawValue, "By the snapshot from before"),
                ], chosen: way.rawValue)
        }
        named(question.selection)
        button(class: "noscript", .type("submit")) { "Show" }
    }
}

/// What is named, beside ring and way.
private func named(_ selection: RollbackSelection) -> HTML {
    HTML.pieces {
        hidden("tenant", selection.tenant?.text)
        for endpoint in selection.endpoints ?? [] { hidden("endpoint", endpoint.text) }
        for update in selection.updates ?? [] { hidden("update", update) }
    }
}

private func whichUpdate(_ question: RollbackQuestion, _ chrome: Chrome) -> HTML {
    form(class: "sum part", .method("get"), .action(.rollback)) {
        p(class: "small dim") {
            "Wherever it is the last that was installed of the package, whichever deployments brought it. A whole deployment, one of its rings, or what an endpoint installed last is rolled back from its own page."
        }
        div(class: "row") {
            div(class: "field") {
                label(.forField("rollback-update")) { "Package, or package=version" }
                input(
                    .type("text"), .id("rollback-update"), .name("update"), .required(),
                    .maxlength(512), .autocomplete("off"), .spellcheck("false"),
                    .value(question.selection.updates?.first ?? ""))
            }
            if chrome.tenants.count > 1 {
                div(class: "field") {
                    label(.forField("rollback-tenant")) { "Tenant" }
                    select(.id("rollback-tenant"), .name("tenant")) {
                        for tenant in chrome.tenants {
                            option(
                                .value(tenant.id.text),
                                .selected(tenant.id == question.selection.tenant)
                            ) { tenant.name }
                        }
                    }
                }
            }
        }
        button(class: "main", .type("submit")) { "Show what would go back" }
    }
}

// MARK: - What it would do

private func goesBack(_ preview: RollbackPreview) -> HTML {
    section(class: "part", .ariaLabelledBy("goes-back")) {
        div(class: "head") {
            h2(.id("goes-back")) { "Goes back" }
            p(class: "dim") { Words.count(preview.parts.count, "endpoint") }
        }
        div(class: "wrap") {
            dataTable(
                "Goes back", [Column("Endpoint"), Column("Updates"), Column("Way")],
                rows: preview.parts.prefix(mostShown).map(row))
        }
        if preview.parts.count > mostShown {
            p(class: "dim") { "and \(Words.count(preview.parts.count - mostShown)) more" }
        }
    }
}

private func row(_ part: RollbackPreview.Part) -> HTML {
    tr {
        th { a(.href(.endpoint(part.endpoint))) { part.name } }
        td(class: "why", .data(.label, "Updates")) {
            for line in part.updates.prefix(shownNames) {
                div {
                    "\(line.name) "
                    versions(line.from, line.to)
                }
            }
            if part.updates.count > shownNames {
                div(class: "dim") { "and \(Words.count(part.updates.count - shownNames)) more" }
            }
        }
        td(class: "why", .data(.label, "Way")) {
            if let snapshot = part.snapshot {
                div { "The snapshot of \(Words.absolute(snapshot.takenAt)), and a reboot" }
                if !snapshot.others.isEmpty {
                    div(class: "dim") { "Also changed since: \(listed(snapshot.others))" }
                }
            } else {
                "The packages of before"
            }
        }
    }
}

private func stays(_ lost: [RollbackPreview.Lost]) -> HTML {
    section(class: "part", .ariaLabelledBy("stays")) {
        div(class: "head") {
            h2(.id("stays")) { "Stays as it is" }
        }
        div(class: "wrap") {
            dataTable(
                "Stays as it is", [Column("Endpoint"), Column("Updates"), Column("Why")],
                rows: lost.prefix(mostShown).map { each in
                    tr {
                        th { a(.href(.endpoint(each.endpoint))) { each.name } }
                        td(class: "why", .data(.label, "Updates")) { listed(each.updates) }
                        td(class: "why", .data(.label, "Why")) { each.reason }
                    }
                })
        }
        if lost.count > mostShown {
            p(class: "dim") { "and \(Words.count(lost.count - mostShown)) more" }
        }
    }
}

// MARK: - The question

private func confirmation(
    _ question: RollbackQuestion, _ preview: RollbackPreview, _ chrome: Chrome
) -> HTML {
    let selection = question.selection
    let updates = preview.parts.map(\.updates.count).reduce(0, +)
    let endpoints = preview.parts.count
    let mayOrder = preview.loss == nil || chrome.may(.approve)
    return chrome.postForm(question.place, class: "sum") {
        if let loss = preview.loss { note(.bad, .warn) { loss } }
        ul(class: "list") { consequences(preview) }
        named(selection)
        hidden("ring", selection.ring)
        hidden("way", selection.way?.rawValue)
        if preview.loss != nil, mayOrder {
            label(class: "confirm") {
                input(.type("checkbox"), .name("acceptsLoss"), .value("true"), .required())
                "That may be lost."
            }
        }
        div(class: "acts") {
            if mayOrder {
                button(class: "danger", .type("submit")) {
                    "Roll back \(Words.count(updates, "update"))"
                        + (endpoints > 1 ? " on \(Words.count(endpoints)) endpoints" : "")
                }
            } else {
                p(class: "dim") {
                    "A return to a snapshot is ordered by who may also approve: it takes back what others have approved since."
                }
            }
            a(class: "button quiet", .href(question.crumb.1)) { "Leave it installed" }
        }
    }
}

private func consequences(_ preview: RollbackPreview) -> HTML {
    HTML.pieces {
        item(
            .run,
            preview.loss == nil
                ? "Each endpoint installs exactly the versions that it had before."
                : "Each endpoint puts its root file system back, and reboots by its own rule and windows."
        )
        item(
            .ok,
            "It is verified when a fresh scan shows the versions, and the probes of the installation pass."
        )
        item(.stop, "\(listed(preview.blocks)): blocked for the tenant until a person unblocks it.")
        if preview.halts > 0 {
            item(
                .pause,
                preview.halts == 1
                    ? "A deployment of it still goes on, and is halted first."
                    : "\(Words.count(preview.halts)) deployments of it still go on, and are halted first."
            )
        }
    }
}

private func item(_ icon: Icon, _ words: String) -> HTML {
    li {
        icon.drawn()
        span(class: "grow") { words }
    }
}

private func listed(_ names: [String]) -> String {
    let shown = names.prefix(shownNames).joined(separator: ", ")
    return names.count > shownNames ? "\(shown) and \(names.count - shownNames) more" : shown
}
