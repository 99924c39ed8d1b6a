import Advisories
import Fleet

/// Takes what a reader finds: hands records on, and counts.
final class RecordCollector {
    private(set) var summary: FeedSummary
    private let sink: (FeedRecord) throws -> Void

    init(_ format: FeedFormat, _ sink: @escaping (FeedRecord) throws -> Void) {
        summary = FeedSummary(format: format)
        self.sink = sink
    }

    /// Hands on what one record of the feed says, and counts it as one.
    func keep(_ records: [FeedRecord]) throws {
        for record in records {
            if let date = record.date, date > summary.newest ?? date.adding(seconds: -1) {
                summary.newest = date
            }
            try sink(record)
        }
        summary.records += 1
    }

    /// Counts a record that is not taken.
    func reject(_ record: String, _ reason: String) {
        summary.reject(record, reason)
    }

    /// Runs the reading of one record; its fault is counted under `name`.
    func attempt(_ name: @autoclosure () -> String, _ read: () throws -> [FeedRecord]) throws {
        let records: [FeedRecord]
        do {
            records = try read()
        } catch let fault as RecordFault {
            return reject(name(), fault.reason)
        }
        try keep(records)
    }

    /// Notes that the rest of the feed cannot be read.
    func breakOff(_ reason: String) {
        summary.reject("the rest of the feed", reason)
        summary.isComplete = false
    }

    /// Notes the feed's own date.
    func note(published: Timestamp?) {
        if let published { summary.published = published }
    }
}

extension FeedRecord {
    /// When what it says was last changed.
    fileprivate var date: Timestamp? {
        switch self {
        case .advisory(let advisory): advisory.modified ?? advisory.published
        case .vulnerability(let record): record.modified ?? record.published
        case .knownExploited(let entry): entry.added
        case .exploitProbability, .endOfLifeCycle, .distributionRelease: nil
        }
    }
}
