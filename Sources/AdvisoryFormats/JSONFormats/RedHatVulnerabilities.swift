import Advisories
import Fleet

/// Red Hat's security data API: one CVE with the releases that fix it and the states of others.
enum RedHatVulnerabilities {
    static let reading = JSONReading(.redhatCve, name: { $0.text("name") }) { value in
        [.advisory(try advisory(value))]
    }

    /// Whether a value looks like a record.
    static func isRecord(_ value: JSONValue) -> Bool {
        value["name"]?.text != nil
            && (value["threat_severity"] != nil || value["affected_release"] != nil
                || value["package_state"] != nil)
            && (value["bugzilla"] != nil || value["public_date"] != nil)
    }

    private static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        let id = try VulnerabilityName.required(value, "name")
        var advisory = Advisory(
            id: id, source: AdvisorySource(name: "redhat-cve", authority: .tracker),
            vulnerabilities: [id], severity: value.severity("threat_severity"))
        advisory.cvss = [
            value["cvss3"]?.text("cvss3_scoring_vector"),
            value["cvss"]?.text("cvss_scoring_vector"),
        ].compactMap(\.self)
        advisory.published = try FeedTime.read(value, "public_date")
        advisory.title = headline(
            value["bugzilla"]?.text("description") ?? value.texts("details").first ?? "")
        // The API gives one object instead of a list of one.
        for release in list(value["affected_release"]) {
            if let package = try fixed(release) { advisory.affected.append(package) }
        }
        for state in list(value["package_state"]) {
            advisory.affected.append(try stated(state))
        }
        return advisory
    }

    private static func list(_ value: JSONValue?) -> [JSONValue] {
        guard let value else { return [] }
        return value.isArray ? Array(value.elements) : [value]
    }

    private static func home(_ value: JSONValue) throws -> PackageHome {
        if let home = value.text("cpe").flatMap(ProductNames.home(cpe:)) { return home }
        let product = try value.required("product_name")
        if let home = ProductNames.home(name: product) { return home }
        return DistributionNames.rpm("rhel", "", channel: product.lowercased())
    }

    /// A release with a fix; `nil` for a product without packages.
    private static func fixed(_ value: JSONValue) throws -> AffectedPackage? {
        guard let text = value.text("package") else { return nil }
        guard let package = RPMName(text) else { throw RecordFault("“\(text)” is no package") }
        let home = try home(value)
        return AffectedPackage(
            scope: home.scope, order: home.order, name: package.name, counting: .source,
            ranges: [.before(fix: package.version)])
    }

    private static func stated(_ value: JSONValue) throws -> AffectedPackage {
        let home = try home(value)
        // `nodejs:16/nodejs`: a package of a module.
        let parts = try value.required("package_name").split(separator: "/").map(String.init)
        let module = parts.count == 2 ? parts[0].split(separator: ":").map(String.init) : []
        var package = AffectedPackage(
            scope: home.scope, order: home.order, name: parts.last ?? "", counting: .source)
        if module.count == 2 { package.module = ModuleStream(name: module[0], stream: module[1]) }
        switch try value.required("fix_state") {
        case "Affected", "Fix deferred": break
        case "Will not fix", "Out of support scope": package.status = .willNotFix
        case "Not affected": package.status = .notAffected
        case "New", "Under investigation": package.status = .undetermined
        case let other: throw RecordFault("the state “\(other)”")
        }
        return package
    }
}
