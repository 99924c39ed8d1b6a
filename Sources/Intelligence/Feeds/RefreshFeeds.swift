public import ControlPlane
import Advisories
import AdvisoryFormats
import Findings
import Fleet
public import ServerRecords

extension UseCases {
    /// For how many days after its listing a vulnerability is alerted of that a feed brings with
    /// its very first content: an old one stands in the list, and is no news.
    static let newsDays: Int64 = 14

    /// Asks for the feeds whose time has come, one after the other.
    ///
    /// Those that are asked often come first, and which are due is looked at anew after each: a
    /// server that takes a quarter of an hour for its answer holds the catalogue of what is
    /// exploited up once, not as often as there are such servers.
    public func refreshDueFeeds() async throws {
        for _ in try await dueFeeds() {
            try Task.checkCancellation()
            guard let next = try await dueFeeds().first else { return }
            _ = try await feedTurn.run { try await self.refresh(next.name, by: nil) }
        }
    }

    private func dueFeeds() async throws -> [Feed] {
        let now = effects.now()
        let due = try await ledger.read { try $0.feeds().filter { $0.isDue(at: now) } }
        return due.sorted { ($0.intervalSeconds, $0.name) < ($1.intervalSeconds, $1.name) }
    }

    /// Asks for a feed now.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_FEED_OFF`, `E_FEED_FAILED`.
    public func refreshFeed(_ name: String, by principal: Principal) async throws -> FeedItem {
        try Self.requireFeeds(principal)
        let feed = try await feedTurn.run { try await self.refresh(name, by: principal) }
        if let problem = feed.problem, feed.failures > 0 {
            throw Refusal(
                .conflict, "E_FEED_FAILED", problem,
                nextStep: "Check the address, and that the server may reach it.")
        }
        return FeedItem(feed, scope: principal.scope, at: effects.now())
    }

    /// Takes what has come although it looks wrong: a person has looked.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_NOTHING_WAITS`.
    public func confirmFeed(_ name: String, by principal: Principal) async throws -> FeedItem {
        try Self.requireFeeds(principal)
        return try await feedTurn.run {
            let shelf = try self.requireShelf()
            guard let known = try await self.ledger.read({ try $0.feed(name) }) else {
                throw Refusal.notFound("feed")
            }
            guard let pending = known.pending else {
                throw Refusal(
                    .conflict, "E_NOTHING_WAITS", "Nothing of the feed \(name) waits.",
                    nextStep: "Nothing needs to be done.")
            }
            try await Self.troubled { try await shelf.confirm(name) }
            try await self.share(name, digest: pending.content.digest)
            let feed = try await self.changeFeeds { records, now in
                guard var feed = try records.feed(name) else { throw Refusal.notFound("feed") }
                feed.held = pending.content
                feed.validators = pending.validators
                feed.pending = nil
                feed.problem = nil
                try records.save(feed)
                try records.dropFeedContent(name, except: pending.content.digest)
                try self.audit(
                    "feed.confirmed", feed, "Confirmed the feed \(name): \(pending.sentence)",
                    principal, records, now)
                return feed
            }
            try await self.applyFeeds(changed: feed.held?.format, isFirst: known.held == nil)
            return FeedItem(feed, scope: principal.scope, at: self.effects.now())
        }
    }

    /// Takes a feed's content from a file that a person brings; a feed that is not there yet is
    /// added.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_FEED_NAME`, `E_FEED_FAILED`.
    public func importFeed(
        _ name: String, content: [UInt8], by principal: Principal
    ) async throws -> FeedItem {
        try Self.requireFeeds(principal)
        if try await ledger.read({ try $0.feed(name) }) == nil {
            _ = try await addFeed(NewFeed(name: name, source: ""), by: principal)
        }
        let feed = try await feedTurn.run {
            let shelf = try self.requireShelf()
            guard var feed = try await self.ledger.read({ try $0.feed(name) }) else {
                throw Refusal.notFound("feed")
            }
            feed.isEnabled = true
            let arrival = try await Self.troubled { try await shelf.take(content, for: name) }
            return try await self.take(arrival, of: feed, by: principal)
        }
        return FeedItem(feed, scope: principal.scope, at: effects.now())
    }

    /// What is held of a feed.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func feedContent(_ name: String, by principal: Principal) async throws -> [UInt8] {
        try Self.requireFeeds(principal)
        let shelf = try requireShelf()
        guard try await ledger.read({ try $0.feed(name) })?.held != nil,
            let bytes = try await Self.troubled({ try await shelf.content(of: name) })
        else { throw Refusal.notFound("feed") }
        return bytes
    }

    private func requireShelf() throws(Refusal) -> any FeedShelf {
        guard let shelf else {
            throw Refusal(
                .unavailable, "E_NO_SHELF", "This server keeps no feeds.",
                nextStep: "Ask the server that has the home folder.")
        }
        return shelf
    }

    private static func troubled<Answer: Sendable>(
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await body()
        } catch let trouble as FeedTrouble {
            throw Refusal(
                .conflict, "E_FEED_FAILED", trouble.message,
                nextStep: "Check what was given, and the disk of the server.")
        }
    }

    /// Asks for a feed, and takes what comes. What goes wrong is noted with the feed.
    private func refresh(_ name: String, by principal: Principal?) async throws -> Feed {
        let shelf = try requireShelf()
        guard var feed = try await ledger.read({ try $0.feed(name) }) else {
            throw Refusal.notFound("feed")
        }
        guard feed.isEnabled, !feed.source.isEmpty else {
            throw Refusal(
                .conflict, "E_FEED_OFF",
                feed.isEnabled ? "The feed \(name) has no address." : "The feed \(name) is off.",
                nextStep: feed.isEnabled ? "Import it from a bundle." : "Switch it on first.")
        }
        var asked = feed
        asked.validators = feed.pending?.validators ?? feed.validators
        do {
            return try await take(try await shelf.fetch(asked), of: feed, by: principal)
        } catch let trouble as FeedTrouble {
            let share = share()
            feed.noteFailure(
                PlainText.line(trouble.message, atMost: 500), at: effects.now(),
                retryAfterSeconds: trouble.retryAfterSeconds, share: share)
            let failed = feed
            try await changeFeeds { records, _ in try records.save(failed) }
            return feed
        }
    }

    /// A number from 0 to 1, to spread what would else happen at once.
    private func share() -> Double { Double(effects.randomBytes(1).first ?? 0) / 255 }

    /// Judges what came by what is held, and puts it where it belongs.
    private func take(
        _ arrival: FeedArrival, of known: Feed, by principal: Principal?
    ) async throws -> Feed {
        let shelf = try requireShelf()
        var feed = known
        let now = effects.now()
        feed.noteSuccess(at: now, share: share())
        guard case .draft(let draft) = arrival, draft.digest != feed.held?.digest else {
            return try await take(unchanged: arrival, of: feed)
        }
        if let held = feed.held, held.format != draft.format {
            throw FeedTrouble(
                "What came is \(draft.format), and before it was \(held.format).")
        }
        let content = draft.content(takenAt: now)
        switch FeedAcceptance.judge(draft.state, after: feed.held?.state) {
        case .accepted:
            try await shelf.keep(feed.name, as: .held)
            try await share(feed.name, digest: draft.digest)
            feed.held = content
            feed.validators = draft.validators
            feed.pending = nil
            let taken = feed
            try await changeFeeds { records, now in
                try records.save(taken)
                try records.dropFeedContent(taken.name, except: content.digest)
                try self.audit(
                    "feed.taken", taken, Self.sentence(taken.name, content), principal, records, now
                )
            }
            try await applyFeeds(changed: draft.format, isFirst: known.held == nil)
        case .refused(let reason, let sentence):
            try await shelf.keep(feed.name, as: .pending)
            let isKnown = feed.pending?.content.digest == draft.digest
            if !isKnown {
                feed.pending = .init(
                    content: content, reason: reason, sentence: sentence,
                    validators: draft.validators)
            }
            feed.problem = sentence
            let refused = feed
            try await changeFeeds { records, now in
                try records.save(refused)
                // A source that stays damaged is told once, not each time that it is asked.
                if isKnown { return }
                try self.audit(
                    "feed.refused", refused,
                    "Did not take the feed \(refused.name): \(sentence)", principal, records, now)
            }
        }
        return feed
    }

    /// Notes that a source has what is held of it, or what waits.
    private func take(unchanged arrival: FeedArrival, of known: Feed) async throws -> Feed {
        var feed = known
        if case .draft(let draft) = arrival {
            // Its source is whole again: what came in between waits for nobody's word any more.
            try await requireShelf().keep(feed.name, as: .held)
            feed.validators = draft.validators
            feed.pending = nil
        }
        feed.problem = feed.pending?.sentence
        let checked = feed
        try await changeFeeds { records, _ in try records.save(checked) }
        return feed
    }

    private static func sentence(_ name: String, _ content: Feed.HeldContent) -> String {
        let rejected =
            content.rejected > 0 ? ", \(content.rejected) records could not be read" : ""
        return
            "Took the feed \(name): \(content.state.records) records of \(content.format)\(rejected), SHA-256 \(content.digest)."
    }

    // MARK: What follows from a feed

    /// Matches the fleet with what the feeds say now, and raises alerts.
    ///
    /// - Parameters:
    ///   - format: the format of the only feed that has changed; `nil` when that is not known.
    ///   - isStart: whether the process has just begun.
    ///   - isFirst: whether nothing was held of the feed before.
    ///   - isElsewhere: whether another process has changed the feed, and raises the alerts.
    /// - Throws: what the store or the shelf throws; what counted before goes on to count.
    func applyFeeds(
        changed format: String?, isStart: Bool = false, isFirst: Bool = false,
        isElsewhere: Bool = false
    ) async throws {
        guard let shelf else { return }
        let held = try await heldFeeds()
        let before = findings.snapshot().fleet.index
        let same = held.filter { $0.held?.format == format }.map(\.name)
        do {
            switch format {
            case FeedFormat.kev.rawValue?:
                let entries = try await shelf.records(of: same).compactMap(\.knownExploited)
                let (index, changed) = before.replacing(knownExploited: entries)
                try await take(index, vulnerabilities: changed)
            case FeedFormat.epss.rawValue?:
                let entries = try await shelf.records(of: same).compactMap(\.exploitProbability)
                let (index, changed) = before.replacing(exploitProbabilities: entries)
                try await take(index, vulnerabilities: changed)
            default: try await take(try await shelf.index(of: held.map(\.name)))
            }
        } catch let trouble as FeedTrouble {
            throw Refusal(
                .unavailable, "E_FEED_FAILED", trouble.message,
                nextStep: "Refresh the feed; what it said before still counts.")
        }
        feedBook.note(applied: Self.digests(held))
        if isElsewhere { return }
        try await raiseAlerts(before: before, isNews: !isStart && !isFirst)
    }

    private func raiseAlerts(before: AdvisoryIndex, isNews: Bool) async throws {
        let index = findings.snapshot().fleet.index
        let now = effects.now()
        let recently = now.adding(seconds: -Self.newsDays * 86_400)
        let listed = index.knownExploitedNames.filter { name in
            guard before.knownExploited(name) == nil, let entry = index.knownExploited(name) else {
                return false
            }
            return isNews || entry.added >= recently
        }
        _ = try await raiseAlerts(about: listed.sorted(), at: now)
    }
}

extension FeedRecord {
    fileprivate var knownExploited: KnownExploited? {
        if case .knownExploited(let entry) = self { entry } else { nil }
    }

    fileprivate var exploitProbability: ExploitProbability? {
        if case .exploitProbability(let entry) = self { entry } else { nil }
    }
}
