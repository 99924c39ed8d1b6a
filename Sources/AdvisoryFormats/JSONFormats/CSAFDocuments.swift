import Advisories
import Fleet

/// CSAF 2.0 documents (OASIS Standard, 18 November 2022): advisories and VEX statements.
enum CSAFDocuments {
    /// A record is one vulnerability in a document; a document without any is one record.
    static let reading = JSONReading(
        counting: .csaf, name: { $0["document"]?["tracking"]?.text("id") }
    ) { value, _, collector in
        let header = try Header(value)
        let tree = try ProductTree(value["product_tree"])
        let vulnerabilities = try value.array("vulnerabilities")
        if vulnerabilities.isEmpty {
            try collector.keep([.advisory(header.advisory(named: []))])
        }
        var previous: [AffectedPackage] = []
        for (index, vulnerability) in vulnerabilities.enumerated() {
            let name = vulnerability.text("cve") ?? "vulnerability \(index + 1)"
            try collector.attempt("\(header.id) \(name)") {
                let advisory = try CSAFDocuments.advisory(vulnerability, header, tree, &previous)
                return [.advisory(advisory)]
            }
        }
    }

    /// Whether a value looks like a document.
    static func isDocument(_ value: JSONValue) -> Bool {
        value["document"]?["csaf_version"] != nil
    }

    /// What a document says of itself (section 3.2.1).
    private struct Header {
        let id: String
        private let base: Advisory

        init(_ value: JSONValue) throws {
            try requireObject(value)
            guard let document = value["document"] else { throw RecordFault("no “document”") }
            guard let version = document.text("csaf_version"), version.hasPrefix("2.") else {
                throw RecordFault("a version of CSAF that is not 2")
            }
            guard let tracking = document["tracking"] else { throw RecordFault("no “tracking”") }
            id = try tracking.required("id")
            let isStatement = document.text("category") == "csaf_vex"
            let publisher = document["publisher"]?.text("name") ?? ""
            var base = Advisory(
                id: id,
                source: AdvisorySource(
                    name: Self.sourceName(publisher), authority: isStatement ? .tracker : .notices))
            base.title = headline(try document.required("title"))
            base.published = try FeedTime.read(tracking, "initial_release_date")
            base.modified = try FeedTime.read(tracking, "current_release_date")
            base.severity = document["aggregate_severity"]?.severity("text")
            self.base = base
        }

        func advisory(named vulnerabilities: [String]) -> Advisory {
            var advisory = base
            advisory.vulnerabilities = vulnerabilities
            return advisory
        }

        private static func sourceName(_ publisher: String) -> String {
            let words = publisher.lowercased().split { !$0.isLetter && !$0.isNumber }
            return (words.prefix(3) + ["csaf"]).joined(separator: "-")
        }
    }

    private static func advisory(
        _ value: JSONValue, _ header: Header, _ tree: ProductTree,
        _ previous: inout [AffectedPackage]
    ) throws -> Advisory {
        try requireObject(value)
        let names = [value.text("cve")].compactMap(\.self) + other(value)
        guard let name = names.first else { throw RecordFault("no name of the vulnerability") }
        var advisory = header.advisory(named: [name])
        advisory.aliases = names.dropFirst().filter(VulnerabilityName.isName)
        if let title = value.text("title") { advisory.title = headline(title) }
        // CSAF 2.1 has them under another key.
        let metrics = try value.array("metrics").compactMap { $0["content"] }
        for score in try value.array("scores") + metrics {
            let vectors = ["cvss_v4", "cvss_v3", "cvss_v2"].compactMap {
                score[$0]?.text("vectorString")
            }
            advisory.cvss += vectors.filter { !advisory.cvss.contains($0) }
        }
        let impact = value["threats"]?.elements.first { $0.text("category") == "impact" }
        advisory.severity = impact?.severity("details") ?? advisory.severity
        var affected = try CSAFStatuses(value, tree).packages
        // Vulnerabilities of one notice are mostly fixed by the same packages: they share the list.
        if affected == previous { affected = previous } else { previous = affected }
        advisory.affected = affected
        return advisory
    }

    /// Names by other systems (section 3.2.3.6).
    private static func other(_ value: JSONValue) -> [String] {
        value["ids"]?.elements.compactMap { $0.text("text") } ?? []
    }
}

/// Which packages a vulnerability affects, of `product_status` and `remediations` (sections 3.2.3.9
/// and 3.2.3.12).
private struct CSAFStatuses {
    private(set) var packages: [AffectedPackage] = []
    private var seen: Set<AffectedPackage> = []

    init(_ value: JSONValue, _ tree: ProductTree) throws {
        guard let statuses = value["product_status"] else { return }
        guard statuses.isObject else { throw RecordFault("“product_status” is no object") }
        let declined = try Self.declined(value)
        for (key, list) in statuses.members {
            guard list.isArray else { throw RecordFault("“\(key)” is no list") }
            let resolved = list.elements.compactMap(\.text).flatMap { id in
                tree.packages(of: id).map { (id: id, package: $0) }
            }
            // Source packages stand beside what is built from them; alone they speak for it.
            let binaryHomes = Set(
                resolved.filter { !$0.package.isSource }.map(\.package.home))
            for (id, package) in resolved
            where !package.isSource || !binaryHomes.contains(package.home) {
                add(package, key, isDeclined: declined.contains(id))
            }
        }
    }

    private mutating func add(_ package: ProductTree.Package, _ key: String, isDeclined: Bool) {
        var affected = AffectedPackage(
            scope: package.home.scope, order: package.home.order, name: package.name,
            counting: package.isSource ? .source : package.home.counting, module: package.module)
        switch key {
        case "fixed", "first_fixed", "recommended":
            guard let version = package.version else { return }
            affected.ranges = [.before(fix: version)]
        case "known_affected", "last_affected", "first_affected":
            affected.status = isDeclined ? .willNotFix : .affected
        case "known_not_affected": affected.status = .notAffected
        case "under_investigation": affected.status = .undetermined
        default: return
        }
        if seen.insert(affected).inserted { packages.append(affected) }
    }

    /// Products that no fix is planned for.
    private static func declined(_ value: JSONValue) throws -> Set<String> {
        var products: Set<String> = []
        for remediation in try value.array("remediations")
        where remediation.text("category") == "no_fix_planned" {
            products.formUnion(remediation.texts("product_ids"))
        }
        return products
    }
}
