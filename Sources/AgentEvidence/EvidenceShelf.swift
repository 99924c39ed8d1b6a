import AgentCore
import Fleet
import Forensics

/// The bundles that the endpoint keeps, as its disk tells.
struct EvidenceShelf: Hashable, Sendable, Codable {
    /// One bundle.
    struct Entry: Hashable, Sendable, Codable {
        /// Its name, digest and time.
        var mark: EvidenceMark
        /// How many bytes it has.
        var bytes: Int
        /// The job before whose installation it was taken.
        var job: JobID?
        /// Whether the control plane has it, or refuses it for good.
        var isSettled = false
    }

    /// The bundles, the newest last.
    var entries: [Entry] = []
    /// When a request of the control plane was answered last.
    var answeredAt: Timestamp?

    /// The folder of bundles in the state folder.
    static let folder = "evidence"
    /// This list.
    static let path = "\(folder)/index.json"
    /// The largest list that is read, in bytes: a few entries of 300 bytes.
    static let sizeLimit = 64 * 1024

    /// Where a bundle stands.
    static func path(of id: EvidenceID) -> String { "\(folder)/\(id).json" }

    /// What stands in the state folder; nothing where the list cannot be read: then evidence is
    /// taken anew.
    static func read(_ state: any StateFolder) -> EvidenceShelf {
        guard let bytes = try? state.read(path, limit: sizeLimit) else { return EvidenceShelf() }
        return AgentJSON.decode(EvidenceShelf.self, from: bytes) ?? EvidenceShelf()
    }

    func write(_ state: any StateFolder) throws(StateFolderFailure) {
        guard let bytes = AgentJSON.encode(self) else { return }
        try state.replace(Self.path, with: bytes + [0x0A])
    }

    /// Forgets what is too old, and so many more that there is room for one bundle: first what the
    /// control plane has, then what it has asked for, and what stands before installations last.
    mutating func makeRoom(at now: Timestamp) {
        entries.removeAll { now.seconds(since: $0.mark.takenAt) > EvidenceLimits.keptSeconds }
        while entries.count >= EvidenceLimits.keptBundles {
            let place =
                entries.firstIndex(where: \.isSettled)
                ?? entries.firstIndex { $0.job == nil } ?? entries.startIndex
            entries.remove(at: place)
        }
    }

    /// Removes the files of bundles that are not in the list.
    func sweep(_ state: any StateFolder) throws(StateFolderFailure) {
        let known = Set([Self.path] + entries.map { Self.path(of: $0.mark.id) })
        for name in try state.names(in: Self.folder) where !known.contains("\(Self.folder)/\(name)")
        {
            try state.remove("\(Self.folder)/\(name)")
        }
    }
}
