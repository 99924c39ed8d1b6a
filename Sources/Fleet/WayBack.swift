/// How an update can be undone on its endpoint.
public enum WayBack: String, Codable, Sendable, CaseIterable {
    /// The version before it can be installed again: the endpoint keeps its package, or one of its
    /// sources still offers it.
    case packageDowngrade
    /// Not at all: the version before it can be had nowhere.
    case noWay = "none"
}

extension Sequence<Update> {
    /// Those whose older version is to be had nowhere, each version once and with the number of
    /// endpoints that it is for: `bash 5.2 on 3 endpoints`.
    public var withoutWayBack: [String] {
        var counts: [String: Int] = [:]
        for update in self where update.wayBack == .noWay {
            counts["\(update.name) \(update.candidate)", default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }.map {
            "\($0.key) on \($0.value) \($0.value == 1 ? "endpoint" : "endpoints")"
        }
    }
}
