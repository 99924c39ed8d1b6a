public import Fleet
public import Rollout

/// What a rollback would do, before anybody orders it.
public struct RollbackPreview: Hashable, Sendable, Codable {
    /// What one endpoint takes back.
    public struct Part: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name for people.
        public var name: String
        /// By what.
        public var way: RollbackWay
        /// The lines: the versions that are there, and those that will be.
        public var updates: [LockedUpdate]
        /// The snapshot that it returns to; `nil` where it goes by packages.
        public var snapshot: SnapshotLoss?
    }

    /// What one endpoint cannot take back.
    public struct Lost: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name for people.
        public var name: String
        /// The updates that stay, by their names.
        public var updates: [String]
        /// Why, in one sentence.
        public var reason: String
    }

    /// What goes back, by endpoint, in the order of their names.
    public var parts: [Part]
    /// What cannot.
    public var lost: [Lost]
    /// The versions that will be blocked until a person unblocks them, as `NAME VERSION`.
    public var blocks: [String]
    /// How many deployments still go on and would be halted.
    public var halts: Int
    /// Whether an endpoint has a snapshot of before that an order can return it to.
    public var offersSnapshot: Bool
    /// What is lost beside the updates, in one sentence; `nil` where nothing else goes back.
    public var loss: String?

    /// All of it, a line each, for people at a terminal.
    public var sentences: [String] {
        let back = parts.map { part in
            let lines = part.updates.map { "\($0.name) \($0.from) -> \($0.to)" }
            return "\(part.name): \(lines.joined(separator: ", ")) (\(part.way.rawValue))"
        }
        let others = parts.compactMap { part -> String? in
            guard let names = part.snapshot?.others, !names.isEmpty else { return nil }
            return "\(part.name): also changed since, and lost: \(names.joined(separator: ", "))"
        }
        let stays = lost.map {
            "\($0.name): \($0.updates.joined(separator: ", ")) cannot go back. \($0.reason)"
        }
        let blocked =
            blocks.isEmpty
            ? [] : ["Blocked until a person unblocks them: \(blocks.joined(separator: ", "))."]
        let all = back + others + stays + [loss].compactMap(\.self) + blocked
        return all.isEmpty ? ["Nothing of it can be taken back."] : all
    }
}

/// What a return to a snapshot takes back beside the updates that were meant.
public struct SnapshotLoss: Hashable, Sendable, Codable {
    /// The snapshot.
    public var snapshot: String
    /// When it was taken, by the endpoint's clock.
    public var takenAt: Timestamp
    /// How many packages were installed, changed or removed since, those that are meant included.
    public var packages: Int
    /// The names of those that are not meant, the first of them.
    public var others: [String]

    /// The most names that are told of one endpoint.
    static let mostOthers = 50

    /// What is lost with these, in one sentence; `nil` for none.
    static func sentence(_ all: [SnapshotLoss]) -> String? {
        guard let first = all.map(\.takenAt).min(), let most = all.map(\.packages).max() else {
            return nil
        }
        // 2026-11-22T01:02:03Z
        let text = first.wholeSeconds.description
        let time = "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
        let place = all.count == 1 ? "the endpoint" : "\(all.count) endpoints"
        let packages = most == 1 ? "1 package" : "\(most) packages"
        let each = all.count == 1 ? packages : "up to \(packages) each"
        return "Everything that was written to the root file system of \(place) since "
            + "\(time) is lost: \(each), and all files on it: settings, data, users, logs."
    }
}
