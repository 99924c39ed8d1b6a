public import AdvisoryFormats
public import Fleet

/// What came of reading feeds from files, folders and archives.
public struct FeedReport: Hashable, Sendable {
    /// A file or an archive's member that was read, or why it was not.
    public struct File: Hashable, Sendable {
        /// Its path; behind that, the path within the archive.
        public var name: String
        /// What was read; `nil` when it is in no known format.
        public var summary: FeedSummary?
        /// Why it is no feed; `nil` when it is one.
        public var problem: String?
    }

    /// How many files are listed one by one; totals count them all.
    public static let maximumFiles = 1000

    /// The first files, in the order of reading.
    public private(set) var files: [File] = []
    /// How many files and members were looked at.
    public private(set) var fileCount = 0
    /// The files of each format.
    public private(set) var formats: [FeedFormat: Int] = [:]
    /// Records kept.
    public private(set) var records = 0
    /// The newest date of any record.
    public private(set) var newest: Timestamp?
    /// The newest date that a feed gives itself.
    public private(set) var published: Timestamp?
    /// The first records and files that could not be read.
    public private(set) var rejected: [RecordRejection] = []
    /// How many records and files could not be read.
    public private(set) var rejectedCount = 0
    /// Whether all was read to its end.
    public private(set) var isComplete = true

    /// Nothing is read yet.
    public init() {}

    /// The one format that all files are in; `nil` when they are in several or none is known.
    public var format: FeedFormat? { formats.count == 1 ? formats.keys.first : nil }

    mutating func add(_ name: String, _ summary: FeedSummary, isAlone: Bool) {
        list(File(name: name, summary: summary, problem: nil))
        formats[summary.format, default: 0] += 1
        records += summary.records
        newest = Self.later(newest, summary.newest)
        published = Self.later(published, summary.published)
        isComplete = isComplete && summary.isComplete
        rejectedCount += summary.rejectedCount
        for rejection in summary.rejected {
            let record = isAlone ? rejection.record : "\(name): \(rejection.record)"
            keep(RecordRejection(record: record, reason: rejection.reason))
        }
    }

    mutating func add(_ name: String, problem: String) {
        list(File(name: name, summary: nil, problem: problem))
        reject(name, problem)
    }

    /// Counts what is no file of its own, such as an archive that is cut off.
    mutating func breakOff(_ name: String, _ reason: String) {
        isComplete = false
        reject(name, reason)
    }

    private mutating func reject(_ name: String, _ reason: String) {
        rejectedCount += 1
        keep(RecordRejection(record: name, reason: reason))
    }

    private mutating func keep(_ rejection: RecordRejection) {
        if rejected.count < FeedSummary.maximumRejections { rejected.append(rejection) }
    }

    private mutating func list(_ file: File) {
        fileCount += 1
        if files.count < Self.maximumFiles { files.append(file) }
    }

    private static func later(_ a: Timestamp?, _ b: Timestamp?) -> Timestamp? {
        [a, b].compactMap(\.self).max()
    }
}
