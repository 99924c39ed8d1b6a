import Fleet

/// A snapshot that the agent has taken.
struct SnapshotRecord: Hashable, Sendable, Codable {
    /// Its name, as the job's result tells it.
    var name: String
    /// The job that it was taken for.
    var job: JobID
    /// When.
    var takenAt: Timestamp
}

/// Which snapshots the agent has taken, and for which job: it returns to no others, whatever an
/// order says.
struct SnapshotMemory: Sendable {
    /// How many are remembered: beyond the few that are kept, snapper's own rule keeps more.
    static let most = 64
    private static let file = "snapshots.json"
    /// The largest file that is read, in bytes: 64 names of at most 255 bytes.
    private static let limit = 65_536

    private let state: any StateFolder

    init(_ state: any StateFolder) {
        self.state = state
    }

    /// All that are remembered, the oldest first; none when the file cannot be read.
    var all: [SnapshotRecord] {
        guard let bytes = try? state.read(Self.file, limit: Self.limit) else { return [] }
        return AgentJSON.decode([SnapshotRecord].self, from: bytes) ?? []
    }

    func add(_ record: SnapshotRecord) throws(StateFolderFailure) {
        try write((all.filter { $0.name != record.name } + [record]).suffix(Self.most))
    }

    func forget(_ name: String) throws(StateFolderFailure) {
        try write(all.filter { $0.name != name }[...])
    }

    private func write(_ records: ArraySlice<SnapshotRecord>) throws(StateFolderFailure) {
        guard let bytes = AgentJSON.encode(Array(records)) else { return }
        try state.replace(Self.file, with: bytes)
    }
}
