/// How an update stands that is downloaded ahead of its installation. Nothing of it is installed.
public struct Prefetch: Hashable, Sendable, Codable {
    /// How it stands.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Its files lie on the endpoint, in the package manager's own store.
        case downloaded
        /// Downloading it did not succeed, for the reason given; it is tried again.
        case failed
        /// The package manager cannot download it without installing it.
        case notPossible
    }

    /// How it stands.
    public var state: State
    /// Since when, by the endpoint's clock.
    public var at: Timestamp
    /// One sentence.
    public var sentence: String

    /// How an update stands.
    public init(state: State, at: Timestamp, sentence: String) {
        self.state = state
        self.at = at
        self.sentence = sentence
    }
}
