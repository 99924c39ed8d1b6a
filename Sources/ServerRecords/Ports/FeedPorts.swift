public import Advisories
public import AdvisoryFormats
package import Fleet

/// The feeds of this installation, which all tenants share.
public protocol FeedRecords {
    /// All feeds, by name.
    func feeds() throws -> [Feed]
    /// One feed.
    func feed(_ name: String) throws -> Feed?
    /// Adds or replaces a feed.
    func save(_ feed: Feed) throws
    /// Removes a feed.
    func removeFeed(_ name: String) throws
}

/// Where the content of feeds is kept and comes from.
public protocol FeedShelf: Sendable {
    /// Fetches what a feed has now, unless the server says that it is what is held. What has come
    /// is kept as the feed's draft, and read through once.
    ///
    /// - Throws: `FeedTrouble`.
    func fetch(_ feed: Feed) async throws -> FeedArrival
    /// Takes a file's content as the feed's draft, and reads it through once.
    ///
    /// - Throws: `FeedTrouble`.
    func take(_ bytes: [UInt8], for feed: String) async throws -> FeedArrival
    /// Puts the draft in the place of what is held, or of what waits.
    func keep(_ feed: String, as place: FeedPlace) async throws
    /// Puts what waits in the place of what is held.
    func confirm(_ feed: String) async throws
    /// Throws away everything of a feed.
    func remove(_ feed: String) async
    /// What is held of these feeds, read into an index.
    func index(of feeds: [String]) async throws -> AdvisoryIndex
    /// What is held of these feeds, record by record; for small feeds only.
    func records(of feeds: [String]) async throws -> [FeedRecord]
    /// The bytes that are held of a feed; `nil` when there are none.
    func content(of feed: String) async throws -> [UInt8]?
}

/// Where content of a feed is put.
public enum FeedPlace: Sendable {
    /// It counts.
    case held
    /// It waits for a person's word.
    case pending
}

/// What came of asking for a feed.
public enum FeedArrival: Sendable {
    /// The server says that nothing has changed.
    case unchanged
    /// Something came; it is the feed's draft.
    case draft(FeedDraft)
}

/// What came, read through once.
public struct FeedDraft: Hashable, Sendable {
    /// The format's name, or `mixed`.
    public var format: String
    /// How many records, and of when.
    public var state: FeedState
    /// How many records could not be read.
    public var rejected: Int
    /// The SHA-256 of the bytes, in hexadecimal.
    public var digest: String
    /// How many bytes.
    public var bytes: Int64
    /// What the server said of it.
    public var validators: FeedValidators

    /// What came.
    public init(
        format: String, state: FeedState, rejected: Int, digest: String, bytes: Int64,
        validators: FeedValidators
    ) {
        self.format = format
        self.state = state
        self.rejected = rejected
        self.digest = digest
        self.bytes = bytes
        self.validators = validators
    }

    package func content(takenAt now: Timestamp) -> Feed.HeldContent {
        Feed.HeldContent(
            format: format, state: state, rejected: rejected, digest: digest, bytes: bytes,
            takenAt: now)
    }
}

/// Why nothing came of a feed.
public struct FeedTrouble: Error, Hashable, Sendable {
    /// What is wrong, as a sentence.
    public var message: String
    /// How long the server asks to wait, in seconds.
    public var retryAfterSeconds: Int64?

    /// Why nothing came.
    public init(_ message: String, retryAfterSeconds: Int64? = nil) {
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }
}
