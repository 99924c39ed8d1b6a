import Fleet
import Rollout

/// What the agent has downloaded ahead, or has tried to, as it stands on its disk.
struct PrefetchMemory: Hashable, Sendable, Codable {
    /// One update.
    struct Entry: Hashable, Sendable, Codable {
        /// The update.
        var update: LockedUpdate
        /// How it stands.
        var prefetch: Prefetch
        /// How often it has been tried without success.
        var failures = 0
    }

    var entries: [Entry] = []

    /// Where it stands in the state folder.
    static let file = "prefetch.json"
    /// The largest that is read, in bytes: a thousand updates with a sentence each.
    static let sizeLimit = 2 * 1024 * 1024
    /// How long there is between two tries of one update, in seconds; each further try waits longer
    /// by as much.
    static let retrySeconds: Int64 = 1_800
    /// How often one version is tried: what fails so often needs a person, and its installation
    /// downloads it once more anyway.
    static let mostTries = 5

    static func read(_ state: any StateFolder) -> PrefetchMemory {
        guard let bytes = try? state.read(file, limit: sizeLimit) else { return PrefetchMemory() }
        return AgentJSON.decode(PrefetchMemory.self, from: bytes) ?? PrefetchMemory()
    }

    func write(_ state: any StateFolder) throws(StateFolderFailure) {
        guard let bytes = AgentJSON.encode(self) else { return }
        try state.replace(Self.file, with: bytes + [0x0A])
    }

    /// What is known of a missing update in this very version.
    func entry(of update: Update) -> Entry? {
        entries.first { $0.update.key == update.key && $0.update.to == update.candidate }
    }

    /// Whether an update is to be tried now: it never was, its files are gone, or its last failure
    /// is long enough ago.
    func wants(_ update: Update, isThere: (LockedUpdate) -> Bool, at now: Timestamp) -> Bool {
        guard let entry = entry(of: update) else { return true }
        switch entry.prefetch.state {
        case .downloaded: return !isThere(entry.update)
        case .notPossible: return false
        case .failed:
            let pause = Self.retrySeconds * Int64(entry.failures)
            return entry.failures < Self.mostTries
                && now.seconds(since: entry.prefetch.at) >= pause
        }
    }

    /// Takes what became of a try.
    mutating func take(_ results: [PrefetchResult], at now: Timestamp) {
        for result in results {
            let place = entries.firstIndex {
                $0.update.key == result.update.key && $0.update.to == result.update.to
            }
            var entry =
                place.map { entries[$0] }
                ?? Entry(
                    update: result.update,
                    prefetch: Prefetch(state: .failed, at: now, sentence: ""))
            entry.prefetch = Prefetch(state: result.state, at: now, sentence: result.sentence)
            entry.failures = result.state == .failed ? entry.failures + 1 : 0
            if let place { entries[place] = entry } else { entries.append(entry) }
        }
    }

    /// Forgets what is not missing any more.
    ///
    /// - Returns: what another version has replaced, whose files are of no use any more.
    mutating func forget(allBut missing: [Update]) -> [LockedUpdate] {
        var wanted: [PackageKey: String] = [:]
        for update in missing { wanted[update.key] = update.candidate }
        let gone = entries.filter { wanted[$0.update.key] != $0.update.to }
        guard !gone.isEmpty else { return [] }
        entries.removeAll { wanted[$0.update.key] != $0.update.to }
        return gone.filter { wanted[$0.update.key] != nil }.map(\.update)
    }
}
