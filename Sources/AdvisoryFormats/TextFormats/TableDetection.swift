/// Tells apart the formats that are tables, by their first line.
enum TableDetection {
    /// The format of a feed that begins so; `nil` for an unknown one.
    static func detect(_ prefix: ArraySlice<UInt8>, name: String) -> DetectedFormat? {
        let line = prefix.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let text = String(decoding: line.prefix(512), as: UTF8.self)
        if text.hasPrefix("#model_version:") || text.hasPrefix("cve,epss") {
            return DetectedFormat(format: .epss) { try ScoreTable.read($0, $1) }
        }
        if text.hasPrefix("cveID,") || text.hasPrefix("\"cveID\",") {
            return DetectedFormat(format: .kev) { try KnownExploitedTable.read($0, $1) }
        }
        if text.hasPrefix("version,codename,series,") {
            return DetectedFormat(format: .distroInfo) { stream, collector in
                try ReleaseTable.read(stream, collector, name: name)
            }
        }
        // Yearly files of a mirror: no header, semicolons.
        let fields = text.split(whereSeparator: { $0 == ";" || $0 == "," })
        if fields.count == 3, VulnerabilityName.isCVE(fields[0]),
            fields.dropFirst().allSatisfy({ Double($0) != nil })
        {
            return DetectedFormat(format: .epss) { try ScoreTable.read($0, $1) }
        }
        return SecurityDatabaseText.detect(prefix)
    }
}

/// Goes over the lines of a table.
enum TableLines {
    /// Bytes of one line: the longest have a description of some thousand.
    private static let longestLine = 64 * 1024

    /// Hands on each line that is not empty; rejects lines that are too long.
    static func read(
        _ stream: ByteStream, _ collector: RecordCollector, _ body: (Int, [UInt8]) throws -> Void
    ) throws {
        var lines = LineReader(stream, limit: longestLine)
        while let line = try lines.next() {
            switch line {
            case .oversized(let size):
                collector.reject(
                    "line \(lines.number)",
                    "\(size) bytes, more than the \(longestLine) that a line may have")
            case .text(var bytes):
                if lines.number == 1, bytes.starts(with: byteOrderMark) {
                    bytes.removeFirst(byteOrderMark.count)
                }
                if !bytes.isEmpty { try body(lines.number, bytes) }
            }
        }
    }
}
