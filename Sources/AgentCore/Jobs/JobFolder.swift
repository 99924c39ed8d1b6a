import AgentProtocol
public import Fleet

/// Where a job's files stand in the state folder.
public struct JobFolder: Hashable, Sendable {
    /// The folder of all jobs.
    public static let parent = "jobs"

    /// The job.
    public let job: JobID

    /// The folder of a job.
    public init(_ job: JobID) {
        self.job = job
    }

    /// The folder's path.
    public var path: String { "\(Self.parent)/\(job)" }
    /// The journal.
    public var journal: String { "\(path)/journal" }
    /// A journal that could not be read, for a person to look at.
    public var damagedJournal: String { "\(journal).damaged" }
    /// What all runs of the job printed, one after another.
    public var log: String { "\(path)/run.log" }
    /// The folder of one run: its plan, who runs it, how it ended.
    public func run(_ number: Int) -> String { "\(path)/run-\(number)" }
}

extension JobFolder {
    /// Reads the journal from the disk. The bytes of a torn last line are cut off there too, so
    /// that the next line does not run on from them.
    func readJournal(in state: some StateFolder) throws(StateFolderFailure) -> JournalReading {
        guard let bytes = try state.read(journal, limit: JournalText.sizeLimit) else {
            return .absent
        }
        return try take(bytes, in: state)
    }

    /// The same where the last line is one that is asked for, and else `nil`: the lines before it are
    /// not taken apart then.
    func readJournal(in state: some StateFolder, ifLast isWanted: (JournalEntry) -> Bool)
        throws(StateFolderFailure) -> JournalReading?
    {
        guard let bytes = try state.read(journal, limit: JournalText.sizeLimit) else {
            return .absent
        }
        if let last = JournalText.last(of: bytes), !isWanted(last) { return nil }
        return try take(bytes, in: state)
    }

    private func take(_ bytes: [UInt8], in state: some StateFolder) throws(StateFolderFailure)
        -> JournalReading
    {
        let reading = JournalText.read(bytes)
        switch reading {
        case .absent:
            try state.remove(journal)
        case .intact where bytes.last != 0x0A:
            let whole = bytes.lastIndex(of: 0x0A).map { bytes[...$0] } ?? []
            try state.replace(journal, with: Array(whole))
        case .intact, .damaged:
            break
        }
        return reading
    }

    /// Writes entries to the journal's end; they are on the disk when this returns.
    func append(_ entries: [JournalEntry], in state: some StateFolder) throws(StateFolderFailure) {
        guard !entries.isEmpty else { return }
        guard let lines = JournalText.lines(entries) else { throw Self.unwritable(job) }
        try state.append(lines, to: journal)
    }

    /// Puts a damaged journal aside, and a new one with its readable beginning in its place.
    func mendJournal(_ entries: [JournalEntry], in state: some StateFolder)
        throws(StateFolderFailure)
    {
        if let old = try state.read(journal, limit: JournalText.sizeLimit) {
            try state.replace(damagedJournal, with: old)
        }
        guard let lines = JournalText.lines(entries) else { throw Self.unwritable(job) }
        try state.replace(journal, with: lines)
    }

    /// Puts a journal aside that cannot be read at all.
    func quarantineJournal(in state: some StateFolder) throws(StateFolderFailure) {
        try state.rename(journal, to: damagedJournal)
    }

    /// Whether a journal of the job has been put aside.
    func hasDamagedJournal(in state: some StateFolder) throws(StateFolderFailure) -> Bool {
        try state.names(in: path).contains { "\(path)/\($0)" == damagedJournal }
    }

    /// Begins the journal of a job whose earlier one is lost, in one write: a crash leaves no order
    /// that looks new.
    func beginAfterLoss(_ order: JobOrder, at now: Timestamp, in state: some StateFolder)
        throws(StateFolderFailure) -> [JournalEntry]
    {
        let entries = [
            JournalEntry(at: now, .accepted(order)), JournalEntry(at: now, .journalLost),
        ]
        guard let lines = JournalText.lines(entries) else { throw Self.unwritable(job) }
        try state.replace(journal, with: lines)
        return entries
    }

    private static func unwritable(_ job: JobID) -> StateFolderFailure {
        StateFolderFailure(
            code: "E_STATE_UNWRITABLE_VALUE",
            message: "An entry of \(job)'s journal cannot be written as JSON.",
            nextStep: "Report this as a fault of the agent.")
    }
}
