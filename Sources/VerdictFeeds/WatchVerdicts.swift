public import ControlPlane
import Fleet
import ServerRecords

/// What is wrong with a verdict feed that a person should look at soon.
private struct VerdictFeedTrouble {
    /// The feed and since when, so that the next trouble of the same feed is another one.
    let subject: String
    let sentence: String

    /// What is wrong, the gravest first; none where nothing is, or not for long enough.
    static func all(
        of feed: VerdictFeedRecord, at now: Timestamp, named tenant: String?
    ) -> [VerdictFeedTrouble] {
        let place = feed.tenant.map { "\($0.text)/" } ?? ""
        let name = tenant.map { "\(feed.name) of \($0)" } ?? feed.name
        let cause = feed.problem.map { " \($0)" } ?? ""
        func trouble(_ since: Timestamp, _ what: String, _ sentence: String) -> VerdictFeedTrouble {
            VerdictFeedTrouble(
                subject: Alert.verdictsPrefix
                    + "\(place)\(feed.name) \(what) \(since.wholeSeconds)", sentence: sentence)
        }
        var found: [VerdictFeedTrouble] = []
        if let end = feed.held?.expiresAt, now >= end {
            found.append(
                trouble(
                    end, "expired",
                    "The verdict feed \(name) expired at \(end.wholeSeconds): its ok counts no more, "
                        + "and where nobody else says anything age approves nothing.\(cause)"))
        }
        if let last = feed.answeredAt, feed.isStale(at: now) {
            let until = feed.held.map { " until \($0.expiresAt.wholeSeconds)" } ?? ""
            found.append(
                trouble(
                    last, "stale",
                    "The verdict feed \(name) has brought nothing that holds since "
                        + "\(last.wholeSeconds): what it said last counts\(until).\(cause)"))
        }
        return found
    }
}

extension UseCases {
    /// Raises an alert for each verdict feed that has expired or not answered for too long, once for
    /// each time and the graver one only; what is over is acknowledged by the system itself. It is
    /// the provider's, who alone subscribes.
    public func watchVerdictFeeds() async throws {
        let now = effects.now()
        let (fresh, over) = try await ledger.read { try Self.verdictFeedTroubles(in: $0, at: now) }
        guard !fresh.isEmpty || !over.isEmpty else { return }
        try await ledger.write { records in
            for trouble in fresh {
                let new = Alert(
                    id: self.effects.newIdentifier(), tenant: nil, kind: .feedStale,
                    subject: trouble.subject, sentence: trouble.sentence, endpoints: 0,
                    raisedAt: now)
                guard try records.insert(new) || records.renew(new) else { continue }
                try self.appendAudit(
                    "alert.raised", subject: new.id.text, sentence: new.sentence, actor: "system",
                    tenant: nil, in: records, at: now)
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
    }

    /// The troubles that nobody has been told of, and the open alerts whose trouble is over.
    private static func verdictFeedTroubles(
        in records: any Records, at now: Timestamp
    ) throws -> ([VerdictFeedTrouble], [Alert]) {
        let feeds = try records.verdictFeeds(in: .provider)
        let open = try records.openFeedAlerts().filter(\.isAboutVerdicts)
        guard !feeds.isEmpty || !open.isEmpty else { return ([], []) }
        var names: [TenantID: String] = [:]
        if feeds.contains(where: { $0.tenant != nil }) {
            for each in try records.tenants(in: .provider) { names[each.id] = each.name }
        }
        let troubles = feeds.map { feed in
            VerdictFeedTrouble.all(of: feed, at: now, named: feed.tenant.flatMap { names[$0] })
        }
        let fresh = try troubles.compactMap(\.first).filter { trouble in
            // One that a person has acknowledged stays so.
            let told = try records.alert(.feedStale, about: trouble.subject, of: nil)
            return told.map { $0.acknowledgedBy == "system" } ?? true
        }
        // One that a graver trouble has followed stands as long as it lasts itself.
        let standing = Set(troubles.joined().map(\.subject))
        return (fresh, open.filter { !standing.contains($0.subject) })
    }
}
