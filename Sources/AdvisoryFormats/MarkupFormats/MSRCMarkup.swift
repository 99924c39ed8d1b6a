import Advisories
import Fleet

/// Microsoft's monthly security updates as CVRF 1.1 in XML.
enum MSRCMarkup {
    /// A record is one vulnerability.
    static func read(_ stream: ByteStream, _ collector: RecordCollector) throws {
        var products: [String: String] = [:]
        var published: Timestamp?
        let wanted: Set = ["DocumentTracking", "ProductTree", "Vulnerability"]
        try MarkupRecords.read(stream, collector, wanted: wanted) { element in
            switch element.name {
            case "Vulnerability":
                try collector.attempt(element.first("CVE")?.trimmed ?? "a vulnerability") {
                    let vulnerability = self.vulnerability(element)
                    return [
                        .advisory(
                            try vulnerability.advisory(products: products, published: published))
                    ]
                }
            case "DocumentTracking":
                published = element.first("InitialReleaseDate")?.trimmed.flatMap(FeedTime.read)
                collector.note(
                    published: element.first("CurrentReleaseDate")?.trimmed.flatMap(FeedTime.read))
            default:
                for product in element.descendants("FullProductName") {
                    if let id = product["ProductID"] { products[id] = product.trimmed }
                }
            }
        }
    }

    private static func vulnerability(_ element: MarkupTree) -> MSRCVulnerability {
        var vulnerability = MSRCVulnerability()
        vulnerability.id = element.first("CVE")?.trimmed ?? ""
        vulnerability.title = element.first("Title")?.trimmed ?? ""
        vulnerability.severity = element.first("Threats")?.all("Threat")
            .filter { $0["Type"] == "Severity" }
            .compactMap { $0.first("Description")?.trimmed.flatMap { Severity(vendorWord: $0) } }
            .min()
        vulnerability.cvss =
            element.first("CVSSScoreSets")?.descendants("Vector").compactMap(\.trimmed) ?? []
        for status in element.first("ProductStatuses")?.all("Status") ?? [] {
            let products = status.all("ProductID").compactMap(\.trimmed)
            switch status["Type"] {
            case "Known Affected": vulnerability.affected += products
            case "Known Not Affected": vulnerability.notAffected += products
            default: continue
            }
        }
        for fix in element.first("Remediations")?.all("Remediation") ?? []
        where fix["Type"] == "Vendor Fix" {
            let build = fix.first("FixedBuild")?.trimmed
            vulnerability.fixes.append(
                MSRCVulnerability.Fix(
                    label: fix.first("Description")?.trimmed ?? "",
                    build: build.flatMap { MSRCBuild.isVersion($0) ? $0 : nil },
                    products: fix.all("ProductID").compactMap(\.trimmed)))
        }
        vulnerability.modified = element.first("RevisionHistory")?.descendants("Date")
            .compactMap { $0.trimmed.flatMap(FeedTime.read) }.max()
        return vulnerability
    }
}
