import Fleet
package import HTMLTree
package import PageParts
import ServerRecords
package import VerdictFeeds

extension VerdictFeedItem {
    /// How it is shown.
    var look: StateLook {
        switch state {
        case .current where problem != nil:
            StateLook(kind: .warn, icon: .warn, word: "Last try failed")
        case .current: StateLook(kind: .ok, icon: .ok, word: "Fresh")
        case .stale: StateLook(kind: .bad, icon: .warn, word: "Stale")
        case .expired: StateLook(kind: .bad, icon: .bad, word: "Expired")
        }
    }

    /// What is wrong with it, and what that means; `nil` where nothing is.
    var trouble: String? {
        switch state {
        case .expired:
            "It expired at \(Words.absolute(expiresAt)): its ok counts no more, its caution and block do, and where nobody else says anything age approves nothing."
        case .stale:
            "It has brought nothing that holds since \(Words.absolute(succeededAt ?? takenAt)). What it said last counts until \(Words.absolute(expiresAt))."
        case .current: problem == nil ? nil : "Nothing new was taken; what it said last counts."
        }
    }

    /// A place of its own under the feeds.
    func place(_ verb: String) -> Place { Place.verdictFeed(name, verb) }
}

/// The feeds that are followed, with what to do about those that are not well.
func feedPart(_ listing: VerdictListing, _ chrome: Chrome) -> HTML {
    let canChange = listing.isProvider && chrome.may(.administer)
    return section(class: "part", .ariaLabelledBy("feeds")) {
        div(class: "head") {
            h2(.id("feeds")) { "Feeds" }
            if !listing.feeds.isEmpty {
                p(class: "dim") { "\(Words.count(listing.feeds.count)) followed" }
            }
        }
        for feed in listing.feeds { troubleNote(feed) }
        if listing.feeds.isEmpty {
            teaching(canChange, chrome)
        } else {
            div(class: "wrap") {
                dataTable(
                    "Verdict feeds",
                    [
                        Column("State"), Column("Feed"), Column("Number", isNumber: true),
                        Column("Verdicts", isNumber: true), Column("Ok counts until"),
                        Column("Last answer"), Column("Asked next"),
                    ] + (canChange ? [Column("")] : []),
                    rows: listing.feeds.map { row($0, canChange, chrome) })
            }
        }
    }
}

private func troubleNote(_ feed: VerdictFeedItem) -> HTML? {
    guard let trouble = feed.trouble else { return nil }
    let sentences = [trouble, feed.problem, feed.nextStep].compactMap(\.self)
    return note(.warn, .warn) {
        strong { "\(feed.name): " }
        sentences.joined(separator: " ")
    }
}

private func row(_ feed: VerdictFeedItem, _ canChange: Bool, _ chrome: Chrome) -> HTML {
    tr {
        td { feed.look.drawn() }
        th(class: "long") {
            a(.href(Place.verdicts.with("whose", Whose.feed(feed.name)).at("said"))) { feed.name }
            if chrome.tenants.count > 1 || feed.tenant != nil {
                span(class: "dim") { " for \(feed.tenant.map(chrome.tenantName) ?? "all tenants")" }
            }
            // Not a link: a page leads to no other site.
            feed.source.map { source in p(class: "small dim") { source } }
            p(class: "small dim") {
                "Key "
                code { feed.key }
            }
        }
        td(class: "num", .data(.label, "Number"), .title(Words.absolute(feed.issuedAt))) {
            Words.count(feed.sequence)
        }
        td(class: "num", .data(.label, "Verdicts")) { Words.count(feed.verdicts) }
        td(.data(.label, "Ok counts until")) { chrome.time(feed.expiresAt) }
        td(.data(.label, "Answered")) {
            chrome.time(feed.succeededAt, or: "never")
            if feed.problem != nil {
                p(class: "dim") {
                    "failed "
                    chrome.time(feed.checkedAt, or: "")
                }
            }
        }
        td(.data(.label, "Next")) { chrome.time(feed.nextAt) }
        if canChange { td { actions(feed, chrome) } }
    }
}

private func actions(_ feed: VerdictFeedItem, _ chrome: Chrome) -> HTML {
    div(class: "acts") {
        chrome.postForm(feed.place("refresh")) {
            hidden("tenant", feed.tenant?.text)
            button(.type("submit"), .ariaLabel("Refresh \(feed.name)")) {
                Icon.restart.drawn()
                span { "Refresh" }
            }
        }
        a(
            class: "button quiet",
            .href(feed.place("unsubscribe").with("tenant", feed.tenant?.text)),
            .ariaLabel("Unsubscribe from \(feed.name)")
        ) { "Unsubscribe" }
    }
}

/// What stands there before the first feed.
private func teaching(_ canChange: Bool, _ chrome: Chrome) -> HTML {
    empty("No feed is followed") {
        p {
            "Somebody tries updates before you do: your own lab, a provider's operations centre, a partner. A feed is their signed list of what works, what needs a look and what does harm."
        }
        ol(class: "steps") {
            li {
                "The publisher makes a key once, and signs what they say:"
                command("patchbay verdicts key noc.key", id: "make-key")
                command(
                    "patchbay verdicts sign noc.json --key noc.key --out verdicts.dsse.json",
                    id: "sign-feed")
            }
            li {
                canChange
                    ? "Subscribe below, with the line that the first command prints. It is pinned: nothing that another key has signed is ever taken."
                    : "An administrator of the provider subscribes to it, and pins the publisher's key."
            }
            li {
                "A policy asks for verdicts in a rule or as its default:"
                command("default: {approve: verdict ok or after 7 days}", id: "ask-for-it")
            }
        }
    }
}

func subscribeForm(
    _ typed: VerdictSubscription?, _ tenant: TenantID?, _ chrome: Chrome
) -> HTML {
    let minutes = typed?.intervalSeconds.map { String($0 / 60) }
    return chrome.postForm(.verdictFeeds, class: "sum part") {
        div(class: "head") { h2 { "Follow a feed" } }
        p(class: "dim") {
            "It is fetched and checked at once, and kept only where that holds. Ask for the key by another way than the feed's own."
        }
        div(class: "row after") {
            textInput(
                "feed-name", "name", "Name, as its publisher signs it", typed?.name, limit: 63, true
            )
            tenantField("feed-tenant", typed?.tenant ?? tenant, true, chrome)
        }
        textInput(
            "feed-source", "source", "An https:// address, or a path on the server", typed?.source,
            limit: 2_000, true)
        div(class: "row") {
            textInput("feed-key", "key", "Public key, in base64", typed?.key, limit: 100, true)
            textInput(
                "feed-minutes", "minutes", "Asked for every … minutes", minutes ?? "60", limit: 6)
        }
        div(class: "acts") { button(class: "main", .type("submit")) { "Follow the feed" } }
    }
}

/// The question before a feed is left.
package func unsubscribePage(_ feed: VerdictFeedItem, chrome: Chrome) -> HTML {
    layout("Unsubscribe from \(feed.name)", section: .policies, chrome: chrome) {
        pageTitle("Unsubscribe from \(feed.name)", crumb: ("Verdicts", .verdicts)) {
            p(class: "dim") { "Nothing has been changed yet." }
        }
        chrome.postForm(feed.place("unsubscribe"), class: "sum") {
            hidden("tenant", feed.tenant?.text)
            ul(class: "list") {
                li {
                    Icon.policy.drawn()
                    span(class: "grow") {
                        "Its \(Words.count(feed.verdicts, "verdict counts", "verdicts count")) no more, for \(feed.tenant.map(chrome.tenantName) ?? "all tenants")."
                    }
                }
                li {
                    Icon.warn.drawn()
                    span(class: "grow") {
                        "What it blocks is then decided by rules, ages and people alone, and may be installed in the next window. Say “block” yourself of what must stay out."
                    }
                }
                li {
                    Icon.audit.drawn()
                    span(class: "grow") {
                        "That number \(Words.count(feed.sequence)) was taken stays known: whoever follows it again with the same key is given nothing older."
                    }
                }
            }
            div(class: "acts") {
                button(class: "danger", .type("submit")) { "Unsubscribe from \(feed.name)" }
                a(class: "button quiet", .href(.verdicts)) { "Keep the feed" }
            }
        }
    }
}
