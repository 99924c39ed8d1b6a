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

    /// Follows a verdict feed: it is fetched and checked now, and kept only where that holds.
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
        try await ledger.read { try self.requireRoom(for: wanted, in: $0) }
        let taken = try await newVerdicts(of: wanted).whole
        var feed = wanted
        feed.held = taken.held
        feed.validators = taken.validators
        feed.checkedAt = taken.held.takenAt
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

    /// Leaves a feed; what it said counts no more.
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

    /// What is said of updates, operators' own words first, then the newest first.
    ///
    /// - Parameters:
    ///   - tenant: Whose; `nil` for all that the asker may see.
    ///   - package: Only what names this package.
    ///   - feed: Only what this feed says.
    ///   - limit: The most that are returned.
    ///   - principal: Who asks.
    /// - Returns: at most `limit` of them.
    /// - Throws: `Refusal` when the asker may not see the tenant.
    public func verdicts(
        of tenant: TenantID?, package: String? = nil, feed: String? = nil, limit: Int,
        by principal: Principal
    ) async throws -> [VerdictItem] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { records in
            var own: [VerdictItem] = []
            if feed == nil {
                own = try records.ownVerdicts(in: scope).map {
                    VerdictItem($0.verdict, feed: nil, person: $0.by, tenant: $0.tenant)
                }
            }
            // Trimmed feed by feed, so that few are held at once.
            var said: [VerdictItem] = []
            for one in try records.verdictFeeds(in: scope) where feed == nil || feed == one.name {
                said += try records.verdicts(of: one)
                    .filter { package == nil || $0.package == package }
                    .map { VerdictItem($0, feed: one.name, person: nil, tenant: one.tenant) }
                said.sort { ($1.at, $0.package ?? "") < ($0.at, $1.package ?? "") }
                said.removeLast(max(0, said.count - limit))
            }
            own = own.filter { package == nil || $0.package == package }
            return Array((own + said).prefix(limit))
        }
    }

    // MARK: Parts

    /// What the server fetches, it fetches from within the provider's network: feeds are the
    /// provider's matter, also those that count for one tenant.
    static func requireVerdictFeeds(_ principal: Principal) throws(Refusal) {
        try principal.require(.administer)
        guard principal.scope == .provider else { throw .notFound("verdict feed") }
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
