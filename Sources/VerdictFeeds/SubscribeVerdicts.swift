public import ControlPlane
public import Fleet
public import ServerRecords
import Trust
import Verdicts

extension UseCases {
    /// The most feeds of one place: nobody follows more people's word than they can read.
    static let mostVerdictFeeds = 20
    /// How often a feed is asked for, in seconds, unless it is said: an hour.
    static let usualVerdictInterval: Int64 = 3_600

    /// Follows a verdict feed: it is fetched and checked now, and kept only where that holds. Nothing
    /// older is taken than what this server took of it before, also after it was left.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_VERDICTS_NAME`, `E_FEED_SOURCE`, `E_VERDICTS_KEY`,
    ///   `E_FEED_INTERVAL`, `E_NAME_TAKEN`, `E_VERDICTS_LIMIT`, `E_FEED_FAILED`, or a code of
    ///   `VerdictFeedRefusal`.
    public func subscribeVerdicts(
        _ wish: VerdictSubscription, by principal: Principal
    ) async throws -> VerdictFeedItem {
        try Self.requireVerdictFeeds(principal)
        let place = try principal.tenant(for: wish.tenant)
        let wanted = try Self.feed(wish, for: place, by: principal, at: effects.now())
        let seen = try await ledger.read { records in
            try self.requireRoom(for: wanted, in: records)
            return try records.verdictNumber(of: wanted.name, signedBy: wanted.key)
        }
        let taken = try await newVerdicts(of: wanted, seen: seen).whole
        var feed = wanted
        feed.held = taken.held
        feed.validators = taken.validators
        feed.checkedAt = taken.held.takenAt
        feed.succeededAt = taken.held.takenAt
        feed.nextAt = taken.held.takenAt.adding(seconds: feed.intervalSeconds)
        let kept = feed
        return try await writeWaking { records, wakes in
            let now = self.effects.now()
            if let place, try records.tenants(in: .tenant(place)).isEmpty {
                throw Refusal.notFound("tenant")
            }
            try self.requireRoom(for: kept, in: records)
            try records.save(kept)
            try records.save(taken.document.verdicts, of: kept)
            try Self.keepNumber(of: kept, in: records)
            try self.appendAudit(
                "verdicts.subscribed", subject: "verdicts:\(kept.name)",
                sentence: "Subscribed to the verdict feed \(kept.name) from \(kept.source), signed "
                    + "by the key \(kept.key.id.text.prefix(16)).",
                actor: principal.name, tenant: place, in: records, at: now)
            try self.decisionsChanged(
                for: place, by: principal.name, in: records, at: now, waking: &wakes)
            return try Self.item(kept, principal, now)
        }
    }

    /// Leaves a feed; what it said counts no more. The number that was taken stays known.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func unsubscribeVerdicts(
        _ name: String, of tenant: TenantID?, by principal: Principal
    ) async throws {
        try Self.requireVerdictFeeds(principal)
        let place = try principal.tenant(for: tenant)
        let now = effects.now()
        try await writeWaking { records, wakes in
            let feed = try Self.verdictFeed(name, of: place, in: records)
            try Self.keepNumber(of: feed, in: records)
            try records.remove(feed)
            try self.appendAudit(
                "verdicts.unsubscribed", subject: "verdicts:\(name)",
                sentence:
                    "Unsubscribed from the verdict feed \(name); what it said counts no more.",
                actor: principal.name, tenant: place, in: records, at: now)
            try self.decisionsChanged(
                for: place, by: principal.name, in: records, at: now, waking: &wakes)
        }
    }

    /// The feeds that count in scope, by name.
    public func verdictFeeds(
        of tenant: TenantID?, by principal: Principal
    ) async throws -> [VerdictFeedItem] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        return try await ledger.read { records in
            try records.verdictFeeds(in: scope)
                .compactMap { VerdictFeedItem($0, for: principal, at: now) }
        }
    }

    // MARK: Parts

    /// What the server fetches, it fetches from within the provider's network: feeds are the
    /// provider's matter, also those that count for one tenant.
    static func requireVerdictFeeds(_ principal: Principal) throws(Refusal) {
        try principal.require(.administer)
        guard principal.scope == .provider else { throw .notFound("verdict feed") }
    }

    /// Keeps the number that was taken of a feed for whoever subscribes to it later.
    static func keepNumber(of feed: VerdictFeedRecord, in records: any Records) throws {
        guard let held = feed.held else { return }
        try records.keep(
            VerdictNumber(
                feed: feed.name, key: feed.key, sequence: held.sequence, digest: held.digest))
    }

    static func item(
        _ feed: VerdictFeedRecord, _ principal: Principal, _ now: Timestamp
    ) throws -> VerdictFeedItem {
        guard let item = VerdictFeedItem(feed, for: principal, at: now) else {
            throw Refusal.notFound("verdict feed")
        }
        return item
    }

    static func verdictFeed(
        _ name: String, of place: TenantID?, in records: any Records
    ) throws -> VerdictFeedRecord {
        let feed = try records.verdictFeeds(in: Scope(place))
            .first { $0.name == name && $0.tenant == place }
        guard let feed else { throw Refusal.notFound("verdict feed") }
        return feed
    }

    private func requireRoom(for feed: VerdictFeedRecord, in records: any Records) throws {
        let known = try records.verdictFeeds(in: Scope(feed.tenant))
            .filter { $0.tenant == feed.tenant }
        guard !known.contains(where: { $0.name == feed.name }) else {
            throw Refusal(
                .conflict, "E_NAME_TAKEN",
                "The verdict feed \(feed.name) is subscribed to already.",
                nextStep: "To pin another key or address, unsubscribe first.")
        }
        guard known.count < Self.mostVerdictFeeds else {
            throw Refusal(
                .conflict, "E_VERDICTS_LIMIT",
                "\(Self.mostVerdictFeeds) verdict feeds are subscribed to already.",
                nextStep: "Unsubscribe from those that are not needed.")
        }
    }

    private static func feed(
        _ wish: VerdictSubscription, for place: TenantID?, by principal: Principal,
        at now: Timestamp
    ) throws(Refusal) -> VerdictFeedRecord {
        guard VerdictFeedDocument.isName(wish.name) else {
            throw Refusal(
                .malformed, "E_VERDICTS_NAME",
                "A verdict feed's name has 1 to \(VerdictFeedDocument.maximumNameBytes) of a-z, 0-9 "
                    + "and hyphens.",
                nextStep: "Give the name that its publisher signs.")
        }
        let problem =
            FeedSource.problem(wish.source)
            ?? (wish.source.isEmpty ? "The feed needs a source." : nil)
        if let problem {
            throw Refusal(
                .malformed, "E_FEED_SOURCE", problem,
                nextStep: "Give an https:// address, or the absolute path of a file.")
        }
        guard let bytes = Base64.decode(wish.key), let key = PublicKey(bytes: bytes) else {
            throw Refusal(
                .malformed, "E_VERDICTS_KEY", "The key is none of Ed25519 in base64.",
                nextStep: "Ask the publisher for the line that “patchbay verdicts key” prints.")
        }
        let interval = wish.intervalSeconds ?? usualVerdictInterval
        guard Feed.intervals.contains(interval) else {
            throw Refusal(
                .malformed, "E_FEED_INTERVAL",
                "A feed is asked for every \(Feed.intervals.lowerBound) to "
                    + "\(Feed.intervals.upperBound) seconds.",
                nextStep: "Choose an interval within these.")
        }
        return VerdictFeedRecord(
            tenant: place, name: wish.name, source: wish.source, key: key,
            intervalSeconds: interval, by: principal.name, at: now)
    }
}
