public import Fleet

/// The formats of scanners' reports.
public enum ScannerFormat: String, Hashable, Sendable, Codable, CaseIterable {
    /// A table with a row of column names, as Nessus, Qualys, OpenVAS and others export it.
    case csv
    /// Static Analysis Results Interchange Format 2.1.0 (OASIS).
    case sarif
}

/// One finding as a scanner reported it.
public struct ScannerRecord: Hashable, Sendable {
    /// Where it stands in the report, for a message about it.
    public var place = ""
    /// The names that the scanner gives the machine, the most telling first; none where it names
    /// none.
    public var hosts: [String] = []
    /// The machine's address; empty where it is not told.
    public var address = ""
    /// The serial number of its hardware; empty where it is not told.
    public var serialNumber = ""
    /// The vulnerabilities, by their CVE ids.
    public var vulnerabilities: [String] = []
    /// How bad the scanner thinks that it is.
    public var severity: Severity?
    /// The package or product; empty where it is not told.
    public var package = ""
    /// One line for people.
    public var title = ""
    /// What the scanner saw, shortened to one line.
    public var detail = ""
    /// When it saw it.
    public var seenAt: Timestamp?

    /// A finding without anything yet.
    public init() {}
}

/// What came of reading a scanner's report.
public struct ScannerSummary: Hashable, Sendable {
    /// The scanner's name as the report tells it; empty where it does not.
    public var tool = ""
    /// Findings that were handed on.
    public var records = 0
    /// The first records that were not taken, at most `maximumRejections`.
    public private(set) var rejected: [RecordRejection] = []
    /// How many records were not taken.
    public private(set) var rejectedCount = 0
    /// Whether the report was read to its end; otherwise the last rejection says why not.
    public var isComplete = true

    /// How many rejections are kept: enough to see a pattern.
    public static let maximumRejections = 200

    /// A report of which nothing is read yet.
    public init() {}

    mutating func reject(_ record: String, _ reason: String) {
        rejectedCount += 1
        guard rejected.count < Self.maximumRejections else { return }
        rejected.append(RecordRejection(record: record, reason: reason))
    }

    mutating func breakOff(_ reason: String) {
        reject("the rest of the report", reason)
        isComplete = false
    }
}

/// A report that is in none of the known shapes.
public struct UnreadableReport: Error, Hashable, Sendable {
    /// What is wrong, as a sentence.
    public var message: String
}

/// Reads scanners' reports, record by record.
public enum ScannerReader {
    /// Reads a report to its end, or to where it can be read no further.
    ///
    /// - Throws: `UnreadableReport`, or what `sink` or the stream throws.
    public static func read(
        _ stream: ByteStream, as format: ScannerFormat, into sink: (ScannerRecord) throws -> Void
    ) throws -> ScannerSummary {
        let start = stream.peek(blankStart)
        if start.count < blankStart, start.allSatisfy(isBlank) {
            throw UnreadableReport(message: "The report is empty.")
        }
        switch format {
        case .csv: return try ScannerTable.read(stream, into: sink)
        case .sarif: return try SARIFReport.read(stream, into: sink)
        }
    }

    /// A report that is shorter and has nothing but blanks and marks of its encoding is empty.
    private static let blankStart = 1024

    private static func isBlank(_ byte: UInt8) -> Bool {
        isJSONBlank(byte) || byteOrderMark.contains(byte) || byte == 0
    }

    /// The longest name of a machine, in characters (RFC 1035, section 2.3.4, allows 255 bytes).
    static let longestHost = 255
    /// The most vulnerabilities of one record: a roll-up names some hundred.
    static let mostVulnerabilities = 1_000

    /// Why a record is not taken; `nil` when it may be.
    static func fault(of record: ScannerRecord) -> String? {
        if record.vulnerabilities.isEmpty { return "it names no CVE" }
        if record.vulnerabilities.count > mostVulnerabilities {
            return "it names more than \(mostVulnerabilities) vulnerabilities"
        }
        if record.hosts.contains(where: { $0.count > longestHost }) {
            return "the machine's name is too long"
        }
        return nil
    }
}
