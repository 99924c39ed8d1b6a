/// A piece of a feed's content, on its way between servers on one database.
public struct FeedContentPart: Hashable, Sendable {
    /// The feed.
    public var feed: String
    /// The SHA-256 of the whole content, in hexadecimal.
    public var digest: String
    /// Which piece, from 0.
    public var number: Int
    /// Its bytes, at most `largest`.
    public var bytes: [UInt8]

    /// The most bytes of a piece: 1 MB, so that a write holds others up for some milliseconds.
    public static let largest = 1 << 20

    /// A piece.
    public init(feed: String, digest: String, number: Int, bytes: [UInt8]) {
        self.feed = feed
        self.digest = digest
        self.number = number
        self.bytes = bytes
    }
}

/// The content of feeds, where several servers share a database: each keeps it as files of its own,
/// and one that did not fetch it has it from here.
public protocol FeedContentRecords {
    /// Adds a piece; one that is there stays.
    func save(_ part: FeedContentPart) throws
    /// A piece; `nil` where there is none.
    func feedContent(_ feed: String, digest: String, part: Int) throws -> [UInt8]?
    /// Forgets all content of a feed but that of one digest.
    func dropFeedContent(_ feed: String, except digest: String?) throws
}
