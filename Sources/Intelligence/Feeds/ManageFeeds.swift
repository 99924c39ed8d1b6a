public import ControlPlane
import Findings
import Fleet
public import ServerRecords

/// What somebody wants of a new feed.
public struct NewFeed: Hashable, Sendable, Codable {
    /// Its name.
    public var name: String
    /// Where it comes from.
    public var source: String
    /// What it is; the name unless given.
    public var title: String?
    /// How often it is asked for, in seconds; every hour unless given.
    public var intervalSeconds: Int64?

    /// A new feed.
    public init(name: String, source: String, title: String? = nil, intervalSeconds: Int64? = nil) {
        self.name = name
        self.source = source
        self.title = title
        self.intervalSeconds = intervalSeconds
    }
}

extension UseCases {
    /// The setting that tells that the public feeds have been listed once: those that were removed
    /// do not come back.
    private static let feedsListed = "feedsListed"
    private static let usualInterval: Int64 = 3600
    private static let longestTitle = 200
    /// The most feeds of one installation.
    private static let mostFeeds = 200

    /// Lists the public feeds in a new installation, switched off, and reads what is held of those
    /// that are on.
    public func prepareFeeds() async throws {
        defer {
            findings.noteFed()
            signals.notify(SignalSubject.findings)
        }
        let now = effects.now()
        try await ledger.write { records in
            guard try records.setting(Self.feedsListed) == nil else { return }
            let known = Set(try records.feeds().map(\.name))
            for feed in BuiltInFeeds.all(at: now) where !known.contains(feed.name) {
                try records.save(feed)
            }
            try records.setSetting(Self.feedsListed, to: "yes")
        }
        try await feedTurn.run {
            _ = try await self.bringShared(try await self.heldFeeds())
            try await self.applyFeeds(changed: nil, isStart: true)
        }
    }

    /// The feeds, by name.
    public func feeds(by principal: Principal) async throws -> [FeedItem] {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { try $0.feeds() }
            .map { FeedItem($0, scope: principal.scope, at: now) }
    }

    /// Adds a feed; it is asked for at once.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_FEED_NAME`, `E_FEED_SOURCE`, `E_NAME_TAKEN`.
    public func addFeed(_ new: NewFeed, by principal: Principal) async throws -> FeedItem {
        try Self.requireFeeds(principal)
        let feed = try Self.checked(new, at: effects.now())
        try await changeFeeds { records, now in
            guard try records.feed(feed.name) == nil else {
                throw Refusal(
                    .conflict, "E_NAME_TAKEN", "There is a feed \(feed.name) already.",
                    nextStep: "Choose another name, or remove that one first.")
            }
            guard try records.feeds().count < Self.mostFeeds else {
                throw Refusal(
                    .conflict, "E_FEEDS", "There are \(Self.mostFeeds) feeds already.",
                    nextStep: "Remove those that are not used.")
            }
            try records.save(feed)
            try self.audit(
                "feed.added", feed, "Added the feed \(feed.name) from \(feed.source).", principal,
                records, now)
        }
        return FeedItem(feed, scope: principal.scope, at: effects.now())
    }

    private static func checked(_ new: NewFeed, at now: Timestamp) throws(Refusal) -> Feed {
        let allowed = new.name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        guard allowed, (1...63).contains(new.name.utf8.count), !new.name.hasPrefix("-") else {
            throw Refusal(
                .malformed, "E_FEED_NAME", "A feed's name has 1 to 63 of a-z, 0-9 and hyphens.",
                nextStep: "Choose another name.")
        }
        if let problem = FeedSource.problem(new.source) {
            throw Refusal(
                .malformed, "E_FEED_SOURCE", problem,
                nextStep: "Give an https:// address, or the absolute path of a file.")
        }
        let interval = new.intervalSeconds ?? usualInterval
        guard Feed.intervals.contains(interval) else {
            throw Refusal(
                .malformed, "E_FEED_INTERVAL",
                "A feed is asked for every \(Feed.intervals.lowerBound) to \(Feed.intervals.upperBound) seconds.",
                nextStep: "Choose an interval within these.")
        }
        let title = PlainText.line(new.title ?? new.name, atMost: longestTitle)
        return Feed(
            name: new.name, title: title, source: new.source, isEnabled: true,
            intervalSeconds: interval, nextAt: now)
    }

    /// Switches a feed on or off. What an off feed says does not count; what is held of it stays.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func switchFeed(
        _ name: String, on: Bool, by principal: Principal
    ) async throws -> FeedItem {
        try Self.requireFeeds(principal)
        return try await feedTurn.run {
            let feed = try await self.changeFeeds { records, now in
                guard var feed = try records.feed(name) else { throw Refusal.notFound("feed") }
                guard feed.isEnabled != on else { return feed }
                feed.isEnabled = on
                feed.nextAt = now
                try records.save(feed)
                try self.audit(
                    on ? "feed.switchedOn" : "feed.switchedOff", feed,
                    "Switched the feed \(name) \(on ? "on" : "off").", principal, records, now)
                return feed
            }
            if feed.held != nil { try await self.applyFeeds(changed: feed.held?.format) }
            return FeedItem(feed, scope: principal.scope, at: self.effects.now())
        }
    }

    /// Removes a feed, and forgets what it said.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func removeFeed(_ name: String, by principal: Principal) async throws {
        try Self.requireFeeds(principal)
        try await feedTurn.run {
            let feed = try await self.changeFeeds { records, now in
                guard let feed = try records.feed(name) else { throw Refusal.notFound("feed") }
                try records.removeFeed(name)
                try records.dropFeedContent(name, except: nil)
                try self.audit(
                    "feed.removed", feed, "Removed the feed \(name).", principal, records, now)
                return feed
            }
            await self.shelf?.remove(name)
            self.feedBook.note(shelved: nil, of: name)
            if feed.isEnabled, feed.held != nil {
                try await self.applyFeeds(changed: feed.held?.format)
            }
        }
    }

    /// Feeds belong to the installation. Who belongs to a tenant may not change them, and learns
    /// nothing of them this way.
    static func requireFeeds(_ principal: Principal) throws(Refusal) {
        try principal.require(.administer)
        guard principal.scope == .provider else { throw .notFound("feed") }
    }

    @discardableResult
    func changeFeeds<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records, Timestamp) throws -> Answer
    ) async throws -> Answer {
        let now = effects.now()
        return try await ledger.write { records in
            try records.announce([SignalSubject.feeds])
            return try body(records, now)
        }
    }

    func audit(
        _ action: String, _ feed: Feed, _ sentence: String, _ principal: Principal?,
        _ records: any Records, _ now: Timestamp
    ) throws {
        try appendAudit(
            action, subject: "feed:\(feed.name)", sentence: sentence,
            actor: principal?.name ?? "system", tenant: nil, in: records, at: now)
    }
}
