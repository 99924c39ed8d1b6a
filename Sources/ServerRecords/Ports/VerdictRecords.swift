import Fleet
public import Trust
public import Verdicts

/// Verdict feeds and their content, and what operators say against them.
public protocol VerdictRecords {
    /// The feeds that count in scope, the provider's own among them, by name.
    func verdictFeeds(in scope: Scope) throws -> [VerdictFeedRecord]
    /// Adds or replaces a feed.
    func save(_ feed: VerdictFeedRecord) throws
    /// Puts what a feed says in the place of what it said before.
    func save(_ verdicts: [UpdateVerdict], of feed: VerdictFeedRecord) throws
    /// What a feed says; empty before the first.
    func verdicts(of feed: VerdictFeedRecord) throws -> [UpdateVerdict]
    /// Takes a feed away with all that it says.
    func remove(_ feed: VerdictFeedRecord) throws
    /// What operators say that counts in scope, newest first.
    func ownVerdicts(in scope: Scope) throws -> [OwnVerdict]
    /// Adds an operator's word, in the place of an earlier one of the same subject.
    func save(_ own: OwnVerdict) throws
    /// Takes an operator's word back.
    func remove(_ own: OwnVerdict) throws
}

/// The highest number taken of each verdict feed, which stays when the feed is left.
public protocol VerdictNumberRecords {
    /// The highest number that was taken of the feed of this name, signed by this key, for whomever;
    /// `nil` when nothing was.
    func verdictNumber(of feed: String, signedBy key: PublicKey) throws -> VerdictNumber?
    /// Keeps a number, unless a higher one is kept.
    func keep(_ number: VerdictNumber) throws
}
