import Advisories
import Fleet

/// CVRF 1.1 documents of Linux distributions (SUSE, openEuler).
enum CVRFDocument {
    /// A record is one vulnerability.
    static func read(_ stream: ByteStream, _ collector: RecordCollector) throws {
        var document = State()
        let wanted: Set = [
            "DocumentTitle", "DocumentTracking", "ProductTree", "Vulnerability",
            "AggregateSeverity",
        ]
        try MarkupRecords.read(stream, collector, wanted: wanted) { element in
            switch element.name {
            case "Vulnerability":
                let name = element.first("CVE")?.trimmed ?? "vulnerability"
                try collector.attempt("\(document.id) \(name)") {
                    [.advisory(try document.advisory(element))]
                }
            case "DocumentTitle": document.title = element.trimmed ?? ""
            case "AggregateSeverity":
                document.severity = element.trimmed.flatMap { Severity(vendorWord: $0) }
            case "DocumentTracking": document.add(tracking: element)
            default: document.add(tree: element)
            }
        }
    }

    /// What stands before the vulnerabilities.
    private struct State {
        var id = ""
        var title = ""
        var severity: Severity?
        private var published: Timestamp?
        private var modified: Timestamp?
        /// Releases by product id.
        private var homes: [String: PackageHome] = [:]
        /// Packages by product id.
        private var packages: [String: RPMName] = [:]
        /// Of a product made of two: package and release.
        private var parts: [String: (part: String, whole: String)] = [:]
        /// Packages under a branch of an architecture, which belong to every release (openEuler).
        private var loose: [RPMName] = []

        mutating func add(tracking: MarkupTree) {
            id = tracking.at("Identification", "ID")?.trimmed ?? ""
            published = tracking.first("InitialReleaseDate")?.trimmed.flatMap(FeedTime.read)
            modified = tracking.first("CurrentReleaseDate")?.trimmed.flatMap(FeedTime.read)
        }

        mutating func add(tree: MarkupTree) {
            for product in tree.descendants("FullProductName") {
                guard let id = product["ProductID"], let name = product.trimmed else { continue }
                let isFile = name.hasSuffix(".rpm")
                if !isFile, let home = ProductNames.home(name: name) {
                    homes[id] = home
                } else if let package = RPMName(name), !name.contains(" ") {
                    packages[id] = package
                    if isFile { loose.append(package) }
                } else if let home = product["CPE"].flatMap(ProductNames.home(cpe:)) {
                    homes[id] = home
                }
            }
            for relationship in tree.descendants("Relationship") {
                guard let part = relationship["ProductReference"],
                    let whole = relationship["RelatesToProductReference"],
                    let id = relationship.first("FullProductName")?["ProductID"]
                else { continue }
                parts[id] = (part, whole)
                homes[id] = nil
                packages[id] = nil
            }
        }

        func advisory(_ vulnerability: MarkupTree) throws -> Advisory {
            guard !id.isEmpty else { throw RecordFault("the document has no id") }
            guard let cve = vulnerability.first("CVE")?.trimmed, VulnerabilityName.isCVE(cve) else {
                throw RecordFault("no CVE id")
            }
            var advisory = Advisory(
                id: id, source: AdvisorySource(name: "cvrf", authority: .notices),
                vulnerabilities: [cve], published: published, modified: modified,
                title: headline(title))
            let impact = vulnerability.first("Threats")?.all("Threat")
                .first { $0["Type"] == "Impact" }?.first("Description")?.trimmed
            advisory.severity = impact.flatMap { Severity(vendorWord: $0) } ?? severity
            advisory.cvss = vulnerability.descendants("Vector").compactMap(\.trimmed).unique
            var seen: Set<AffectedPackage> = []
            for status in vulnerability.first("ProductStatuses")?.all("Status") ?? [] {
                for id in status.all("ProductID").compactMap(\.trimmed) {
                    for package in affected(id, status["Type"] ?? "")
                    where seen.insert(package).inserted {
                        advisory.affected.append(package)
                    }
                }
            }
            return advisory
        }

        private func affected(_ id: String, _ status: String) -> [AffectedPackage] {
            if let parts = parts[id], let home = homes[parts.whole],
                let package = packages[parts.part]
            {
                return entry(package, home, status).map { [$0] } ?? []
            }
            // `openSUSE Leap 15.0:glibc-2.26-1`, where the tree names no relationship.
            if let colon = id.lastIndex(of: ":"), let home = homes[String(id[..<colon])],
                let package = RPMName(String(id[id.index(after: colon)...]))
            {
                return entry(package, home, status).map { [$0] } ?? []
            }
            guard let home = homes[id] else { return [] }
            return loose.filter { $0.architecture != "src" }
                .compactMap { entry($0, home, status) }
        }

        private func entry(
            _ package: RPMName, _ home: PackageHome, _ status: String
        ) -> AffectedPackage? {
            var affected = AffectedPackage(
                scope: home.scope, order: home.order, name: package.name, counting: home.counting)
            switch status {
            case "Fixed", "First Fixed", "Recommended":
                affected.ranges = [.before(fix: package.version)]
            case "Known Affected", "First Affected", "Last Affected": break
            case "Known Not Affected": affected.status = .notAffected
            default: return nil
            }
            return affected
        }
    }
}
