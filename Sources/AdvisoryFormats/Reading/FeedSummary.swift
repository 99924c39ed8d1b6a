public import Fleet

/// What came of reading one feed.
public struct FeedSummary: Hashable, Sendable {
    /// The format that its content is in.
    public var format: FeedFormat
    /// Records that were kept, counted as the format counts (docs/feeds.md).
    public var records = 0
    /// The newest date of any record kept: its change, else its publication; `nil` when the format
    /// has no dates.
    public var newest: Timestamp?
    /// The feed's own date; `nil` when it has none.
    public var published: Timestamp?
    /// The first records that could not be read, at most `maximumRejections`.
    public private(set) var rejected: [RecordRejection] = []
    /// How many records could not be read.
    public private(set) var rejectedCount = 0
    /// Whether the feed was read to its end, and was as long as it says; otherwise the last
    /// rejection says why not.
    public var isComplete = true

    /// How many rejections are kept: enough to see a pattern, and bounded when a whole feed of
    /// hundreds of thousands of records has changed its shape.
    public static let maximumRejections = 100

    /// A feed of which nothing is read yet.
    public init(format: FeedFormat) {
        self.format = format
    }

    mutating func reject(_ record: String, _ reason: String) {
        rejectedCount += 1
        guard rejected.count < Self.maximumRejections else { return }
        rejected.append(RecordRejection(record: record, reason: reason))
    }
}

/// A record that could not be read.
public struct RecordRejection: Hashable, Sendable, Codable {
    /// Its name, or its place in the feed where it has none.
    public var record: String
    /// What is wrong with it, as a clause.
    public var reason: String

    /// A record that could not be read. Control characters and marks of direction of the feed do
    /// not reach a terminal, and no text is longer than `maximumLength` characters.
    public init(record: String, reason: String) {
        self.record = Self.shown(record)
        self.reason = Self.shown(reason)
    }

    /// Characters of each text: a name or a sentence; a hostile feed has longer ones.
    public static let maximumLength = 200

    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximumLength)))
            .withoutMisleading(" ")
    }
}

/// Why one record is not taken; the others are.
struct RecordFault: Error {
    /// What is wrong, as a clause.
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
