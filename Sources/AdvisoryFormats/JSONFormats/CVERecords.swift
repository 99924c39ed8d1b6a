import Advisories
import Fleet

/// CVE records of format 5.x, with what CISA adds to them (Vulnrichment: the `adp` container
/// `CISA-ADP`).
enum CVERecords {
    static let reading = JSONReading(.cve, name: { $0["cveMetadata"]?.text("cveId") }) { value in
        try requireObject(value)
        let record = try record(value)
        return [.vulnerability(record)] + (try claims(value, record))
    }

    /// Whether a value looks like a record.
    static func isRecord(_ value: JSONValue) -> Bool {
        value.text("dataType") == "CVE_RECORD" || value["cveMetadata"]?["cveId"] != nil
            || value["containers"]?["cna"] != nil
    }

    private static func record(_ value: JSONValue) throws -> VulnerabilityRecord {
        guard let meta = value["cveMetadata"] else { throw RecordFault("no “cveMetadata”") }
        var record = VulnerabilityRecord(id: try VulnerabilityName.required(meta, "cveId"))
        record.published = try FeedTime.read(meta, "datePublished")
        record.modified = try FeedTime.read(meta, "dateUpdated")
        record.isRejected = meta.text("state") == "REJECTED"
        guard let containers = value["containers"] else { throw RecordFault("no “containers”") }
        guard let cna = containers["cna"] else { throw RecordFault("no container “cna”") }
        record.title = title(cna)
        // Whoever assigned the id knows the product; CISA fills in where it gave no score.
        let additions = try containers.array("adp")
        for container in [cna] + additions {
            for metric in try container.array("metrics") {
                add(metric, to: &record)
            }
        }
        record.ssvc = try additions.lazy.filter(isCISA).compactMap(ssvc).first
        return record
    }

    /// What the record says of products: whoever assigned the name, then what others add.
    private static func claims(
        _ value: JSONValue, _ record: VulnerabilityRecord
    ) throws -> [FeedRecord] {
        guard let containers = value["containers"], let cna = containers["cna"] else { return [] }
        let own = ProductClaims.advisory(
            record, by: ProductClaims.assigner, try ProductClaims.ofContainer(cna))
        let added = try containers.array("adp").flatMap { try ProductClaims.ofContainer($0) }
        let others = ProductClaims.advisory(record, by: ProductClaims.addition, added)
        return [own, others].compactMap(\.self)
    }

    private static func title(_ cna: JSONValue) -> String {
        if let title = cna.text("title"), !title.isEmpty { return headline(title) }
        let texts = ["descriptions", "rejectedReasons"].compactMap { key in
            cna[key]?.elements.first { $0.text("lang")?.hasPrefix("en") == true }
        }
        return headline(texts.first?.text("value") ?? "")
    }

    private static func add(_ metric: JSONValue, to record: inout VulnerabilityRecord) {
        for key in ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"] {
            guard let data = metric[key], let vector = data.text("vectorString") else { continue }
            if !record.cvss.contains(vector) { record.cvss.append(vector) }
            record.severity = record.severity ?? data.severity("baseSeverity")
        }
    }

    private static func isCISA(_ container: JSONValue) -> Bool {
        container["providerMetadata"]?.text("shortName") == "CISA-ADP"
    }

    /// The decision points of an SSVC metric:
    /// `{"options": [{"Exploitation": "active"}, {"Automatable": "yes"}, …]}`.
    private static func ssvc(_ container: JSONValue) throws -> SSVCPoints? {
        for metric in try container.array("metrics") {
            guard let other = metric["other"], other.text("type") == "ssvc",
                let options = other["content"]?["options"]
            else { continue }
            var points: [String: String] = [:]
            for option in options.elements {
                for (name, value) in option.members { points[name] = value.text?.lowercased() }
            }
            guard let exploitation = points["Exploitation"].flatMap(exploitation),
                let automatable = points["Automatable"], ["yes", "no"].contains(automatable),
                let impact = points["Technical Impact"].flatMap(TechnicalImpact.init(rawValue:))
            else { throw RecordFault("decision points of SSVC that are not known") }
            return SSVCPoints(
                exploitation: exploitation, automatable: automatable == "yes",
                technicalImpact: impact)
        }
        return nil
    }

    private static func exploitation(_ word: String) -> SSVCPoints.Exploitation? {
        switch word {
        case "none": SSVCPoints.Exploitation.none
        case "poc", "public poc": .proofOfConcept
        case "active": .active
        default: nil
        }
    }
}
