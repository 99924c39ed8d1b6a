public import ControlPlane
import Fleet
import ServerRecords

/// What is wrong with a feed that a person should look at soon.
struct FeedTroubleNotice: Hashable {
    var kind: Alert.Kind
    /// The feed and since when, so that the next trouble of the same feed is another one.
    var subject: String
    var sentence: String

    /// What is wrong; `nil` when nothing is, or not for long enough.
    init?(_ feed: Feed, at now: Timestamp) {
        switch feed.freshness(at: now) {
        case .off, .fresh: return nil
        case .waiting:
            guard let pending = feed.pending else { return nil }
            kind = .feedWaiting
            subject = "\(feed.name) \(pending.content.digest.prefix(12))"
            sentence =
                "What the feed \(feed.name) brought waits for your word: \(pending.sentence)"
        case .stale:
            guard let last = feed.succeededAt else { return nil }
            kind = .feedStale
            subject = "\(feed.name) \(last.wholeSeconds)"
            sentence =
                "The feed \(feed.name) has not answered since \(last.wholeSeconds): findings go by "
                + "what it said then.\(Self.cause(feed))"
        case .never:
            // The first tries can fail while a new server is being set up.
            guard feed.failures >= Feed.staleIntervals else { return nil }
            kind = .feedStale
            subject = "\(feed.name) never"
            sentence = "The feed \(feed.name) has never answered.\(Self.cause(feed))"
        }
    }

    private static func cause(_ feed: Feed) -> String {
        feed.problem.map { " \($0)" } ?? ""
    }
}

extension UseCases {
    /// Raises an alert for each feed that is stale, has never answered or waits for a person's
    /// word, once for each time; what is over is acknowledged by the system itself. Feeds of verdicts
    /// are watched by those who follow them.
    public func watchFeeds() async throws {
        let now = effects.now()
        let (feeds, open) = try await ledger.read {
            (try $0.feeds(), try $0.openFeedAlerts().filter { !$0.isAboutVerdicts })
        }
        let notices = feeds.compactMap { FeedTroubleNotice($0, at: now) }
        let current = Set(notices.map(\.subject))
        let over = open.filter { !current.contains($0.subject) }
        let known = feedBook.alerted.union(open.map(\.subject))
        let fresh = notices.filter { !known.contains($0.subject) }
        guard !over.isEmpty || !fresh.isEmpty else { return }
        let raised = fresh.map { notice in
            Alert(
                id: effects.newIdentifier(), tenant: nil, kind: notice.kind,
                subject: notice.subject, sentence: notice.sentence, endpoints: 0, raisedAt: now)
        }
        try await ledger.write { records in
            // One that a person has acknowledged stays so.
            for new in raised where try records.insert(new) || records.renew(new) {
                try self.appendAudit(
                    "alert.raised", subject: new.id.text, sentence: new.sentence,
                    actor: "system", tenant: nil, in: records, at: now)
            }
            for var alert in over {
                (alert.acknowledgedAt, alert.acknowledgedBy) = (now, "system")
                try records.update(alert)
                try self.appendAudit(
                    "alert.acknowledged", subject: alert.id.text,
                    sentence: "It is over: \(alert.sentence)", actor: "system", tenant: nil,
                    in: records, at: now)
            }
        }
        // What was acknowledged is not asked for again and again.
        feedBook.note(alerted: current)
    }
}
