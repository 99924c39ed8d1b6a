package import Fleet
package import HTMLTree
package import PageParts
package import Policy
package import ServerRecords
package import VerdictFeeds
import Verdicts

/// What the page of verdicts shows: feeds, and a part of what is said.
package struct VerdictListing: Sendable {
    /// Whose; `nil` for all that the asker sees.
    package var tenant: TenantID?
    /// The feeds that count.
    package var feeds: [VerdictFeedItem]
    /// What is said, as far as it is shown.
    package var said: VerdictPage
    /// What it is narrowed to.
    package var filter: VerdictFilter
    /// How many of the list stand before what is shown.
    package var from: Int
    /// Whether who looks is the provider's: they alone subscribe, and say something for all.
    package var isProvider: Bool

    /// The most verdicts of one page.
    package static let rows = 50

    /// What is shown.
    package init(
        tenant: TenantID? = nil, feeds: [VerdictFeedItem], said: VerdictPage,
        filter: VerdictFilter = VerdictFilter(), from: Int = 0, isProvider: Bool = true
    ) {
        self.tenant = tenant
        self.feeds = feeds
        self.said = said
        self.filter = filter
        self.from = from
        self.isProvider = isProvider
    }

    /// Its address.
    var place: Place {
        Place.verdicts.with("tenant", tenant?.text).with("search", filter.search)
            .with("verdict", filter.word?.rawValue).with("whose", whose)
    }

    /// Whose verdicts are shown, as the choice has it.
    var whose: String? {
        filter.ownOnly ? Whose.own : filter.feed.map(Whose.feed)
    }
}

/// How the choice of whose verdicts names them in an address.
enum Whose {
    /// Operators' own words.
    static let own = "own"
    /// A feed's: with something before its name, since a feed may be called like anything else.
    static func feed(_ name: String) -> String { prefix + name }
    fileprivate static let prefix = "feed:"
}

extension VerdictFilter {
    /// Narrows it to what the choice of whose verdicts says.
    package mutating func narrow(toWhose text: String?) {
        ownOnly = text == Whose.own
        guard let text, text.hasPrefix(Whose.prefix) else { return }
        feed = String(text.dropFirst(Whose.prefix.count))
    }
}

/// What somebody has typed on the page and was refused.
package struct VerdictEditing: Sendable {
    /// The feed that was to be followed.
    package var subscription: VerdictSubscription?
    /// What was to be said.
    package var word: VerdictDraft?
    /// Why it was not done.
    package var refused: Refusal?

    /// What was typed.
    package init(
        subscription: VerdictSubscription? = nil, word: VerdictDraft? = nil,
        refused: Refusal? = nil
    ) {
        self.subscription = subscription
        self.word = word
        self.refused = refused
    }
}

extension Decision {
    /// Where the verdicts on its update stand; `nil` where its rule asks for none.
    package var verdictsPlace: Place? {
        guard asksForVerdict else { return nil }
        if case .expired(let feed)? = verdict?.source {
            return Place.verdicts.with("whose", Whose.feed(feed))
        }
        return Place.verdicts.with("search", verdict?.subject ?? update.name)
    }
}

/// What others say of updates, and operators' own words.
package func verdictsPage(
    _ listing: VerdictListing, editing: VerdictEditing = VerdictEditing(), chrome: Chrome
) -> HTML {
    policyFrame(
        .verdicts,
        below:
            "What whoever tries updates first says of them, and your own word. Rules that ask for verdicts go by it; others take no notice.",
        tenant: listing.tenant, refused: editing.refused, chrome: chrome
    ) {
        tenantFilter(.verdicts, listing.tenant, chrome)
        feedPart(listing, chrome)
        saidPart(listing, chrome)
        if chrome.may(.approve) { sayForm(listing, editing.word, chrome) }
        if listing.isProvider, chrome.may(.administer) {
            subscribeForm(editing.subscription, listing.tenant, chrome)
        }
    }
}

private func sayForm(
    _ listing: VerdictListing, _ typed: VerdictDraft?, _ chrome: Chrome
) -> HTML {
    chrome.postForm(.verdicts, class: "sum part") {
        div(class: "head") { h2 { "Say it yourself" } }
        p(class: "dim") {
            "Your word comes before any feed's, and takes the place of an earlier one on the same. An ok names the package and the version that was tried."
        }
        div(class: "row after") {
            div(class: "field") {
                label(.forField("say-verdict")) { "What" }
                select(.id("say-verdict"), .name("verdict")) {
                    for word in VerdictWord.allCases {
                        option(.value(word.rawValue), .selected(typed?.verdict == word)) {
                            word.title
                        }
                    }
                }
            }
            textInput("say-package", "package", "Package, or its source package", typed?.package)
            textInput("say-version", "version", "Missing version", typed?.version)
        }
        div(class: "row") {
            textInput(
                "say-vulnerability", "vulnerability", "Or a vulnerability that it closes",
                typed?.vulnerability)
            tenantField("say-tenant", typed?.tenant ?? listing.tenant, listing.isProvider, chrome)
        }
        textInput("say-reason", "reason", "Why, in one line", typed?.reason, limit: 2_000, true)
        div(class: "acts") { button(.type("submit")) { "Say it" } }
    }
}

/// A field of one line.
func textInput(
    _ id: String, _ name: String, _ words: String, _ value: String?, limit: Int = 255,
    _ isRequired: Bool = false
) -> HTML {
    div(class: "field") {
        label(.forField(id)) { words }
        HTML.element(
            input,
            [
                .type("text"), .id(id), .name(name), .maxlength(limit), .autocomplete("off"),
                .value(value ?? ""),
            ] + (isRequired ? [.required()] : []), [])
    }
}

/// The choice for whom something is to hold; only the provider says it for all.
func tenantField(_ id: String, _ chosen: TenantID?, _ isProvider: Bool, _ chrome: Chrome) -> HTML {
    div(class: "field") {
        label(.forField(id)) { "For" }
        select(.id(id), .name("tenant")) {
            if isProvider { option(.value("")) { "All tenants" } }
            for each in chrome.tenants {
                option(.value(each.id.text), .selected(chosen == each.id)) { each.name }
            }
        }
    }
}
