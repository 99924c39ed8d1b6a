public import AdvisoryFormats
public import Fleet

/// A source of vulnerability intelligence, and how it stands.
public struct Feed: Hashable, Sendable, Codable {
    /// Its name: lower-case letters, digits and hyphens, unique.
    public let name: String
    /// What it is, for people.
    public var title: String
    /// Where it comes from: `https://…`, `http://` on this machine, or an absolute path; empty for
    /// a feed that is only imported from bundles.
    public var source: String
    /// Whether it is refreshed, and counts.
    public var isEnabled: Bool
    /// How often it is asked for, in seconds.
    public var intervalSeconds: Int64
    /// What is taken of it; `nil` before the first.
    public var held: HeldContent?
    /// What has come and waits for a person's word.
    public var pending: PendingContent?
    /// What the server said of the content held, to be asked with next time.
    public var validators: FeedValidators
    /// When it was last asked for.
    public var checkedAt: Timestamp?
    /// When it last answered, with something new or with “nothing new”.
    public var succeededAt: Timestamp?
    /// What was wrong the last time; `nil` when nothing was.
    public var problem: String?
    /// How often in a row it has failed.
    public var failures: Int
    /// When it is asked for next.
    public var nextAt: Timestamp

    /// What is taken of a feed.
    public struct HeldContent: Hashable, Sendable, Codable {
        /// The format, by its content.
        public var format: String
        /// How many records, and of when.
        public var state: FeedState
        /// How many records could not be read.
        public var rejected: Int
        /// The SHA-256 of the bytes, in hexadecimal.
        public var digest: String
        /// How many bytes.
        public var bytes: Int64
        /// When it was taken.
        public var takenAt: Timestamp

        /// What is taken of a feed.
        public init(
            format: String, state: FeedState, rejected: Int, digest: String, bytes: Int64,
            takenAt: Timestamp
        ) {
            self.format = format
            self.state = state
            self.rejected = rejected
            self.digest = digest
            self.bytes = bytes
            self.takenAt = takenAt
        }
    }

    /// What has come and is not taken until a person confirms it.
    public struct PendingContent: Hashable, Sendable, Codable {
        /// What has come.
        public var content: HeldContent
        /// Why it waits.
        public var reason: FeedAcceptance.Reason
        /// The same as a sentence.
        public var sentence: String
        /// What the server said of it.
        public var validators: FeedValidators

        /// Content that waits.
        public init(
            content: HeldContent, reason: FeedAcceptance.Reason, sentence: String,
            validators: FeedValidators
        ) {
            self.content = content
            self.reason = reason
            self.sentence = sentence
            self.validators = validators
        }
    }

    /// A feed of which nothing has come yet.
    public init(
        name: String, title: String, source: String, isEnabled: Bool, intervalSeconds: Int64,
        nextAt: Timestamp
    ) {
        self.name = name
        self.title = title
        self.source = source
        self.isEnabled = isEnabled
        self.intervalSeconds = intervalSeconds
        self.nextAt = nextAt
        validators = FeedValidators()
        failures = 0
    }
}

/// What a server said of its answer, by which it is asked whether there is something new (RFC 9110
/// section 13.1).
public struct FeedValidators: Hashable, Sendable, Codable {
    /// `ETag`.
    public var entityTag: String?
    /// `Last-Modified`.
    public var lastModified: String?

    /// What a server said of its answer.
    public init(entityTag: String? = nil, lastModified: String? = nil) {
        self.entityTag = entityTag
        self.lastModified = lastModified
    }
}

/// How fresh a feed is.
public enum FeedFreshness: String, Hashable, Sendable, Codable, CaseIterable {
    /// It is switched off.
    case off
    /// It has answered in time.
    case fresh
    /// It has not answered for longer than it may.
    case stale
    /// It has answered nothing yet.
    case never
    /// What has come waits for a person's word.
    case waiting
}

extension Feed {
    /// After how many of its intervals without an answer a feed is stale.
    public static let staleIntervals: Int64 = 3
    /// What an interval may be, in seconds: five minutes, for nobody changes more often, to a
    /// month.
    public static let intervals: ClosedRange<Int64> = 300...2_678_400
    /// The longest wait after failures, in seconds: a day.
    static let longestBackOff: Int64 = 86_400
    /// The first wait after a failure, in seconds.
    static let firstBackOff: Int64 = 60

    /// How fresh it is.
    public func freshness(at now: Timestamp) -> FeedFreshness {
        guard isEnabled else { return .off }
        if pending != nil { return .waiting }
        guard let succeededAt else { return .never }
        let limit = intervalSeconds * Self.staleIntervals
        return now.seconds(since: succeededAt) > limit ? .stale : .fresh
    }

    /// Whether it is to be asked for now.
    public func isDue(at now: Timestamp) -> Bool {
        isEnabled && !source.isEmpty && nextAt <= now
    }

    /// Notes an answer: when it is asked for next. `share` is a number from 0 to 1 that spreads
    /// many feeds apart.
    package mutating func noteSuccess(at now: Timestamp, share: Double) {
        checkedAt = now
        succeededAt = now
        problem = nil
        failures = 0
        nextAt = now.adding(seconds: intervalSeconds + Int64(Double(intervalSeconds) * share / 20))
    }

    /// Notes a failure: the wait doubles with each, and is never shorter than the server asks for.
    package mutating func noteFailure(
        _ words: String, at now: Timestamp, retryAfterSeconds: Int64?, share: Double
    ) {
        checkedAt = now
        problem = words
        failures += 1
        let doubled = Self.firstBackOff << Int64(min(failures - 1, 12))
        let wait = min(doubled, max(Self.longestBackOff, Self.firstBackOff))
        let spread = Int64(Double(wait) * share / 4)
        nextAt = now.adding(
            seconds: max(wait + spread, min(retryAfterSeconds ?? 0, Self.longestBackOff)))
    }
}
