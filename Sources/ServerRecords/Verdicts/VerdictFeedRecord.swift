public import Fleet
public import Trust
public import Verdicts

/// A verdict feed that somebody has subscribed to, and how it stands.
public struct VerdictFeedRecord: Hashable, Sendable, Codable {
    /// Whose it is; `nil` for the provider's, which counts for every tenant.
    public let tenant: TenantID?
    /// Its name, as its publisher signs it; unique in its place.
    public let name: String
    /// Where it comes from: `https://…`, `http://` on this machine, or an absolute path.
    public var source: String
    /// The key that was pinned: only what it has signed is taken.
    public var key: PublicKey
    /// How often it is asked for, in seconds.
    public var intervalSeconds: Int64
    /// Who has subscribed, and when.
    public var subscribedBy: String
    /// When.
    public var subscribedAt: Timestamp
    /// What was taken of it; `nil` before the first.
    public var held: Held?
    /// What the server said of it, to be asked with next time.
    public var validators = FeedValidators()
    /// When it was last asked for.
    public var checkedAt: Timestamp?
    /// When it last answered with something that holds, be it that nothing has changed; `nil` where
    /// a former build has kept the record.
    public var succeededAt: Timestamp?
    /// What was wrong the last time, as a sentence with its code; `nil` when nothing was.
    public var problem: String?
    /// What to do about that, as a sentence.
    public var remedy: String?
    /// How often in a row it has failed.
    public var failures = 0
    /// When it is asked for next.
    public var nextAt: Timestamp

    /// What was taken.
    public struct Held: Hashable, Sendable, Codable {
        /// Its number, which only counts up.
        public var sequence: Int
        /// The SHA-256 of what was signed, in hexadecimal.
        public var digest: String
        /// When it was signed.
        public var issuedAt: Timestamp
        /// Until when its ok counts.
        public var expiresAt: Timestamp
        /// How many verdicts it has.
        public var count: Int
        /// When it was taken.
        public var takenAt: Timestamp

        /// What was taken.
        public init(
            sequence: Int, digest: String, issuedAt: Timestamp, expiresAt: Timestamp, count: Int,
            takenAt: Timestamp
        ) {
            self.sequence = sequence
            self.digest = digest
            self.issuedAt = issuedAt
            self.expiresAt = expiresAt
            self.count = count
            self.takenAt = takenAt
        }
    }

    /// A feed of which nothing has come yet.
    public init(
        tenant: TenantID?, name: String, source: String, key: PublicKey, intervalSeconds: Int64,
        by person: String, at now: Timestamp
    ) {
        self.tenant = tenant
        self.name = name
        self.source = source
        self.key = key
        self.intervalSeconds = intervalSeconds
        subscribedBy = person
        subscribedAt = now
        nextAt = now
    }
}

extension VerdictFeedRecord {
    /// When it last answered with something that holds.
    public var answeredAt: Timestamp? {
        succeededAt ?? (problem == nil ? checkedAt : nil) ?? held?.takenAt
    }

    /// Whether it has not answered for longer than it may: for as many of its intervals as any other
    /// feed.
    public func isStale(at now: Timestamp) -> Bool {
        guard let answeredAt else { return false }
        return now.seconds(since: answeredAt) > intervalSeconds * Feed.staleIntervals
    }
}

/// The highest number that was ever taken of a feed signed by one key. It outlives the subscription:
/// whoever leaves a feed and subscribes anew is not given an older publication.
public struct VerdictNumber: Hashable, Sendable {
    /// The feed's name.
    public var feed: String
    /// The key that has signed it. What another key signs is counted anew.
    public var key: PublicKey
    /// The number.
    public var sequence: Int
    /// The SHA-256 of what was signed, in hexadecimal.
    public var digest: String

    /// A number.
    public init(feed: String, key: PublicKey, sequence: Int, digest: String) {
        self.feed = feed
        self.key = key
        self.sequence = sequence
        self.digest = digest
    }
}

/// An operator's own verdict on an update, which comes before what any feed says.
public struct OwnVerdict: Hashable, Sendable, Codable {
    /// Whose it is; `nil` for every tenant.
    public let tenant: TenantID?
    /// What it says; the evidence is the reason that was given.
    public var verdict: UpdateVerdict
    /// Who has said it.
    public var by: String

    /// One's own verdict.
    public init(tenant: TenantID?, _ verdict: UpdateVerdict, by person: String) {
        self.tenant = tenant
        self.verdict = verdict
        by = person
    }

    /// What it is about, by which it is replaced and taken back: the package, with the version and
    /// the vulnerability where they are given.
    public var subject: String {
        [verdict.package ?? "", verdict.version ?? "", verdict.vulnerability ?? ""]
            .joined(separator: " ")
    }
}

/// Where a verdict feed comes from.
public protocol VerdictFetching: Sendable {
    /// Fetches what a source has now, unless the server says that it is what is held.
    ///
    /// - Returns: `nil` when nothing has changed.
    /// - Throws: `FeedTrouble`; also when it has more than `limit` bytes.
    func fetch(
        _ source: String, held validators: FeedValidators, limit: Int
    ) async throws -> VerdictArrival?
}

/// What came of a verdict feed; nothing of it is believed yet.
public struct VerdictArrival: Hashable, Sendable {
    /// The bytes.
    public var bytes: [UInt8]
    /// What the server said of them.
    public var validators: FeedValidators

    /// What came.
    public init(_ bytes: [UInt8], validators: FeedValidators = FeedValidators()) {
        self.bytes = bytes
        self.validators = validators
    }
}
