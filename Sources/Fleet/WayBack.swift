/// How an update can be undone on its endpoint.
public enum WayBack: String, Codable, Sendable, CaseIterable {
    /// The version before it can be installed again: the endpoint keeps its package, or one of its
    /// sources still offers it.
    case packageDowngrade
    /// Not at all: the version before it can be had nowhere.
    case noWay = "none"
}
