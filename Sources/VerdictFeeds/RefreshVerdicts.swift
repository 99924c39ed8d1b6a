public import ControlPlane
public import Fleet
public import ServerRecords
import Trust

/// What has come of a feed, and was checked.
struct TakenVerdicts: Sendable {
    let document: VerdictFeedDocument
    let held: VerdictFeedRecord.Held
    let validators: FeedValidators
}

/// What came of asking for a feed.
enum VerdictNews: Sendable {
    case unchanged
    case taken(TakenVerdicts)

    /// What was taken, where there must be something.
    var whole: TakenVerdicts {
        get throws {
            guard case .taken(let taken) = self else {
                throw Refusal(
                    .conflict, "E_FEED_FAILED", "The server says that nothing has changed.",
                    nextStep: "Check the address.")
            }
            return taken
        }
    }
}

extension UseCases {
    /// The longest wait after failures, in seconds: a quarter of a day.
    private static var longestVerdictWait: Int64 { 21_600 }

    /// Asks for a feed now.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`, `E_FEED_FAILED`, or a code of
    ///   `VerdictFeedRefusal`; what was known of the feed stays then.
    public func refreshVerdicts(
        _ name: String, of tenant: TenantID?, by principal: Principal
    ) async throws -> VerdictFeedItem {
        try Self.requireVerdictFeeds(principal)
        let place = try principal.tenant(for: tenant)
        let feed = try await ledger.read { try Self.verdictFeed(name, of: place, in: $0) }
        let after = try await refresh(feed, by: principal.name)
        return try Self.item(after, principal, effects.now())
    }

    /// Asks for the feeds whose time has come, one after the other. What goes wrong with one is
    /// noted with it.
    public func refreshDueVerdicts() async throws {
        let now = effects.now()
        let due = try await ledger.read { records in
            try records.verdictFeeds(in: .provider).filter { $0.nextAt <= now }
        }
        for feed in due {
            try Task.checkCancellation()
            do {
                _ = try await refresh(feed, by: "system")
            } catch is Refusal {
                continue
            }
        }
    }

    private func refresh(
        _ feed: VerdictFeedRecord, by actor: String
    ) async throws -> VerdictFeedRecord {
        do {
            let news = try await newVerdicts(of: feed)
            return try await take(news, of: feed, by: actor)
        } catch let refusal as Refusal {
            try await note(refusal, about: feed, by: actor)
            throw refusal
        }
    }

    /// Fetches what a feed has, and checks it against its pinned key and what was taken before: of
    /// this subscription, or of a former one, which `seen` tells.
    func newVerdicts(
        of feed: VerdictFeedRecord, seen: VerdictNumber? = nil
    ) async throws -> VerdictNews {
        guard let verdictSource else {
            throw Refusal(
                .conflict, "E_FEED_FAILED", "This server fetches nothing.",
                nextStep: "Ask the server that runs all the time.")
        }
        let arrival: VerdictArrival?
        do {
            arrival = try await verdictSource.fetch(
                feed.source, held: feed.validators, limit: VerdictFeedDocument.maximumBytes)
        } catch let trouble as FeedTrouble {
            throw Refusal(
                .conflict, "E_FEED_FAILED", trouble.message,
                nextStep: "Check the address, and that the server may reach it.")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw Refusal(
                .conflict, "E_FEED_FAILED", "The feed \(feed.name) cannot be fetched: \(error).",
                nextStep: "Check the address, and that the server may reach it.")
        }
        guard let arrival else { return .unchanged }
        let now = effects.now()
        let before =
            feed.held.map { (sequence: $0.sequence, digest: $0.digest) }
            ?? seen.map { (sequence: $0.sequence, digest: $0.digest) }
        do throws(VerdictFeedRefusal) {
            let document = try VerdictFeedDocument(
                envelope: arrival.bytes, feed: feed.name, signedBy: feed.key,
                after: before, at: now)
            return .taken(
                TakenVerdicts(
                    document: document,
                    held: VerdictFeedRecord.Held(
                        sequence: document.sequence, digest: document.digest,
                        issuedAt: document.issuedAt, expiresAt: document.expiresAt,
                        count: document.verdicts.count, takenAt: now),
                    validators: arrival.validators))
        } catch {
            throw Refusal(.conflict, error.code, error.message, nextStep: error.nextStep)
        }
    }

    private func take(
        _ news: VerdictNews, of feed: VerdictFeedRecord, by actor: String
    ) async throws -> VerdictFeedRecord {
        let now = effects.now()
        return try await writeWaking { records, wakes in
            var current = try Self.verdictFeed(feed.name, of: feed.tenant, in: records)
            // Somebody else was quicker, or it was subscribed to anew: theirs counts.
            guard current.held?.digest == feed.held?.digest, current.key == feed.key else {
                return current
            }
            (current.checkedAt, current.succeededAt) = (now, now)
            (current.problem, current.remedy, current.failures) = (nil, nil, 0)
            current.nextAt = now.adding(seconds: current.intervalSeconds)
            if case .taken(let taken) = news {
                current.validators = taken.validators
                if current.held?.digest != taken.held.digest {
                    current.held = taken.held
                    try records.save(taken.document.verdicts, of: current)
                    try Self.keepNumber(of: current, in: records)
                    try self.appendAudit(
                        "verdicts.taken", subject: "verdicts:\(current.name)",
                        sentence: "Took number \(taken.held.sequence) of the verdict feed "
                            + "\(current.name): \(taken.held.count) verdicts.",
                        actor: actor, tenant: current.tenant, in: records, at: now)
                    try self.decisionsChanged(
                        for: current.tenant, by: actor, in: records, at: now, waking: &wakes)
                }
            }
            try records.save(current)
            return current
        }
    }

    /// Notes why nothing was taken. What was known of the feed stays; that it was refused stands in
    /// the audit log once, and not with each try.
    private func note(
        _ refusal: Refusal, about feed: VerdictFeedRecord, by actor: String
    ) async throws {
        let now = effects.now()
        try await ledger.write { records in
            guard
                var current = try records.verdictFeeds(in: Scope(feed.tenant))
                    .first(where: { $0.name == feed.name && $0.tenant == feed.tenant })
            else { return }
            let problem = "\(refusal.message) (\(refusal.code))"
            if current.problem != problem {
                try self.appendAudit(
                    "verdicts.refused", subject: "verdicts:\(current.name)",
                    sentence: "Took nothing of the verdict feed \(current.name): \(problem)",
                    actor: actor, tenant: current.tenant, in: records, at: now)
            }
            // A former build has not noted when it last answered: it follows from how it stood.
            current.succeededAt = current.answeredAt
            current.checkedAt = now
            current.problem = problem
            current.remedy = refusal.nextStep
            current.failures += 1
            let doubled = Int64(60) << Int64(min(current.failures - 1, 12))
            current.nextAt = now.adding(seconds: min(doubled, Self.longestVerdictWait))
            try records.save(current)
        }
    }
}
