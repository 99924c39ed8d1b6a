import Advisories
import Fleet

/// distro-info-data's tables of releases: `version,codename,series,created,release,eol` and longer
/// supports.
enum ReleaseTable {
    static func read(
        _ stream: ByteStream, _ collector: RecordCollector, name: String
    ) throws {
        var columns: [String] = []
        var distribution = ""
        try TableLines.read(stream, collector) { number, line in
            let fields = CSVLine.fields(line) ?? []
            if columns.isEmpty {
                columns = fields
                distribution = self.distribution(columns, name)
                return
            }
            let row = Dictionary(zip(columns, fields)) { first, _ in first }
            try collector.attempt(row["series"] ?? "line \(number)") {
                guard fields.count <= columns.count else {
                    throw RecordFault("\(fields.count) fields, \(columns.count) columns")
                }
                return [.distributionRelease(try release(row, columns, distribution))]
            }
        }
    }

    /// The table does not say whose it is, but its columns do: Ubuntu has ESM, Debian ELTS.
    private static func distribution(_ columns: [String], _ name: String) -> String {
        if columns.contains("eol-esm") || columns.contains("eol-server") { return "ubuntu" }
        if columns.contains("eol-elts") || columns.contains("eol-lts") { return "debian" }
        return name.contains("ubuntu") ? "ubuntu" : "debian"
    }

    private static func release(
        _ row: [String: String], _ columns: [String], _ distribution: String
    ) throws -> DistributionRelease {
        guard let series = row["series"], !series.isEmpty else { throw RecordFault("no series") }
        let version = (row["version"] ?? "").split(separator: " ").first.map(String.init) ?? ""
        var release = DistributionRelease(
            distribution: distribution, version: version, series: series)
        release.released = try date(row, "release")
        release.endOfLife = try date(row, "eol")
        for column in columns where column.hasPrefix("eol-") {
            if let until = try date(row, column) {
                release.extendedSupport.append(
                    DistributionRelease.ExtendedSupport(
                        name: String(column.dropFirst(4)), until: until))
            }
        }
        return release
    }

    private static func date(_ row: [String: String], _ column: String) throws -> Timestamp? {
        guard let text = row[column], !text.isEmpty else { return nil }
        guard let date = FeedTime.read(text) else {
            throw RecordFault("“\(column)” is no date: \(text)")
        }
        return date
    }
}
