import Fleet
import HTMLTree
import ServerRecords
import Trust
import VerdictFeeds
import VerdictPages
import Verdicts

extension AllPages {
    /// The pages about verdicts.
    static let verdicts: [(name: String, page: HTML)] = [
        ("verdicts", verdictsPage(VerdictSamples.listing, chrome: Samples.chrome("/verdicts"))),
        (
            "verdicts-empty",
            verdictsPage(
                VerdictListing(feeds: [], said: VerdictPage(items: [], total: 0)),
                chrome: Samples.chrome("/verdicts"))
        ),
        (
            "verdicts-as-viewer",
            verdictsPage(
                VerdictListing(
                    tenant: Samples.tenant,
                    feeds: VerdictSamples.feeds(for: VerdictSamples.viewer),
                    said: VerdictPage(items: [], total: 0),
                    filter: VerdictFilter(search: "bash", word: .ok, feed: "noc"),
                    isProvider: false),
                chrome: Samples.chrome("/verdicts", role: .viewer))
        ),
        (
            "verdicts-refused",
            verdictsPage(
                VerdictSamples.listing,
                editing: VerdictEditing(
                    subscription: VerdictSubscription(
                        tenant: Samples.tenant, name: "noc", source: "https://noc.example.org/v",
                        key: "AAAA", intervalSeconds: 7_200),
                    word: VerdictDraft(.ok, package: "openssl", reason: "Tried"),
                    refused: Refusal(
                        .malformed, "E_VERDICTS_ENTRY",
                        "The verdict cannot be used: an ok names a package and the version that was tried.",
                        nextStep: "Name the update, and give a reason in one line.")),
                chrome: Samples.chrome("/verdicts"))
        ),
        (
            "verdicts-unsubscribe",
            unsubscribePage(
                VerdictSamples.feeds(for: .localAdministrator)[0],
                chrome: Samples.chrome("/verdicts"))
        ),
    ]
}

/// Feeds in each state, and what they say.
private enum VerdictSamples {
    static let viewer = Principal(
        name: "user:vera", scope: .tenant(Samples.tenant), permissions: Role.viewer.permissions)

    static func feeds(for principal: Principal) -> [VerdictFeedItem] {
        let records = [
            feed("noc") { $0.succeededAt = Samples.ago(minutes: 20) },
            feed("lab") {
                $0.succeededAt = Samples.ago(hours: 9)
                $0.problem = "The server does not answer. (E_FEED_FAILED)"
                $0.remedy = "Check the address, and that the server may reach it."
            },
            feed("partner", Samples.tenant) {
                $0.held?.expiresAt = Samples.ago(days: 1)
                $0.succeededAt = Samples.ago(minutes: 30)
            },
        ]
        return records.compactMap { record in
            record.flatMap { VerdictFeedItem($0, for: principal, at: Samples.now) }
        }
    }

    private static func feed(
        _ name: String, _ tenant: TenantID? = nil, _ change: (inout VerdictFeedRecord) -> Void
    ) -> VerdictFeedRecord? {
        guard let key = PublicKey(bytes: [UInt8](repeating: 7, count: 32)) else { return nil }
        var feed = VerdictFeedRecord(
            tenant: tenant, name: name, source: "https://\(name).example.org/verdicts.dsse.json",
            key: key, intervalSeconds: 3_600, by: "user:anna", at: Samples.ago(days: 40))
        feed.held = VerdictFeedRecord.Held(
            sequence: 1_204, digest: String(repeating: "ab", count: 32),
            issuedAt: Samples.ago(days: 2), expiresAt: Samples.now.adding(seconds: 28 * 86_400),
            count: 118, takenAt: Samples.ago(days: 2))
        feed.checkedAt = Samples.ago(minutes: 20)
        feed.nextAt = Samples.now.adding(seconds: 2_400)
        change(&feed)
        return feed
    }

    static let listing = VerdictListing(
        feeds: feeds(for: .localAdministrator), said: VerdictPage(items: said, total: 118), from: 50
    )

    private static let said = [
        VerdictItem(
            UpdateVerdict(
                .ok, package: "openssl", version: "3.0.17-1~deb12u3",
                evidence: "Ran on our canaries for a week", at: Samples.ago(hours: 3)),
            feed: nil, person: "user:anna", tenant: Samples.tenant),
        VerdictItem(
            UpdateVerdict(
                .block, package: "cups", version: "2.4.2-3+deb12u9", os: "debian 12",
                evidence: "Printing stops <b>.", link: "https://noc.example.org/1234",
                at: Samples.ago(days: 1)), feed: "noc", person: nil, tenant: nil),
        VerdictItem(
            UpdateVerdict(
                .caution, vulnerability: "CVE-2026-1234", evidence: "Look at the release notes.",
                at: Samples.ago(days: 2)), feed: "noc", person: nil, tenant: nil),
    ]
}
