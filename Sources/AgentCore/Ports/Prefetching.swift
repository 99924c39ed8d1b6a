public import AgentProtocol
public import Fleet
public import Policy
public import Rollout

/// Downloads updates with the endpoint's own package tools, and installs nothing.
public protocol Prefetching: Sendable {
    /// Downloads exactly these versions into the tool's own store, and checks what came as an
    /// installation does. A cancelled task ends the download; what has come so far may stay.
    ///
    /// - Parameters:
    ///   - updates: what to download.
    ///   - bandwidth: how fast at most; `nil` for no limit.
    /// - Returns: what became of each.
    func prefetch(
        _ updates: [LockedUpdate], at bandwidth: Bandwidth?
    ) async -> [PrefetchResult]
    /// Whether the package of an update lies in the tool's store, as far as a look at the disk
    /// tells.
    func isDownloaded(_ update: LockedUpdate) -> Bool
    /// Removes the package of an update that another version has replaced.
    ///
    /// - Returns: why it could not be removed; `nil` when it is gone.
    func discard(_ update: LockedUpdate) -> String?
}

/// What became of downloading one update ahead.
public struct PrefetchResult: Hashable, Sendable {
    /// The update.
    public var update: LockedUpdate
    /// How it stands.
    public var state: Prefetch.State
    /// One sentence.
    public var sentence: String

    /// What became of an update.
    public init(update: LockedUpdate, state: Prefetch.State, sentence: String) {
        self.update = update
        self.state = state
        self.sentence = sentence
    }
}

/// The control plane as far as it knows what is worth downloading ahead.
public protocol PrefetchLink: Sendable {
    /// Asks which missing updates to download ahead.
    func prefetchList(
        _ request: PrefetchRequest
    ) async throws(LinkFailure) -> PrefetchResponse
}

/// What an agent needs to download ahead.
public struct PrefetchParts: Sendable {
    /// Where it asks.
    public var link: any PrefetchLink
    /// What downloads.
    public var tools: any Prefetching

    /// What an agent needs.
    public init(link: any PrefetchLink, tools: any Prefetching) {
        self.link = link
        self.tools = tools
    }
}
