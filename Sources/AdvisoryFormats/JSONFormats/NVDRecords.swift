import Advisories
import Fleet

/// NVD's records: its API 2.0 and yearly files (`vulnerabilities`), and the feeds 1.1
/// (`CVE_Items`).
enum NVDRecords {
    static let reading = JSONReading(.nvd, name: { $0["cve"]?.text("id") }) { value in
        try requireObject(value)
        guard let cve = value["cve"] else { throw RecordFault("no “cve”") }
        let record = try record(cve)
        let claims = ProductClaims.advisory(
            record, by: ProductClaims.nvd, try ProductClaims.ofNVD(cve))
        return [.vulnerability(record)] + [claims].compactMap(\.self)
    }

    static let olderReading = JSONReading(
        .nvd, name: { $0["cve"]?["CVE_data_meta"]?.text("ID") }
    ) { value in
        try requireObject(value)
        let record = try olderRecord(value)
        let claims = ProductClaims.advisory(
            record, by: ProductClaims.nvd, try ProductClaims.ofOlderNVD(value))
        return [.vulnerability(record)] + [claims].compactMap(\.self)
    }

    private static func record(_ cve: JSONValue) throws -> VulnerabilityRecord {
        var record = VulnerabilityRecord(
            id: try VulnerabilityName.required(cve, "id"), publisher: .nvd)
        record.published = try FeedTime.read(cve, "published")
        record.modified = try FeedTime.read(cve, "lastModified")
        record.isRejected = cve.text("vulnStatus") == "Rejected"
        record.title = title(cve["descriptions"])
        guard let metrics = cve["metrics"] else { return record }
        for key in ["cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2"] {
            let entries = try metrics.array(key)
            // NVD's own score, or that of whoever NVD takes over, is primary.
            let primary = entries.filter { $0.text("type") == "Primary" }
            for entry in primary + entries.filter({ $0.text("type") != "Primary" }) {
                add(entry, to: &record)
            }
        }
        return record
    }

    private static func add(_ entry: JSONValue, to record: inout VulnerabilityRecord) {
        guard let data = entry["cvssData"], let vector = data.text("vectorString") else { return }
        if !record.cvss.contains(vector) { record.cvss.append(vector) }
        record.severity =
            record.severity ?? data.severity("baseSeverity") ?? entry.severity("baseSeverity")
    }

    private static func olderRecord(_ value: JSONValue) throws -> VulnerabilityRecord {
        guard let meta = value["cve"]?["CVE_data_meta"] else { throw RecordFault("no “cve”") }
        var record = VulnerabilityRecord(
            id: try VulnerabilityName.required(meta, "ID"), publisher: .nvd)
        record.published = try FeedTime.read(value, "publishedDate")
        record.modified = try FeedTime.read(value, "lastModifiedDate")
        record.title = title(value["cve"]?["description"]?["description_data"])
        record.isRejected = record.title.hasPrefix("** REJECT **")
        let impact = value["impact"]
        let third = impact?["baseMetricV3"]?["cvssV3"]
        let second = impact?["baseMetricV2"]
        record.cvss = [third, second?["cvssV2"]].compactMap { $0?.text("vectorString") }
        record.severity = third?.severity("baseSeverity") ?? second?.severity("severity")
        return record
    }

    /// The English description's first line.
    private static func title(_ descriptions: JSONValue?) -> String {
        let texts = descriptions?.elements.filter { $0.text("lang")?.hasPrefix("en") == true }
        return headline(texts?.first?.text("value") ?? "")
    }
}
