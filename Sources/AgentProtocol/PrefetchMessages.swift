public import Rollout

/// An agent whose policies allow downloads now asks which missing updates to download ahead.
public struct PrefetchRequest: Hashable, Sendable, Codable {
    /// The most updates that it takes at once.
    public var atMost: Int

    /// The most updates that are named at once: the rest follows with the next request.
    public static let most = 500

    /// What an agent asks.
    public init(atMost: Int = PrefetchRequest.most) {
        self.atMost = atMost
    }
}

/// The missing updates of an endpoint that are worth downloading ahead. It is no order: the agent
/// downloads what its own signed policies allow, and what its own scan shows missing.
public struct PrefetchResponse: Hashable, Sendable, Codable {
    /// One of them.
    public struct Wish: Hashable, Sendable, Codable {
        /// The update.
        public var update: LockedUpdate
        /// The lane that it goes through, in whose windows it is downloaded: `routine`, `priority`
        /// or `emergency`.
        public var lane: String

        /// A wish.
        public init(update: LockedUpdate, lane: String) {
            self.update = update
            self.lane = lane
        }
    }

    /// What is worth downloading, the most urgent first.
    public var wishes: [Wish]

    /// An answer.
    public init(wishes: [Wish]) {
        self.wishes = wishes
    }
}
