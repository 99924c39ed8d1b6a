import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords

/// Where what is known of vulnerabilities comes from, and how fresh it is.
func feedsPage(_ feeds: [FeedItem], refused: Refusal? = nil, chrome: Chrome) -> HTML {
    let canChange = chrome.may(.administer) && feeds.contains { $0.source != nil }
    let isProvider = chrome.may(.administer) && (canChange || feeds.isEmpty)
    return layout("Feeds", section: .feeds, chrome: chrome) {
        pageTitle("Feeds") {
            p(class: "dim") {
                "Where what is known of vulnerabilities comes from. A feed that is off is neither fetched nor counted."
            }
        }
        problem(refused)
        for feed in feeds where feed.pending != nil { pending(feed, canChange, chrome) }
        if feeds.isEmpty {
            empty("No feeds") {
                p { "Add one below, or import a bundle that another server made." }
            }
        } else {
            div(class: "wrap tight") {
                dataTable(
                    "Feeds",
                    [
                        Column("State"), Column("Feed"), Column("Records", isNumber: true),
                        Column("Newest record"), Column("Last answer"), Column("Asked next"),
                    ] + (canChange ? [Column("")] : []),
                    rows: feeds.sorted {
                        ($1.isEnabled ? 1 : 0, $0.name) < ($0.isEnabled ? 1 : 0, $1.name)
                    }
                    .map { row($0, canChange, chrome) })
            }
        }
        if isProvider { addForm(chrome) }
    }
}

private func pending(_ feed: FeedItem, _ canChange: Bool, _ chrome: Chrome) -> HTML? {
    feed.pending.map { pending in
        note(.warn, .warn) {
            strong { "\(feed.name) waits for your word. " }
            pending.sentence
            " What it said before still counts. "
            if canChange {
                chrome.postForm(.feed(feed.name, "confirm")) {
                    button(.type("submit")) {
                        "Take the \(Words.count(pending.records, "record")) that came"
                    }
                }
            }
        }
    }
}

private func row(_ feed: FeedItem, _ canChange: Bool, _ chrome: Chrome) -> HTML {
    tr {
        td(.title(feed.problem)) { feed.freshness.look.drawn() }
        th {
            feed.title
            if feed.title != feed.name {
                " "
                code(class: "dim", .title(feed.source)) { feed.name }
            }
            if feed.isEnabled, feed.pending == nil, let problem = feed.problem {
                p(class: "small dim") { problem }
            }
        }
        td(class: "num", .title(feed.format), .data(.label, "Records")) {
            feed.records.map { Words.count($0) } ?? ""
            if let rejected = feed.rejected, rejected > 0 {
                span(class: "dim", .title("Records that could not be read")) {
                    " (\(Words.count(rejected)) rejected)"
                }
            }
        }
        td(.title(feed.takenAt.map { "Taken \(Words.absolute($0))" }), .data(.label, "Newest")) {
            // A cell with nothing in it is left out on a small screen.
            if feed.newest != nil || feed.records != nil {
                chrome.time(feed.newest, or: "no dates")
            }
        }
        td(.data(.label, "Answered")) { chrome.time(feed.succeededAt, or: "never") }
        td(.data(.label, "Next")) { feed.nextAt.map { chrome.time($0) } }
        if canChange {
            td { div(class: "acts") { feedActions(feed, chrome) } }
        }
    }
}

private func feedActions(_ feed: FeedItem, _ chrome: Chrome) -> HTML {
    HTML.pieces {
        if feed.isEnabled {
            if feed.nextAt != nil {
                chrome.postButton("Refresh", .restart, to: .feed(feed.name, "refresh"))
            }
            chrome.postButton("Off", .pause, to: .feed(feed.name, "disable"))
        } else {
            chrome.postButton("On", .run, to: .feed(feed.name, "enable"))
            chrome.postButton("Remove", .close, to: .feed(feed.name, "remove"))
        }
    }
}

extension FeedFreshness {
    var look: StateLook {
        switch self {
        case .off: StateLook(kind: .idle, icon: .pause, word: "Off")
        case .fresh: StateLook(kind: .ok, icon: .ok, word: "Fresh")
        case .stale: StateLook(kind: .bad, icon: .warn, word: "Stale")
        case .never: StateLook(kind: .warn, icon: .queued, word: "Nothing yet")
        case .waiting: StateLook(kind: .warn, icon: .warn, word: "Waits for you")
        }
    }
}

private func addForm(_ chrome: Chrome) -> HTML {
    section(class: "part", .ariaLabelledBy("add")) {
        div(class: "head") { h2(.id("add")) { "Add a feed" } }
        chrome.postForm(.feeds, class: "sum") {
            div(class: "field") {
                label(.forField("name")) { "Name: a-z, 0-9 and hyphens" }
                input(
                    .type("text"), .id("name"), .name("name"), .autocomplete("off"), .required(),
                    .maxlength(63))
            }
            div(class: "field") {
                label(.forField("source")) { "An https:// address, or a path on the server" }
                input(
                    .type("text"), .id("source"), .name("source"), .autocomplete("off"),
                    .required(), .maxlength(2000))
            }
            div(class: "acts") { button(class: "main", .type("submit")) { "Add the feed" } }
        }
        p(class: "dim") {
            "The format is told by the content. A server without a way out takes signed bundles: "
            code { "patchbay feeds import" }
            "."
        }
    }
}
