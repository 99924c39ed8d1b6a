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
    ///
    /// - Throws: `RecordFault` for names that are none, before anything is handed on, and what the
    ///   sink throws.
    func keep(_ records: [FeedRecord]) throws {
        for case .advisory(let advisory) in records { try Self.check(advisory) }
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
        do {
            try keep(try read())
        } catch let fault as RecordFault {
            reject(name(), fault.reason)
        }
    }

    /// Bytes of an advisory's name; makers choose them freely.
    private static let longestAdvisory = 256

    /// Names go to pages, tables and addresses, and are compared by people.
    private static func check(_ advisory: Advisory) throws(RecordFault) {
        for name in advisory.vulnerabilities where !VulnerabilityName.isName(name) {
            throw RecordFault("“\(name.prefix(60))” is no name of a vulnerability")
        }
        let id = advisory.id.utf8
        guard id.count <= longestAdvisory,
            // Nearly all are plain; only others are looked at character by character.
            id.allSatisfy({ (0x20...0x7E).contains($0) })
                || !advisory.id.unicodeScalars.contains(where: \.isMisleading)
        else { throw RecordFault("“\(advisory.id.prefix(60))” is no name of an advisory") }
    }

    /// Notes that the rest of the feed cannot be read.
    func breakOff(_ reason: String) {
        summary.reject("the rest of the feed", reason)
        summary.isComplete = false
    }

    /// Compares what came with how many records the feed says that it has. Where fewer came it was
    /// cut off and closed again on its way; what is beyond the figure is told and kept, since
    /// people add entries of their own.
    func compare(stated: Int64) {
        let came = Int64(summary.records + summary.rejectedCount)
        guard summary.isComplete, came != stated else { return }
        guard stated >= 0 else { return reject("count", "it is no number of records") }
        let words = "the feed says that it has \(stated) records, and \(came) came"
        if came < stated { breakOff(words) } else { reject("count", words) }
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
