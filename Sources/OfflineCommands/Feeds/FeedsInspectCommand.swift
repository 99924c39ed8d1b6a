import AdvisoryFormats
package import ArgumentParser
import CommandBasics
import Feeds
import Fleet

/// `patchbay feeds inspect`
package struct FeedsInspectCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract:
            "Tell what is in a feed: its format, how many records, the newest, what was rejected.",
        discussion: """
            Example: patchbay feeds inspect known_exploited_vulnerabilities.json

            The format is told by the content. A folder, a .zip or a .tar.gz is read with all that is \
            in it. Records that cannot be read are listed and left out, and the status is 0; it is 2 \
            when nothing could be read.
            """)

    @Argument(help: ArgumentHelp("A feed, a folder of feeds or an archive.", valueName: "path"))
    var path: String

    @OptionGroup var output: FormatOption

    package init() {}

    package func run() throws {
        let report = try FeedLoader().load([path]) { _ in }
        try output.show(FeedInspection(report)) { $0.table(width: Terminal.width) }
    }
}

/// What `patchbay feeds inspect` prints.
struct FeedInspection: Encodable {
    /// A file or an archive's member.
    struct File: Encodable {
        var name: String
        /// `unknown` for what is no feed.
        var format: String
        var records: Int
        var problem: String?
    }

    /// The format, or `mixed`.
    var format: String
    var records: Int
    /// The newest date of any record; where records have none, the feed's own.
    var newest: Timestamp?
    var rejected: [RecordRejection]
    /// All that were rejected; `rejected` lists the first.
    var rejectedCount: Int
    /// Whether all was read to its end.
    var complete: Bool
    /// Files and members that were looked at.
    var fileCount: Int
    /// The first files, where there is more than one.
    var files: [File]?

    init(_ report: FeedReport) {
        format = report.format?.rawValue ?? "mixed"
        records = report.records
        newest = report.newest ?? report.published
        rejected = report.rejected
        rejectedCount = report.rejectedCount
        complete = report.isComplete
        fileCount = report.fileCount
        if report.fileCount > 1 {
            files = report.files.map {
                File(
                    name: $0.name, format: $0.summary?.format.rawValue ?? "unknown",
                    records: $0.summary?.records ?? 0, problem: $0.problem)
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case format, records, newest, rejected, rejectedCount, complete, fileCount, files
    }

    /// Writes the values; `newest` is there also when there is none, as `null`.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(records, forKey: .records)
        try container.encode(newest, forKey: .newest)
        try container.encode(rejected, forKey: .rejected)
        try container.encode(rejectedCount, forKey: .rejectedCount)
        try container.encode(complete, forKey: .complete)
        try container.encode(fileCount, forKey: .fileCount)
        try container.encodeIfPresent(files, forKey: .files)
    }

    /// The figures, then what was rejected.
    func table(width: Int?) -> String {
        var lines = [
            "Format    \(format)", "Records   \(records)",
            "Newest    \(newest.map(\.description) ?? "no dates")", "Rejected  \(rejectedCount)",
        ]
        if !complete { lines.append("It is not whole, or could not be read to its end.") }
        guard !rejected.isEmpty else { return lines.joined(separator: "\n") }
        var table = Table(.text("RECORD"), .text("REASON"))
        for rejection in rejected { table.add(rejection.record, rejection.reason) }
        return (lines + ["", table.text(width: width)]).joined(separator: "\n")
    }
}
