public import AdvisoryFormats
public import Fleet

/// A feed as lists show it.
public struct FeedItem: Hashable, Sendable, Codable {
    /// What has come and waits for a person's word.
    public struct Pending: Hashable, Sendable, Codable {
        /// Why it waits.
        public var reason: FeedAcceptance.Reason
        /// The same as a sentence.
        public var sentence: String
        /// How many records have come.
        public var records: Int
        /// When.
        public var arrivedAt: Timestamp
    }

    /// Its name.
    public var name: String
    /// What it is.
    public var title: String
    /// Where it comes from; left out for whoever belongs to a tenant, since an address may hold
    /// what is not theirs to know.
    public var source: String?
    /// Whether it is refreshed, and counts.
    public var isEnabled: Bool
    /// How often it is asked for, in seconds.
    public var intervalSeconds: Int64
    /// How fresh it is.
    public var freshness: FeedFreshness
    /// The format of what is held.
    public var format: String?
    /// How many records are held.
    public var records: Int?
    /// How many could not be read.
    public var rejected: Int?
    /// The newest date of any record, or the feed's own.
    public var newest: Timestamp?
    /// When what is held was taken.
    public var takenAt: Timestamp?
    /// When it was last asked for.
    public var checkedAt: Timestamp?
    /// When it last answered.
    public var succeededAt: Timestamp?
    /// What was wrong the last time.
    public var problem: String?
    /// When it is asked for next; left out while it is off.
    public var nextAt: Timestamp?
    /// What waits.
    public var pending: Pending?

    package init(_ feed: Feed, scope: Scope, at now: Timestamp) {
        name = feed.name
        title = feed.title
        source = scope == .provider ? feed.source : nil
        isEnabled = feed.isEnabled
        intervalSeconds = feed.intervalSeconds
        freshness = feed.freshness(at: now)
        format = feed.held?.format
        records = feed.held?.state.records
        rejected = feed.held?.rejected
        newest = feed.held?.state.newest ?? feed.held?.state.published
        takenAt = feed.held?.takenAt
        checkedAt = feed.checkedAt
        succeededAt = feed.succeededAt
        problem = feed.problem
        nextAt = feed.isEnabled && !feed.source.isEmpty ? feed.nextAt : nil
        pending = feed.pending.map {
            Pending(
                reason: $0.reason, sentence: $0.sentence, records: $0.content.state.records,
                arrivedAt: $0.content.takenAt)
        }
    }
}

/// Where a feed may come from.
public enum FeedSource {
    /// The longest address or path, in bytes.
    public static let longest = 2_000

    /// What is wrong with a source, as a sentence; `nil` when nothing is.
    ///
    /// A feed decides what counts as mended, so it travels over TLS, or not at all: over HTTP from
    /// this machine itself only.
    public static func problem(_ text: String) -> String? {
        guard text.utf8.count <= longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "The source is too long, or holds characters that no address has."
        }
        if text.isEmpty || text.hasPrefix("/") { return nil }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else {
            return "The source is no https:// address, and no absolute path."
        }
        let authority = text.dropFirst(isSecure ? "https://".count : "http://".count).prefix {
            $0 != "/" && $0 != "?" && $0 != "#"
        }
        if authority.isEmpty { return "The source names no server." }
        if authority.contains("@") {
            return "The source holds a user's name or a password, which lists and the audit log "
                + "would show, and which is not sent."
        }
        if isSecure { return nil }
        let host =
            authority.hasPrefix("[")
            ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        let isHere = host == "127.0.0.1" || host == "localhost" || host == "::1"
        return isHere ? nil : "Without TLS a feed is fetched from this machine only."
    }
}
