import Advisories
import Fleet
import Versions

/// One vulnerability of Microsoft's monthly security updates, out of CVRF as XML or JSON.
struct MSRCVulnerability {
    /// A remediation: an update, with the products that it mends and the build that they have then.
    struct Fix {
        var label: String
        var build: String?
        var products: [String] = []
    }

    var id = ""
    var title = ""
    var severity: Severity?
    var cvss: [String] = []
    var modified: Timestamp?
    var affected: [String] = []
    var notAffected: [String] = []
    var fixes: [Fix] = []

    /// The advisory. Knowledge base articles that fix it are its aliases. Products that are releases
    /// of Windows are those, with the system as their package; the others are packages of the world
    /// `microsoft` under their full names. Builds are versions.
    func advisory(
        products: [String: String], published: Timestamp?
    ) throws -> Advisory {
        guard VulnerabilityName.isCVE(id) || id.hasPrefix("ADV") else {
            throw RecordFault(id.isEmpty ? "no CVE id" : "“\(id)” is no CVE id")
        }
        var builds: [String: String] = [:]
        for fix in fixes {
            for product in fix.products { builds[product] = builds[product] ?? fix.build }
        }
        let articles = fixes.map(\.label).filter { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
        func package(_ product: String, _ status: AffectedPackage.Status) -> AffectedPackage? {
            guard let name = products[product], WindowsProduct.release(of: name) == nil else {
                return nil
            }
            let build = status == .affected ? builds[product] : nil
            return AffectedPackage(
                scope: .microsoft, order: .generic, name: name, counting: .binary,
                status: status, ranges: build.map { [.before(fix: $0)] } ?? [])
        }
        return Advisory(
            id: id, source: AdvisorySource(name: "msrc", authority: .tracker),
            aliases: articles.unique.map { "KB\($0)" }, vulnerabilities: [id], severity: severity,
            cvss: cvss.unique, published: published, modified: modified, title: headline(title),
            affected: windows(products)
                + affected.unique.compactMap { package($0, .affected) }
                + notAffected.unique.compactMap { package($0, .notAffected) })
    }

    /// The releases of Windows among the affected products, each once.
    private func windows(_ products: [String: String]) -> [AffectedPackage] {
        var found: [(release: ReleaseName, fix: String?)] = []
        for product in affected.unique {
            guard let release = products[product].flatMap(WindowsProduct.release) else { continue }
            let fixes = fixes.filter { $0.products.contains(product) }
                .compactMap { $0.build.flatMap { WindowsProduct.build($0, of: release) } }
            // Updates without a restart have builds of their own, below that of the usual update:
            // only from the highest on is it sure that the fix is there.
            let fix = fixes.max(by: Self.isOlder)
            guard let place = found.firstIndex(where: { $0.release == release }) else {
                found.append((release, fix))
                continue
            }
            found[place].fix = [found[place].fix, fix].compactMap(\.self).max(by: Self.isOlder)
        }
        return found.map { release, fix in
            // Without a build nothing tells a mended system from one that is not.
            AffectedPackage(
                scope: .release(release), order: .generic, name: WindowsProduct.package,
                counting: .binary, status: fix == nil ? .undetermined : .affected,
                ranges: fix.map { [.before(fix: $0)] } ?? [])
        }
    }

    private static func isOlder(_ one: String, _ other: String) -> Bool {
        (try? Ecosystem.generic.compare(one, other)) == .less
    }
}

/// Microsoft's monthly security updates as its API answers in JSON.
enum MSRCDocuments {
    /// A record is one vulnerability.
    static let reading = JSONReading(counting: .msrc) { value, _, collector in
        let tracking = value["DocumentTracking"]
        let published = try tracking.flatMap { try FeedTime.read($0, "InitialReleaseDate") }
        var products: [String: String] = [:]
        for product in value["ProductTree"]?.list("FullProductName") ?? [] {
            if let id = product["ProductID"]?.textOrNumber { products[id] = product.text("Value") }
        }
        for (index, element) in try value.array("Vulnerability").enumerated() {
            try collector.attempt(element.text("CVE") ?? "vulnerability \(index + 1)") {
                let vulnerability = try vulnerability(element)
                return [
                    .advisory(
                        try vulnerability.advisory(products: products, published: published))
                ]
            }
        }
    }

    /// Whether a value looks like a document.
    static func isDocument(_ value: JSONValue) -> Bool {
        value["DocumentTracking"] != nil
            && (value["ProductTree"] != nil || value["Vulnerability"] != nil)
    }

    /// Figures that stand for CVRF's words in the JSON form.
    private enum Code {
        static let severityThreat: Int64 = 3
        static let knownAffected: Int64 = 3
        static let knownNotAffected: Int64 = 1
        static let vendorFix: Int64 = 2
    }

    private static func vulnerability(_ value: JSONValue) throws -> MSRCVulnerability {
        try requireObject(value)
        var vulnerability = MSRCVulnerability()
        vulnerability.id = value.text("CVE") ?? ""
        vulnerability.title = value["Title"]?.text("Value") ?? ""
        vulnerability.severity = try value.array("Threats")
            .filter { $0["Type"]?.integer == Code.severityThreat }
            .compactMap { $0["Description"]?.severity("Value") }.min()
        vulnerability.cvss =
            try value.array("CVSSScoreSets").compactMap { $0.text("Vector") }
        for status in try value.array("ProductStatuses") {
            switch status["Type"]?.integer {
            case Code.knownAffected: vulnerability.affected += status.texts("ProductID")
            case Code.knownNotAffected: vulnerability.notAffected += status.texts("ProductID")
            default: continue
            }
        }
        for fix in try value.array("Remediations")
        where fix["Type"]?.integer == Code.vendorFix {
            vulnerability.fixes.append(
                MSRCVulnerability.Fix(
                    label: fix["Description"]?.text("Value") ?? "", build: build(fix),
                    products: fix.texts("ProductID")))
        }
        vulnerability.modified = try value.array("RevisionHistory")
            .compactMap { try FeedTime.read($0, "Date") }.max()
        return vulnerability
    }

    private static func build(_ fix: JSONValue) -> String? {
        fix.text("FixedBuild").flatMap { MSRCBuild.isVersion($0) ? $0 : nil }
    }
}

/// Builds in Microsoft's remediations: for some products an address stands in their place.
enum MSRCBuild {
    static func isVersion(_ text: String) -> Bool {
        text.first?.isNumber == true && text.contains(".") && !text.contains("/")
    }
}
