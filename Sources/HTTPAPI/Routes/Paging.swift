import Administration
import ControlPlane
import Fleet
public import ServerRecords

/// A list, as JSON.
public struct ItemList<Item: Codable & Sendable>: Codable, Sendable {
    /// The rows.
    public var items: [Item]
    /// What to ask with for the next page; left out on the last, and where lists have no pages.
    public var next: String?

    /// A list.
    public init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }
}

extension EndpointQuery.Cursor {
    /// The place as one text, for an address: identifier, colon, key.
    public var text: String { "\(id):\(key)" }

    /// Reads a place; `nil` when the text is none.
    public init?(text: String) {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let id = EndpointID(String(halves[0])), halves[1].utf8.count <= 512
        else { return nil }
        self.init(key: String(halves[1]), id: id.text)
    }
}

extension AuditCursor {
    /// The place as one text, for an address: time, chain and number, with `~` between.
    public var text: String { "\(at)~\(chain)~\(sequence)" }

    /// Reads a place; `nil` when the text is none.
    public init?(text: String) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let at = Timestamp(parts[0]), let sequence = Int64(parts[2]),
            sequence > 0
        else { return nil }
        self.init(at: at, chain: parts[1], sequence: sequence)
    }
}

extension MissingUpdateKey {
    /// The update as one text, for an address: `name@version`.
    public var text: String { "\(name)@\(candidate)" }

    /// Reads `name@version`; `nil` when the text is no such thing.
    public init?(text: String) {
        let halves = text.split(separator: "@", maxSplits: 1).map(String.init)
        guard halves.count == 2 else { return nil }
        self.init(name: halves[0], candidate: halves[1])
    }
}
