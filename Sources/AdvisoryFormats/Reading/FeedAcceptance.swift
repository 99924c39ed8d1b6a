public import Fleet

/// What is remembered of a feed that was taken, to judge the next one by.
public struct FeedState: Hashable, Sendable, Codable {
    /// Records kept.
    public var records: Int
    /// The newest date of any record; `nil` for a format without dates.
    public var newest: Timestamp?
    /// The feed's own date; `nil` when it has none.
    public var published: Timestamp?
    /// Whether it was read to its end, and was as long as it says.
    public var isComplete: Bool

    /// What is remembered of a feed.
    public init(
        records: Int, newest: Timestamp? = nil, published: Timestamp? = nil, isComplete: Bool = true
    ) {
        self.records = records
        self.newest = newest
        self.published = published
        self.isComplete = isComplete
    }

    /// What is remembered of a feed that was just read.
    public init(_ summary: FeedSummary) {
        self.init(
            records: summary.records, newest: summary.newest, published: summary.published,
            isComplete: summary.isComplete)
    }
}

/// Whether a feed may replace what is known from the one before it.
///
/// A feed that loses records or goes back in time is how a broken mirror, a cut-off download and an
/// attack look alike: findings would vanish without anything having been mended. So it waits until
/// a person has confirmed it.
public enum FeedAcceptance: Hashable, Sendable {
    /// It replaces the one before.
    case accepted
    /// It is not taken until a person confirms it.
    case refused(Reason, sentence: String)

    /// Why a feed is not taken; the texts are stable.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        /// It holds no record, and the one before did.
        case empty
        /// It could not be read to its end.
        case incomplete
        /// It is older than the one before.
        case wentBack
        /// It has lost half of its records or more.
        case shrank
    }

    /// The share of the records before that must still be there: ordinary feeds lose single
    /// records between two fetches.
    static let smallestShare = 0.5
    /// Seconds by which a date may be earlier: publishers correct the dates of records, and their
    /// mirrors are not all updated at the same minute.
    static let dateTolerance: Int64 = 86_400

    /// Judges a feed by the one that was taken last; `nil` for the first, which is only refused
    /// when it is incomplete.
    public static func judge(_ next: FeedState, after previous: FeedState?) -> FeedAcceptance {
        guard next.isComplete else {
            return .refused(
                .incomplete,
                sentence:
                    "The feed is not whole, or cannot be read to its end: \(next.records) records came."
            )
        }
        guard let previous else { return .accepted }
        if next.records == 0, previous.records > 0 {
            return .refused(
                .empty, sentence: "The feed is empty; before it had \(previous.records) records.")
        }
        if let (new, old) = goneBack(next, previous) {
            return .refused(
                .wentBack,
                sentence: "The feed goes back in time: it is of \(new), the one before of \(old).")
        }
        if Double(next.records) <= Double(previous.records) * smallestShare, previous.records > 1 {
            return .refused(
                .shrank,
                sentence: "The feed has \(next.records) records; before it had \(previous.records)."
            )
        }
        return .accepted
    }

    /// The feed's own date counts where both have one; else that of the newest record.
    private static func goneBack(
        _ next: FeedState, _ previous: FeedState
    ) -> (new: Timestamp, old: Timestamp)? {
        let pair: (Timestamp, Timestamp)
        if let new = next.published, let old = previous.published {
            pair = (new, old)
        } else if let new = next.newest, let old = previous.newest {
            pair = (new, old)
        } else {
            return nil
        }
        return pair.0 < pair.1.adding(seconds: -dateTolerance) ? (pair.0, pair.1) : nil
    }
}
